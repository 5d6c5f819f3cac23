"""Applying repairs: chunk by chunk, with a checkpoint after each, so that a crash costs one chunk at most.

Repeating a chunk does no harm: a repair that was written already is recognised by what the item holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

from techmoda_recovery.core.images import Image
from techmoda_recovery.core.repairs import Repair
from techmoda_recovery.core.rules import key_text
from techmoda_recovery.core.stamps import UNDO_SUFFIX
from techmoda_recovery.erasures import Erasures
from techmoda_recovery.pace import Pace
from techmoda_recovery.plan_files import Header, Plan
from techmoda_recovery.writing import Outcome, Store, Written

CHUNK = 200
WORKERS = 8
REMEMBERED = 10_000  # Keys of items that changed meanwhile; more than that are looked for anew.


@dataclass
class Progress:
    """How far repairs were applied.

    `unrepaired` are the keys of items that changed meanwhile, at most REMEMBERED.
    """

    done: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    unrepaired: list[Image] = field(default_factory=list)

    @property
    def remembers_all(self) -> bool:
        """Tell whether `unrepaired` names every item that changed meanwhile."""
        return len(self.unrepaired) == self.changed

    @property
    def changed(self) -> int:
        """Return how many items were neither as expected nor repaired."""
        return self.outcomes[Outcome.CHANGED]


@dataclass(frozen=True)
class Applier:
    """Everything that applying repairs needs."""

    store: Store
    erasures: Erasures
    pace: Pace
    workers: int = WORKERS
    chunk: int = CHUNK

    def go_on(
        self,
        repairs: Iterator[Repair],
        progress: Progress,
        save: Callable[[Progress], None],
        may_go_on: Callable[[], bool] = lambda: True,
    ) -> bool:
        """Apply the repairs behind the `progress.done` first ones; tell whether the last one was reached.

        `save` gets the progress after each chunk, and `may_go_on` is asked before each. Raises botocore's
        errors when AWS fails for good.
        """
        left = islice(repairs, progress.done, None)
        with ThreadPoolExecutor(self.workers) as pool:
            while may_go_on():
                chunk = list(islice(left, self.chunk))
                if not chunk:
                    return True
                erased = self.erasures.among({key_text(one.key) for one in chunk if one.target is not None})
                for repair, written in zip(chunk, pool.map(self._writer(erased), chunk), strict=True):
                    progress.outcomes[written.outcome] += 1
                    if written.outcome is Outcome.CHANGED and len(progress.unrepaired) < REMEMBERED:
                        progress.unrepaired.append(repair.key)
                progress.done += len(chunk)
                save(progress)
        return False

    def _writer(self, erased: set[str]) -> Callable[[Repair], Written]:
        def write(repair: Repair) -> Written:
            if repair.target is not None and key_text(repair.key) in erased:
                return Written(Outcome.ERASED, 0)
            self.pace.wait()
            written = self.store.write(repair)
            self.pace.charge(written.units)
            return written

        return write


def undo_header(header: Header) -> Header:
    """Return the header of a plan's undo file."""
    return Header(
        plan_id=header.plan_id + UNDO_SUFFIX,
        kind="undo",
        region=header.region,
        table=header.table,
        table_id=header.table_id,
        created_at=header.created_at,
        described=f"undo of {header.kind} {header.plan_id}",
    )


def inverses(plan: Plan) -> Iterator[Repair]:
    """Yield the repairs of a plan's undo file.

    Undoing a repair that was never applied does nothing, as the item is not what its inverse expects; so
    the file is right however far the plan gets.
    """
    signature = undo_header(plan.header).signature
    return (repair.inverse(signature) for repair in plan.repairs())
