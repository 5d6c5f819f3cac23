"""The function as the state machine calls it, on tables and a bucket in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger
from tests.unit.recovery.stories import BAD, key, product

from recovery_worker.application import Application
from recovery_worker.environment import Environment
from techmoda_recovery.core.rules import Choice
from techmoda_recovery.run_folder import RunFolder
from techmoda_recovery.runs import Mode, Request

LIVE, RESTORED, ERASURES, BUCKET = "products", "products-as-of-1", "erasures", "runs"
REQUEST = Request(
    run="reconcile-1",
    mode=Mode.APPLY,
    table=LIVE,
    restored_table=RESTORED,
    created_at="2026-05-01T10:00:00.000Z",
    described="a test",
    choice=Choice(undo_writer=(BAD,), undo=("event == 'REMOVE'",)),
    segments=2,
)
ENVIRONMENT = Environment(
    table=LIVE, erasures_table=ERASURES, bucket=BUCKET, concurrency=2, slice_seconds=60.0,
    segment_bytes=1024, region="us-east-1", log_level="INFO", service="recovery-worker",
)  # fmt: skip


class EndedError(Exception):
    """The execution was ended here."""


class Context:
    """What Lambda tells of an invocation."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@dataclass
class Clock:
    """Time that passes by `step` seconds each time that somebody looks."""

    step: float = 0.0
    seconds: float = 0.0

    def monotonic(self) -> float:
        self.seconds += self.step
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)


@dataclass
class Shop:
    """Both tables, the log of erasures and the bucket. `calls` are the function's invocations so far."""

    dynamodb: Any
    s3: Any
    clock: Clock = field(default_factory=Clock)
    calls: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=lambda: {name: f"id of {name}" for name in (LIVE, RESTORED)})
    _application: Application | None = None

    def open(self) -> None:
        """Make the tables and the bucket."""
        for table in (LIVE, RESTORED, ERASURES):
            self.dynamodb.create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            )
        self.s3.create_bucket(Bucket=BUCKET)
        self.dynamodb.meta.events.register("after-call.dynamodb.DescribeTable", self._identify)

    def _identify(self, parsed: dict[str, Any], **_: Any) -> None:
        """Give the table an id, which moto's have not."""
        name = parsed["Table"]["TableName"]
        parsed["Table"]["TableId"] = self.ids.get(name, name)

    def corrupt(self, count: int) -> None:
        """Put so many products into the restored table, and what has become of them into the live one.

        Of five products one lost its price, one was deleted, one was made by the bad deployment, one was sold
        legitimately, and one is as it was.
        """
        for number in range(count):
            name, kind = f"p{number:04d}", number % 5
            if kind != 2:
                self.put(RESTORED, product(name, 1, price="19.90"))
            if kind == 0:
                self.put(LIVE, product(name, 2, BAD, price="0.00"))
            elif kind == 2:
                self.put(LIVE, product(name, 1, BAD, price="1.00"))
            elif kind == 3:
                self.put(LIVE, product(name, 2, price="19.90", stock="4"))
            elif kind == 4:
                self.put(LIVE, product(name, 1, price="19.90"))

    def put(self, table: str, item: dict[str, Any]) -> None:
        self.dynamodb.put_item(TableName=table, Item=item)

    def item(self, name: str) -> Any:
        return self.dynamodb.get_item(TableName=LIVE, Key=key(name), ConsistentRead=True).get("Item")

    def items(self, table: str = LIVE) -> dict[str, Any]:
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=table)
        return {item["id"]["S"]: item for page in pages for item in page["Items"]}

    def folder(self, run: str = REQUEST.run) -> RunFolder:
        return RunFolder(self.s3, BUCKET, run)

    def execute(
        self, request: Request = REQUEST, name: str = "one", before: Callable[[str, int], None] | None = None
    ) -> dict[str, Any]:
        """Run the state machine's states; `before` is told of each call, and how many there were."""

        def call(operation: str, **more: Any) -> dict[str, Any]:
            self.calls.append(operation)
            if before is not None:
                before(operation, len(self.calls))
            event = {"operation": operation, "request": request.as_json(), "execution": name, **more}
            return self.application.handle(event, Context())  # type: ignore[arg-type]

        segments = call("prepare")["segments"]
        operations = {Mode.PLAN: ["compare"], Mode.APPLY: ["compare", "apply"], Mode.UNDO: ["undo"]}
        for operation in operations[request.mode]:
            for segment in segments:
                while not call(operation, segment=segment)["done"]:
                    pass
        return call("report")

    def asked(self, mode: Mode) -> dict[str, Any]:
        """Run the state machine in a mode, as a new execution."""
        return self.execute(replace(REQUEST, mode=mode), name=f"{mode}-{len(self.calls)}")

    @property
    def application(self) -> Application:
        if self._application is None:
            logger = Logger(service="recovery-worker", level="CRITICAL")
            self._application = Application(
                ENVIRONMENT,
                self.dynamodb,
                self.s3,
                self.clock,
                logger,
                sleep=lambda _seconds: None,
                writers=1,  # moto's tables are not made for threads.
            )
        return self._application
