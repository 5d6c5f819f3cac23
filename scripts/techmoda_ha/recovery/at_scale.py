"""A repair at scale: the state machine that runs it, followed from here, and what it left in its bucket."""

from __future__ import annotations

import json
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.errors import HaError
from techmoda_ha.recovery import plan_file
from techmoda_ha.recovery.applying import prepare_undo
from techmoda_ha.recovery.service import Show, undo_file
from techmoda_recovery.core.repairs import Repair
from techmoda_recovery.plan_files import Plan
from techmoda_recovery.run_folder import RUN, RunFolder, report_name
from techmoda_recovery.runs import Mode, Request, Run

POLL_SECONDS = 1.0
RUNNING = "RUNNING"
_DOING = {"Compare": "comparing", "Repair": "repairing", "Undo": "undoing"}
_RIGHTS = "Check your rights: ha recover policy"


@dataclass(frozen=True)
class Execution:
    """One execution as it is now. `doing` is the map at work, `done` and `of` count its segments."""

    arn: str
    status: str
    mode: Mode
    doing: str = ""
    done: int = 0
    of: int | None = None
    error: str = ""
    figures: dict[str, Any] | None = None

    @property
    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {**vars(self), "mode": str(self.mode)}


def run_of(execution: Execution) -> str:
    """Return the run's name, with which the execution's begins."""
    return execution.arn.rpartition(":")[2].rsplit("-", 2)[0]


@dataclass(frozen=True)
class Machine:
    """The deployed state machine and its bucket. `states` and `s3` are clients of its region."""

    states: Any
    s3: Any
    arn: str
    bucket: str
    sleep: Callable[[float], None] = time.sleep

    def start(self, request: Request) -> Execution:
        """Start an execution; raise HaError."""
        with aws_errors_as("The state machine could not be started.", _RIGHTS):
            answer = self.states.start_execution(
                stateMachineArn=self.arn,
                name=f"{request.run}-{request.mode}-{secrets.token_hex(3)}",
                input=json.dumps(request.as_json()),
            )
        return Execution(answer["executionArn"], RUNNING, request.mode)

    def follow(self, execution: Execution, show: Show) -> Execution:
        """Wait for an execution's end; raise HaError when it did not succeed."""
        while True:
            execution = self.look(execution)
            if execution.status != RUNNING:
                break
            show(execution.doing or "preparing", execution.done, execution.of)
            self.sleep(POLL_SECONDS)
        if execution.status != "SUCCEEDED":
            raise HaError(
                f"The execution has {execution.status.lower().replace('_', ' ')}.",
                f"What it had done stays done. Go on with it: ha recover at-scale apply {run_of(execution)}",
                detail=execution.error,
            )
        return execution

    def look(self, execution: Execution) -> Execution:
        """Return an execution as it is now; raise HaError."""
        with aws_errors_as("The execution could not be looked at.", _RIGHTS):
            found = self.states.describe_execution(executionArn=execution.arn)
            runs = self.states.list_map_runs(executionArn=execution.arn)["mapRuns"]
            newest = max(runs, key=lambda run: run["startDate"], default=None)
            counts = (
                {}
                if newest is None
                else self.states.describe_map_run(mapRunArn=newest["mapRunArn"])["executionCounts"]
            )
        label = "" if newest is None else newest["mapRunArn"].rpartition("/")[2].partition(":")[0]
        return Execution(
            execution.arn,
            found["status"],
            execution.mode,
            _DOING.get(label, ""),
            counts.get("succeeded", 0),
            counts.get("total"),
            " ".join(found[name] for name in ("error", "cause") if found.get(name)),
            json.loads(found["output"]) if found["status"] == "SUCCEEDED" else None,
        )

    def latest(self, run: str) -> Execution:
        """Return the newest execution of a run; raise HaError when there is none."""
        with aws_errors_as("The executions could not be listed.", _RIGHTS):
            pages = self.states.get_paginator("list_executions").paginate(stateMachineArn=self.arn)
            for found in (one for page in pages for one in page["executions"]):
                name, _, rest = found["name"].rpartition("-")[0].rpartition("-")
                if name == run:
                    return self.look(Execution(found["executionArn"], found["status"], Mode(rest)))
        raise HaError(f"There is no run {run}.", "Look for it: aws stepfunctions list-executions")

    def stop(self, execution: Execution) -> None:
        """End an execution; raise HaError."""
        with aws_errors_as("The execution could not be stopped.", _RIGHTS):
            self.states.stop_execution(executionArn=execution.arn, cause="ha recover at-scale stop")

    def folder(self, run: str) -> RunFolder:
        """Return a run's folder."""
        return RunFolder(self.s3, self.bucket, run)

    def request(self, run: str, mode: Mode, *, write_share: float, read_share: float) -> Request:
        """Return the request with which a run was begun, for another execution; raise HaError."""
        document = self._document(run, RUN)
        shares = {"write_share": write_share, "read_share": read_share}
        return Request.of({**Run.of(document).request, "mode": mode, **shares})

    def report(self, run: str, mode: Mode) -> dict[str, Any]:
        """Return what came of the last execution of a run in that mode; raise HaError."""
        found: dict[str, Any] = self._document(run, report_name(mode))
        return found

    def repairs(self, run: str, parts: list[str], scratch: Path) -> Iterator[Repair]:
        """Yield the repairs of a run's plans; raise HaError."""
        for part in parts:
            yield from self._part(run, part, scratch).repairs()

    def samples(self, run: str, parts: list[str], count: int) -> list[Repair]:
        """Return some of a run's repairs; raise HaError."""
        with tempfile.TemporaryDirectory() as scratch:
            return list(islice(self.repairs(run, parts, Path(scratch)), count))

    def fetch(self, run: str, file: Path) -> tuple[Plan, Plan]:
        """Make one plan file of all of a run's plans, and its undo file; return both. Raises HaError."""
        mode = Mode.APPLY if self.folder(run).read(report_name(Mode.APPLY)).content else Mode.PLAN
        report = self.report(run, mode)
        kept = Run.of(self._document(run, RUN))
        region = self.arn.split(":")[3]
        header = Request.of(report["request"]).header(region, kept.table_id)
        counts = Counter(report["counts"])
        for name in ("repairs", "restored", "recreated", "removed"):
            del counts[name]  # They are counted anew: later rounds have added to them.
        with tempfile.TemporaryDirectory() as scratch:
            repairs = self.repairs(run, report["parts"], Path(scratch))
            plan = plan_file.write(file, header, repairs, counts)
        return plan, prepare_undo(plan, undo_file(file))

    def _part(self, run: str, part: str, scratch: Path) -> Plan:
        file = scratch / "part.jsonl"
        with aws_errors_as(f"The plan {part} could not be fetched.", _RIGHTS):
            self.folder(run).fetch_part("plan", part, file)
        return plan_file.read(file)

    def _document(self, run: str, name: str) -> Any:
        with aws_errors_as(f"{name} of the run {run} could not be read.", _RIGHTS):
            found = self.folder(run).read(name).content
        if found is None:
            raise HaError(f"The run {run} has no {name}.", f"ha recover at-scale status {run}")
        return found
