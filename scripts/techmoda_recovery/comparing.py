"""What a comparison of a restored table with the live one finds, item by item, in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from techmoda_recovery.core.changes import Change
from techmoda_recovery.core.images import Image, State
from techmoda_recovery.core.repairs import Repair, difference
from techmoda_recovery.core.rules import Rules, key_text
from techmoda_recovery.core.stamps import Signature, written_at
from techmoda_recovery.erasures import Erasures

ERASED_TOGETHER = 1000

Pair = tuple[Image, State, State]
"""A key with its restored and its live state."""


@dataclass
class Comparer:
    """Turns pairs into repairs. `counts` tell what was seen and what was left alone.

    With `attributes`, only these are put back into items that are still there. `at_of` tells when a live
    item was written, for rules about time.
    """

    rules: Rules
    signature: Signature
    erasures: Erasures
    attributes: Collection[str] = ()
    at_of: Callable[[State], int | None] | None = None
    counts: Counter[str] = field(default_factory=Counter)

    def repairs(self, pairs: Iterable[Pair]) -> Iterator[Repair]:
        """Yield a repair for each pair whose difference the rules undo, but of no erased item."""
        return without_erased(self._found(pairs), self.erasures, self.counts)

    def _found(self, pairs: Iterable[Pair]) -> Iterator[Repair]:
        at_of = self.at_of or partial(written_at, stamps=self.rules.stamps)
        for key, restored, live in pairs:
            self.counts["compared"] += 1
            if restored == live:
                continue
            self.counts["different"] += 1
            change = Change(key, restored, live, None if live is None else at_of(live))
            if repair := difference(change, self.rules, self.signature, self.attributes):
                yield repair


def without_erased(repairs: Iterable[Repair], erasures: Erasures, counts: Counter[str]) -> Iterator[Repair]:
    """Yield the repairs that leave no erased item behind; `counts["erased"]` is of those left out."""
    batch: list[Repair] = []
    for repair in repairs:
        batch.append(repair)
        if len(batch) == ERASED_TOGETHER:
            yield from _living(batch, erasures, counts)
            batch = []
    yield from _living(batch, erasures, counts)


def _living(batch: list[Repair], erasures: Erasures, counts: Counter[str]) -> list[Repair]:
    erased = erasures.among({key_text(one.key) for one in batch if one.target is not None})
    living = [one for one in batch if one.target is None or key_text(one.key) not in erased]
    counts["erased"] += len(batch) - len(living)
    return living
