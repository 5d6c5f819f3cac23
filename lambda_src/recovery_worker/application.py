"""Wires the parts together and does the state machine's tasks."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from common.clock import Clock
from recovery_worker.comparing import compare
from recovery_worker.preparing import Tables, checked, prepare
from recovery_worker.reading import Reader
from recovery_worker.repairing import repair
from recovery_worker.reporting import report
from recovery_worker.slices import Slice
from techmoda_recovery.applying import CHUNK, WORKERS, Applier
from techmoda_recovery.core.rules import Rules
from techmoda_recovery.erasures import ErasureLog
from techmoda_recovery.pace import Pace, read_capacity, write_capacity
from techmoda_recovery.run_folder import RUN, OvertakenError, RunFolder
from techmoda_recovery.runs import Mode, Request, RequestError, Run, Segment
from techmoda_recovery.writing import DynamoStore

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from recovery_worker.environment import Environment

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 3, 10, 8
CONNECTIONS = 16
# A slice ends that long before Lambda ends the invocation: one page, or one chunk of repairs, may be at work.
RESERVE_SECONDS = 60.0
CHUNK_SECONDS = 5.0  # Repairs that are written before time is looked at again take about that long.
# What may be gone when the state machine calls again (Retry), by the names that services give it.
_TEMPORARY = (
    "InternalError", "InternalServerError", "LimitExceededException", "RequestLimitExceeded",
    "ProvisionedThroughputExceededException", "RequestTimeout", "ServiceUnavailable", "SlowDown",
    "ThrottlingException",
)  # fmt: skip


class TemporaryError(Exception):
    """AWS did not do what was asked, and may do it later. The state machine names this class."""


@dataclass
class Application:
    """Everything that lives as long as the Lambda environment."""

    environment: Environment
    dynamodb: Any
    s3: Any
    clock: Clock
    logger: Logger
    sleep: Callable[[float], None] = time.sleep
    token: Callable[[], str] = lambda: secrets.token_hex(4)
    writers: int = WORKERS
    _rules: dict[str, Rules] = field(default_factory=dict)

    def handle(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Do one task: {"operation", "request", and for a segment "segment" and "execution"}.

        Raises RequestError, RuleError, NotComparedError and PlanFileError, which calling again does not
        mend; TemporaryError, which it may; and botocore's errors for what is not allowed.
        """
        request = Request.of(event["request"])
        self.logger.append_keys(run=request.run, operation=event["operation"], segment=event.get("segment"))
        try:
            return self._do(request, event, context)
        except OvertakenError:
            self.logger.warning("another execution of this run is at work on the segment")
            return {"done": False}
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if error.response["Error"]["Code"] in _TEMPORARY or status >= 500:
                raise TemporaryError(str(error)) from error
            raise
        except BotoCoreError as error:
            raise TemporaryError(str(error)) from error

    def _do(self, request: Request, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        if request.table != self.environment.table:
            raise RequestError(f"this state machine repairs {self.environment.table}, not {request.table}")
        folder = RunFolder(self.s3, self.environment.bucket, request.run)
        if event["operation"] == "report":
            figures = report(request, Run.of(folder.read(RUN).content), folder)
            self.logger.info("the run has ended", figures=figures)
            return figures
        tables = Tables.read(self.dynamodb, request)
        if event["operation"] == "prepare":
            request.choice.rules()  # Expressions that cannot be read are refused before anything is.
            run = prepare(request, tables, folder, self.environment.segment_bytes)
            self.logger.info("the run is cut into segments", segments=run.segments)
            names = [one.name for one in run.all_segments]
            return {"request": request.as_json(), "mode": str(request.mode), "segments": names}
        run = checked(Run.of(folder.read(RUN).content), request, tables)
        make, ends_at = self._slice(run, tables, request, folder), self._ends_at(context)
        with tempfile.TemporaryDirectory() as scratch:
            work = make(
                segment=Segment.named(event["segment"]),
                scratch=Path(scratch),
                has_time=lambda: self.clock.monotonic() < ends_at,
            )
            if event["operation"] == "compare":
                done = compare(work)
            else:
                mode = Mode(event["operation"])
                done = repair(work, mode, str(event["execution"]), self.clock.monotonic)
        self.logger.info("a slice of work is done", done=done)
        return {"done": done}

    def _slice(self, run: Run, tables: Tables, request: Request, folder: RunFolder) -> Callable[..., Slice]:
        """Return what makes a slice of the segment, the scratch folder, and whether there is time."""
        # Each of those at work has its part of the share, whatever the others do.
        workers = min(self.environment.concurrency, 2 * run.segments)
        reads = read_capacity(tables.live) * request.read_share / workers
        writes = write_capacity(tables.live) * request.write_share / workers
        erasures = ErasureLog(self.dynamodb, self.environment.erasures_table)
        store = DynamoStore(self.dynamodb, request.table, erasures.table)
        chunk = max(1, min(CHUNK, int(writes * CHUNK_SECONDS)))
        applier = Applier(store, erasures, self._pace(writes), self.writers, chunk)

        def reader(table: str, pace: Pace | None = None) -> Reader:
            items = tables.page_items(reads)
            return Reader(self.dynamodb, table, run.key_names, self.sleep, pace=pace, page_items=items)

        return partial(
            Slice, request, run, region=self.environment.region,
            rules=self._rules_of(request, folder),
            restored=reader(request.restored_table), live=reader(request.table, self._pace(reads)),
            erasures=erasures, applier=applier,
            folder=folder, token=self.token,
        )  # fmt: skip

    def _ends_at(self, context: LambdaContext) -> float:
        lambda_leaves = context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
        return self.clock.monotonic() + min(self.environment.slice_seconds, max(lambda_leaves, 1.0))

    def _pace(self, units: float) -> Pace:
        return Pace(units, self.clock.monotonic, self.sleep)

    def _rules_of(self, request: Request, folder: RunFolder) -> Rules:
        """Return the run's rules; its lists of keys are read once in each Lambda environment."""
        if request.run not in self._rules:
            only = folder.keys(request.only_keys) if request.only_keys else None
            keep = folder.keys(request.keep_keys) if request.keep_keys else ()
            self._rules = {request.run: request.choice.rules(only, keep)}
        return self._rules[request.run]


def build(environment: Environment, clock: Clock) -> Application:
    """Return the application for one environment. Clients are made here and nowhere else."""
    logger = Logger(service=environment.service, level=environment.log_level)
    logger.append_keys(region=environment.region)
    return Application(
        environment, _client("dynamodb", environment), _client("s3", environment), clock, logger
    )


def _client(service: str, environment: Environment) -> Any:
    config = Config(
        region_name=environment.region,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        max_pool_connections=CONNECTIONS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        s3={"addressing_style": "path"},
    )
    make: Any = botocore.session.get_session().create_client
    return make(service, config=config)
