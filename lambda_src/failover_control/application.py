"""Wires the parts together and answers an event: a request of a health checker, or the schedule's tick."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import botocore.session
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from botocore.config import Config

from common.clock import Clock
from failover_control.endpoint import StopEndpoint
from failover_control.latch import Latch, Timing, Watched
from failover_control.switch import SwitchStore
from failover_control.whereabouts import Led, Whereabouts

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient

    from failover_control.environment import Environment

# A checker waits 2 s for its answer; one attempt and its retry fit in.
CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 0.3, 0.5, 2
# The schedule ticks once a minute, so one watch ends when the next begins.
WATCH_SECONDS = 60.0
# A look may wait for DNS and the table; the watch ends that much before Lambda ends it.
RESERVE_SECONDS = 10.0
# Who starts a watch: the schedule, and the incident responder when the primary region is unhealthy.
WATCH_REQUESTERS = ("aws.events", "incident-responder")


class UnknownEventError(ValueError):
    """The event is neither a request to the API nor a tick of the schedule."""


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that lives as long as the Lambda environment."""

    endpoint: StopEndpoint
    latch: Latch
    metrics: EphemeralMetrics

    def handle(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Answer an API Gateway proxy event or a scheduled event. Raises UnknownEventError."""
        if "httpMethod" in event:
            return self.endpoint.answer()
        if event.get("source") in WATCH_REQUESTERS:
            remaining = context.get_remaining_time_in_millis() / 1000
            watched = self.latch.watch(min(WATCH_SECONDS, remaining - RESERVE_SECONDS))
            self._report(watched)
            return {"engaged_now": watched.engaged_now}
        raise UnknownEventError(f"no event of the API nor of the schedule: {sorted(event)}")

    def _report(self, watched: Watched) -> None:
        """Write the metrics (EMF: a log line, no call). What is not known is not written."""
        figures = {"LatchWorking": watched.working, "LatchEngaged": watched.engaged_now}
        if watched.switch is not None:
            figures |= {"StopEngaged": watched.switch.engaged, "LatchArmed": watched.switch.armed}
        if watched.led is not Led.UNKNOWN:
            figures["LedToDr"] = watched.led is Led.TO_DR
        for name, value in figures.items():
            self.metrics.add_metric(name, MetricUnit.Count, int(value))
        self.metrics.flush_metrics()


def build(environment: Environment, clock: Clock, sleep: Callable[[float], None] = time.sleep) -> Application:
    """Return the application for one environment. The client is made here and nowhere else."""
    logger = Logger(service=environment.service, level=environment.log_level)
    logger.append_keys(region=environment.region)
    store = SwitchStore(_dynamodb(environment.region), environment.table)
    whereabouts = Whereabouts(environment.active_host, environment.primary_host, environment.dr_host)
    timing = Timing(environment.look_every, environment.arm_after)
    return Application(
        StopEndpoint(store, logger),
        Latch(store, whereabouts.look, timing, clock=clock, sleep=sleep, logger=logger),
        EphemeralMetrics(namespace=environment.metrics_namespace, service=environment.service),
    )


def _dynamodb(region: str) -> DynamoDBClient:
    config = Config(
        region_name=region,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        tcp_keepalive=True,
    )
    client = botocore.session.get_session().create_client("dynamodb", config=config)
    return cast("DynamoDBClient", client)
