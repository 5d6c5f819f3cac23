"""Applying a plan: chunk by chunk, with a checkpoint after each, so that a crash costs one chunk at most.

Repeating a chunk does no harm: a repair that was written already is recognised by what the item holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.errors import HaError
from techmoda_ha.recovery import plan_file
from techmoda_ha.recovery.core.images import Image, dumps, loads
from techmoda_ha.recovery.core.repairs import Repair
from techmoda_ha.recovery.core.rules import key_text
from techmoda_ha.recovery.core.stamps import UNDO_SUFFIX, Signature
from techmoda_ha.recovery.erasures import Erasures
from techmoda_ha.recovery.pace import Pace
from techmoda_ha.recovery.plan_file import Header, Plan
from techmoda_ha.recovery.writing import Outcome, Store, Written

CHUNK = 200
WORKERS = 8
REMEMBERED = 10_000  # Keys of items that changed meanwhile; more than that are looked for anew.


@dataclass
class Progress:
    """How far a plan was applied, as its checkpoint file keeps it.

    `unrepaired` are the keys of items that changed meanwhile, at most REMEMBERED.
    """

    checksum: str
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

    @classmethod
    def of(cls, plan: Plan) -> Progress:
        """Return what the checkpoint says; a start from nothing where there is none for this very plan."""
        try:
            kept = loads(_checkpoint(plan).read_text())
        except (OSError, ValueError):
            return cls(plan.checksum)
        if kept.get("checksum") != plan.checksum:
            return cls(plan.checksum)
        return cls(plan.checksum, kept["done"], Counter(kept["outcomes"]), kept["unrepaired"])

    def save(self, plan: Plan) -> None:
        """Write the checkpoint, whole or not at all."""
        file = _checkpoint(plan)
        partial = file.with_suffix(".partial")
        partial.write_text(dumps(vars(self)))
        partial.replace(file)


@dataclass(frozen=True)
class Application:
    """Everything that applying a plan needs."""

    store: Store
    erasures: Erasures
    pace: Pace
    workers: int = WORKERS
    chunk: int = CHUNK

    def apply(self, plan: Plan, show: Callable[[Progress], None] = lambda _progress: None) -> Progress:
        """Apply what has not been applied yet and return how it went.

        Raises HaError when AWS fails for good; repeating the call goes on from the checkpoint.
        """
        progress = Progress.of(plan)
        repairs = islice(plan.repairs(), progress.done, None)
        with (
            ThreadPoolExecutor(self.workers) as pool,
            aws_errors_as("AWS refused a repair.", f"Go on with it: ha recover apply {plan.file}"),
        ):
            while chunk := list(islice(repairs, self.chunk)):
                erased = self.erasures.among({key_text(one.key) for one in chunk if one.target is not None})
                for repair, written in zip(chunk, pool.map(self._writer(erased), chunk), strict=True):
                    progress.outcomes[written.outcome] += 1
                    if written.outcome is Outcome.CHANGED and len(progress.unrepaired) < REMEMBERED:
                        progress.unrepaired.append(repair.key)
                progress.done += len(chunk)
                progress.save(plan)
                show(progress)
        # A finished plan may be applied anew, as after an undo: the items themselves tell what is to be done.
        _checkpoint(plan).unlink(missing_ok=True)
        return progress

    def _writer(self, erased: set[str]) -> Callable[[Repair], Written]:
        def write(repair: Repair) -> Written:
            if repair.target is not None and key_text(repair.key) in erased:
                return Written(Outcome.ERASED, 0)
            self.pace.wait()
            written = self.store.write(repair)
            self.pace.charge(written.units)
            return written

        return write


def prepare_undo(plan: Plan, file: Path) -> Plan:
    """Write the undo file of a plan, before anything is applied; return it, also when it is there already.

    It holds the inverse of every repair. Undoing one that was never applied does nothing, as the item is
    not what the inverse expects; so the file is right however far the plan gets.
    """
    header = undo_header(plan.header)
    if file.exists():
        kept = plan_file.read(file)
        if kept.header != header:
            raise HaError(f"{file} belongs to another plan.", "Move it away, then repeat.")
        return kept
    return plan_file.write(file, header, _inverses(plan, header.signature), {})


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


def _inverses(plan: Plan, signature: Signature) -> Iterator[Repair]:
    return (repair.inverse(signature) for repair in plan.repairs())


def _checkpoint(plan: Plan) -> Path:
    return plan.file.with_suffix(".progress.json")
