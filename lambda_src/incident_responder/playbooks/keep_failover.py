"""The primary region is unhealthy: see to it that the failover is kept.

The latch (lambda_src/failover_control) engages STOP, and nobody else does by himself: it follows where
Route 53 leads clients, so no single point of view takes a region out of service (docs/decisions/0100). This
playbook starts a watch of the latch at once, in case its schedule does not, waits for what comes of it, and
tells.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common.clock import Clock
from incident_responder.decisions import Act, Decision, Done, Leave
from incident_responder.incidents import Incident
from incident_responder.playbooks.aws import aws_errors_as

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient

NAME = "keep-failover"
LOOK_EVERY_SECONDS = 5.0
WATCH_REQUEST = {"source": "incident-responder", "detail-type": "Watch Requested"}


@dataclass(frozen=True, slots=True)
class Parameters:
    """The latch's function, the switch's table, and how long the latch may take."""

    table: str
    function: str
    alias: str
    wait_seconds: int = 90

    def __post_init__(self) -> None:
        if not 1 <= self.wait_seconds <= 240:
            raise ValueError("wait_seconds must be 1 to 240")


@dataclass(frozen=True, slots=True)
class Stop:
    """What the switch says; lambda_src/failover_control/__init__.py is the contract of its item."""

    engaged: bool
    armed: bool
    by: str
    at: str


class KeepFailover:
    """The playbook for the STOP switch."""

    name = NAME

    def __init__(
        self,
        parameters: Parameters,
        dynamodb: DynamoDBClient,
        functions: LambdaClient,
        clock: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        self._parameters = parameters
        self._resource = parameters.table
        self._dynamodb = dynamodb
        self._functions = functions
        self._clock = clock
        self._sleep = sleep

    @classmethod
    def build(
        cls,
        parameters: Parameters,
        clients: Callable[[str], Any],
        clock: Clock,
        sleep: Callable[[float], None],
    ) -> KeepFailover:
        """Return the playbook with clients of its own."""
        return cls(parameters, clients("dynamodb"), clients("lambda"), clock, sleep)

    def resource_of(self, incident: Incident) -> str:
        """Return the switch's table."""
        del incident  # It is the same for every incident.
        return self._resource

    def assess(self, incident: Incident) -> Decision:
        """Decide whether the latch is to be started. Raises PlaybookError."""
        del incident
        stop = self._read()
        if stop.engaged:
            return Leave(
                f"STOP is engaged since {stop.at} by {stop.by}: the failover is kept", _details(stop)
            )
        return Act(
            "start a watch of the latch, which engages STOP once DNS leads to this region", self._watch
        )

    def _watch(self) -> Done:
        with aws_errors_as("the latch could not be started"):
            self._functions.invoke(
                FunctionName=self._parameters.function,
                Qualifier=self._parameters.alias,
                InvocationType="Event",
                Payload=json.dumps(WATCH_REQUEST),
            )
        ends_at = self._clock.monotonic() + self._parameters.wait_seconds
        stop = self._read()
        while not stop.engaged and self._clock.monotonic() + LOOK_EVERY_SECONDS < ends_at:
            self._sleep(LOOK_EVERY_SECONDS)
            stop = self._read()
        if stop.engaged:
            return Done(f"STOP is engaged since {stop.at} by {stop.by}: the failover is kept", _details(stop))
        why = "DNS still leads to the primary region" if stop.armed else "the latch is not armed"
        return Done(
            f"STOP is not engaged after {self._parameters.wait_seconds} s: {why}. If clients suffer, take "
            "the primary region out: ha failover stop",
            _details(stop),
        )

    def _read(self) -> Stop:
        with aws_errors_as("the STOP switch cannot be read"):
            answer = self._dynamodb.get_item(
                TableName=self._parameters.table, Key={"id": {"S": "stop"}}, ConsistentRead=True
            )
        item: Any = answer.get("Item")
        if item is None:
            return Stop(engaged=False, armed=False, by="", at="")
        return Stop(item["engaged"]["BOOL"], item["armed"]["BOOL"], item["by"]["S"], item["at"]["S"])


def _details(stop: Stop) -> dict[str, Any]:
    return {"engaged": stop.engaged, "armed": stop.armed, "by": stop.by, "at": stop.at}
