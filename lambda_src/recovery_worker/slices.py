"""What one invocation works with: the run, its tables, its rules, and the time that it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from recovery_worker.reading import Reader
from techmoda_recovery.applying import Applier, inverses, undo_header
from techmoda_recovery.comparing import Comparer
from techmoda_recovery.core.repairs import Repair
from techmoda_recovery.core.rules import Rules
from techmoda_recovery.erasures import Erasures
from techmoda_recovery.plan_files import Header, Plan, write
from techmoda_recovery.run_folder import RunFolder
from techmoda_recovery.runs import Request, Run, Segment


@dataclass(frozen=True)
class Slice:
    """One invocation's work on one segment. `has_time` tells whether to go on, `token` makes names unique."""

    request: Request
    run: Run
    segment: Segment
    region: str
    rules: Rules
    restored: Reader
    live: Reader
    erasures: Erasures
    applier: Applier
    folder: RunFolder
    scratch: Path
    has_time: Callable[[], bool]
    token: Callable[[], str]

    def header(self, addition: str = "") -> Header:
        """Return the header of the plans that are made."""
        return self.request.header(self.region, self.run.table_id, addition)

    def comparer(self, header: Header, counts: Counter[str]) -> Comparer:
        """Return what compares by the run's rules and counts there."""
        return Comparer(self.rules, header.signature, self.erasures, self.request.attributes, counts=counts)

    def keep(self, header: Header, number: int, repairs: Iterable[Repair]) -> tuple[Plan, str | None]:
        """Keep a plan of the repairs and its undo file in the run's folder; return it and its part's name.

        Without repairs nothing is kept, and the name is None. A name is never used twice: what nobody took
        note of, because an invocation was ended, lies there unread until it expires.
        """
        part = f"{self.segment.name}-{number:05d}-{self.token()}"
        plan = write(self.scratch / f"{part}.jsonl", header, repairs, {})
        try:
            if not plan.size:
                return plan, None
            undo = write(plan.file.with_suffix(".undo"), undo_header(header), inverses(plan), {})
            try:
                self.folder.put_part("undo", part, undo.file)
                self.folder.put_part("plan", part, plan.file)
            finally:
                undo.file.unlink()
        finally:
            plan.file.unlink()
        return plan, part
