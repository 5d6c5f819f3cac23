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
from techmoda_ha.recovery.core.changes import Change
from techmoda_ha.recovery.core.images import Image, State, dumps
from techmoda_ha.recovery.core.repairs import History, Repair, difference
from techmoda_ha.recovery.core.rules import Rules, key_text
from techmoda_ha.recovery.erasures import Erasures
from techmoda_ha.recovery.plan_file import Header, Plan
from techmoda_ha.recovery.spill import Spill

ReadChanges = Callable[[Callable[[Change], None]], object]
"""Gives every change to the function that it is called with, those of a key in their order."""
ReadItems = Callable[[Callable[[Image], None]], object]
"""Gives every item of a table to the function that it is called with."""

ERASED_TOGETHER = 1000
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
            return self._write(file, self._of_histories(spill))

    def reconcile(
        self,
        file: Path,
        key_of: Callable[[Image], Image],
        read_restored: ReadItems,
        read_live: ReadItems,
        *,
        at_of: Callable[[State], int | None] = lambda _item: None,
        attributes: Collection[str] = (),
    ) -> Plan:
        """Plan to make the live table's items what the restored table's are.

        `at_of` tells when a live item was written, for rules about time.
        """
        with Spill(self.scratch) as spill:
            # One table after the other: in each file the restored items come first.
            read_restored(lambda item: spill.add(key_of(item), [key_of(item), item, None]))
            read_live(lambda item: spill.add(key_of(item), [key_of(item), None, item]))
            repairs = (
                repair
                for change in self._differences(spill, at_of)
                if (repair := difference(change, self.rules, self.header.signature, attributes))
            )
            return self._write(file, repairs)

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

    def _differences(self, spill: Spill, at_of: Callable[[State], int | None]) -> Iterator[Change]:
        for group in spill.groups():
            restored: dict[str, tuple[Any, Any]] = {}
            for key, restored_item, live_item in group:
                name = dumps(key)
                if live_item is None:
                    restored[name] = key, restored_item
                    continue
                _, before = restored.pop(name, (key, None))
                self.counts["compared"] += 1
                if before != live_item:
                    self.counts["different"] += 1
                    yield Change(key, before, live_item, at_of(live_item))
            for key, before in restored.values():
                self.counts["compared"] += 1
                self.counts["different"] += 1
                yield Change(key, before, None, None)

    def _write(self, file: Path, repairs: Iterator[Repair]) -> Plan:
        return plan_file.write(file, self.header, self._without_erased(repairs), self.counts, self.gaps)

    def _without_erased(self, repairs: Iterator[Repair]) -> Iterator[Repair]:
        batch: list[Repair] = []
        for repair in repairs:
            batch.append(repair)
            if len(batch) == ERASED_TOGETHER:
                yield from self._living(batch)
                batch = []
        yield from self._living(batch)

    def _living(self, batch: list[Repair]) -> list[Repair]:
        erased = self.erasures.among({key_text(one.key) for one in batch if one.target is not None})
        living = [one for one in batch if one.target is None or key_text(one.key) not in erased]
        self.counts["erased"] += len(batch) - len(living)
        return living
