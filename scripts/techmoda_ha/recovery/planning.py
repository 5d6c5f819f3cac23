"""Making plans: from changes (rewind) or from two tables (reconcile), in memory that does not grow.

What reads AWS comes in as functions, so that the whole way from records to a sealed plan can be run, and
measured, without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from techmoda_ha.recovery import plan_file
from techmoda_ha.recovery.spill import Spill
from techmoda_recovery.comparing import Comparer, Pair, without_erased
from techmoda_recovery.core.changes import Change
from techmoda_recovery.core.images import Image, State, dumps
from techmoda_recovery.core.repairs import History, Repair
from techmoda_recovery.core.rules import Rules, key_text
from techmoda_recovery.erasures import Erasures
from techmoda_recovery.plan_files import Header, Plan

ReadChanges = Callable[[Callable[[Change], None]], object]
"""Gives every change to the function that it is called with, those of a key in their order."""
ReadItems = Callable[[Callable[[Image], None]], object]
"""Gives every item of a table to the function that it is called with."""

LISTED_GAPS = 50


@dataclass
class Planner:
    """Makes one plan. `scratch` is a folder of its own that is removed again.

    `counts` tell what was seen and what was left alone: `right` items need nothing, `gaps` had a write that
    the stream did not tell of (they are left alone, and some of them are named), `erased` ones must not come
    back.
    """

    header: Header
    rules: Rules
    erasures: Erasures
    scratch: Path
    counts: Counter[str] = field(default_factory=Counter)
    gaps: list[str] = field(default_factory=list)

    def rewind(self, file: Path, since: int, read: ReadChanges) -> Plan:
        """Plan to take back the undone writes from the moment `since` (epoch seconds) on."""
        with Spill(self.scratch) as spill:

            def take(change: Change) -> None:
                if change.at is None or change.at >= since:
                    record = [change.key, change.old, change.new, change.at, change.by_ttl]
                    spill.add(change.key, record)

            read(take)
            repairs = without_erased(self._of_histories(spill), self.erasures, self.counts)
            return self._write(file, repairs)

    def reconcile(
        self,
        file: Path,
        key_of: Callable[[Image], Image],
        read_restored: ReadItems,
        read_live: ReadItems,
        *,
        at_of: Callable[[State], int | None] | None = None,
        attributes: Collection[str] = (),
    ) -> Plan:
        """Plan to make the live table's items what the restored table's are.

        `at_of` tells when a live item was written, for rules about time; what the item says, without it.
        """
        with Spill(self.scratch) as spill:
            # One table after the other: in each file the restored items come first.
            read_restored(lambda item: spill.add(key_of(item), [key_of(item), item, None]))
            read_live(lambda item: spill.add(key_of(item), [key_of(item), None, item]))
            comparer = Comparer(
                self.rules, self.header.signature, self.erasures, attributes, at_of, self.counts
            )
            return self._write(file, comparer.repairs(self._pairs(spill)))

    def _of_histories(self, spill: Spill) -> Iterator[Repair]:
        for group in spill.groups():
            histories: dict[str, History] = {}
            for key, old, new, at, by_ttl in group:
                change = Change(key, old, new, at, by_ttl)
                name = dumps(key)
                history = histories.get(name)
                if history is None:
                    history = histories[name] = History.beginning_with(change)
                history.add(change, self.rules)
            yield from self._repairs(histories.values())

    def _repairs(self, histories: Iterable[History]) -> Iterator[Repair]:
        for history in histories:
            self.counts["touched"] += 1
            self.counts["writes"] += history.undone + history.kept
            repair = history.repair(self.header.signature)
            if repair is None:
                self.counts["right"] += 1
            elif history.has_gap:
                self.counts["gaps"] += 1
                if len(self.gaps) < LISTED_GAPS:
                    self.gaps.append(key_text(history.key))
            else:
                self.counts["writes_undone"] += history.undone
                self.counts["writes_kept"] += history.kept
                yield repair

    def _pairs(self, spill: Spill) -> Iterator[Pair]:
        for group in spill.groups():
            restored: dict[str, tuple[Any, Any]] = {}
            for key, restored_item, live_item in group:
                name = dumps(key)
                if live_item is None:
                    restored[name] = key, restored_item
                    continue
                _, before = restored.pop(name, (key, None))
                yield key, before, live_item
            for key, before in restored.values():
                yield key, before, None

    def _write(self, file: Path, repairs: Iterator[Repair]) -> Plan:
        return plan_file.write(file, self.header, repairs, self.counts, self.gaps)
