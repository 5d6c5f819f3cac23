"""Applying the plans of one segment, or taking them back.

What changed between the comparison and its repair is compared and repaired anew, some rounds long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from recovery_worker.slices import Slice
from techmoda_recovery.applying import Progress
from techmoda_recovery.comparing import Pair
from techmoda_recovery.core.images import dumps
from techmoda_recovery.core.repairs import Repair
from techmoda_recovery.plan_files import Plan, read
from techmoda_recovery.run_folder import Document, compared_name, repaired_name
from techmoda_recovery.runs import Compared, Mode, Repaired
from techmoda_recovery.writing import Outcome

ROUNDS = 3
SAVE_SECONDS = 10.0  # So many seconds of repairs are repeated after a crash, which does no harm.


class NotComparedError(Exception):
    """A segment's plans are not all there, so nothing of it may be applied."""


@dataclass
class _Work:
    """A segment's state while it is worked on, with the document that keeps it."""

    slice: Slice
    document: Document
    state: Repaired
    clock: Callable[[], float]
    saved_at: float

    def save(self) -> None:
        self.document = self.slice.folder.replace(self.document, self.state.as_json())
        self.saved_at = self.clock()

    def save_now_and_then(self, _progress: Progress) -> None:
        if self.clock() - self.saved_at >= SAVE_SECONDS:
            self.save()


def repair(work: Slice, mode: Mode, execution: str, clock: Callable[[], float]) -> bool:
    """Repair (or undo) on from where the last invocation ended; tell whether all was done.

    An execution that begins after another one was finished starts anew: the items themselves tell what is to
    be done. One that begins after another was ended goes on with its work. Raises OvertakenError,
    NotComparedError, and PlanFileError for a plan that is not what it was.
    """
    document = work.folder.read(repaired_name(mode, work.segment))
    state = Repaired(execution) if document.content is None else Repaired.of(document.content)
    if state.finished and state.execution == execution:
        return True  # The answer of the invocation before was lost.
    if state.finished:
        state = Repaired(execution, later=state.later)
    state.execution = execution
    at_work = _Work(work, document, state, clock, clock())
    while not state.finished:
        parts = _parts(work, mode, state)
        if state.position < len(parts):
            if not _go_on(at_work, "undo" if mode is Mode.UNDO else "plan", parts[state.position]):
                at_work.save()
                return False
        elif mode is Mode.APPLY and state.progress.unrepaired and state.round < ROUNDS:
            _look_again(at_work, len(parts))
        else:
            state.finished = True
        at_work.save()
    return True


def _parts(work: Slice, mode: Mode, state: Repaired) -> list[str]:
    """Return the names of the segment's plans; to undo, those of the undo files, the last one first."""
    compared = work.folder.read(compared_name(work.segment)).content
    if compared is None or not Compared.of(compared).done:
        raise NotComparedError(f"{work.segment.name} has not been compared to its end")
    parts = list(Compared.of(compared).parts)
    if mode is not Mode.UNDO:
        return parts + state.later
    applied = work.folder.read(repaired_name(Mode.APPLY, work.segment)).content
    later = [] if applied is None else Repaired.of(applied).later
    return [*reversed(parts + later)]


def _go_on(at_work: _Work, kind: str, part: str) -> bool:
    """Apply on within a plan; tell whether its end was reached."""
    work, state = at_work.slice, at_work.state
    file = work.scratch / f"{part}.{kind}"
    try:
        work.folder.fetch_part(kind, part, file)
        ended = work.applier.go_on(
            _repairs(read(file), work), state.progress, at_work.save_now_and_then, work.has_time
        )
    finally:
        file.unlink(missing_ok=True)
    if ended:
        state.position, state.progress.done = state.position + 1, 0
    return ended


def _repairs(plan: Plan, work: Slice) -> Iterator[Repair]:
    if plan.header.table_id != work.run.table_id:
        raise NotComparedError(f"a plan is for another table {plan.header.table} than the one there is now")
    return plan.repairs()


def _look_again(at_work: _Work, number: int) -> None:
    """Compare anew what changed meanwhile, strongly consistently, and keep a plan of what is left."""
    work, state = at_work.slice, at_work.state
    keys = state.progress.unrepaired
    state.round += 1
    header = work.header(f"-r{state.round}")
    restored, live = work.restored.get(keys, consistent=True), work.live.get(keys, consistent=True)
    pairs: Iterator[Pair] = ((key, restored.get(dumps(key)), live.get(dumps(key))) for key in keys)
    _, part = work.keep(header, number, work.comparer(header, Counter()).repairs(pairs))
    if part is not None:
        state.later.append(part)
    state.progress.outcomes[Outcome.CHANGED] -= len(keys)
    state.progress.unrepaired = []
