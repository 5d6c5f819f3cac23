"""The third incident's repair: by the state machine, which is stopped midway once and started again."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.evidence import timestamp
from techmoda_ha.recovery.at_scale import RUNNING, Execution, Machine
from techmoda_recovery.core.rules import Choice
from techmoda_recovery.runs import Mode, Request

POLL_SECONDS = 0.2
REPAIRING = "repairing"


@dataclass(frozen=True)
class AtScale:
    """The deployed state machine on the stage. `note` gets what happened, `show` what is going on now."""

    machine: Machine
    table: str
    share: float
    sleep: Callable[[float], None]
    note: Callable[[str], None]
    show: Callable[[str], None]

    def repair(
        self, restored: str, undo: tuple[str, ...], attribute: str, kept: Collection[str], *, stop: bool
    ) -> Counter[str]:
        """Plan and apply a run and return its outcomes; raise HaError.

        With `stop`, the first execution that applies it is stopped while it repairs, and another one started
        at once, beside the functions that still work for the first.
        """
        now = datetime.now(UTC)
        run = f"drill-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        with aws_errors_as("The list of keys could not be kept.", "Check your rights on the bucket."):
            keep_keys = self.machine.folder(run).put_keys(kept) if kept else None
        request = Request(
            run=run, mode=Mode.PLAN, table=self.table, restored_table=restored, created_at=timestamp(now),
            described="drill data-corruption", choice=Choice(undo=undo), attributes=(attribute,),
            keep_keys=keep_keys, write_share=self.share, read_share=self.share,
        )  # fmt: skip
        planned = self._follow(self.machine.start(request))
        repairs = (planned.figures or {})["counts"].get("repairs", 0)
        request = replace(request, mode=Mode.APPLY)
        if stop and repairs:
            self._stop(self.machine.start(request), repairs)
        applied = self._follow(self.machine.start(request))
        return Counter((applied.figures or {})["outcomes"])

    def _stop(self, execution: Execution, repairs: int) -> None:
        """Stop an execution as soon as its segments are being repaired."""
        while execution.status == RUNNING and execution.doing != REPAIRING:
            self.sleep(POLL_SECONDS)
            execution = self.machine.look(execution)
        if execution.status != RUNNING:
            self.note(f"The execution of {repairs} repairs had ended before it could be stopped")
            return
        self.machine.stop(execution)
        stopped = self.machine.look(execution)
        self.note(
            f"The execution of {repairs} repairs was stopped while it repaired, {stopped.done} of "
            f"{stopped.of} segments done, and is started again"
        )

    def _follow(self, execution: Execution) -> Execution:
        return self.machine.follow(
            execution, lambda doing, done, of: self.show(f"{doing}: {done} of {of or '?'} segments")
        )
