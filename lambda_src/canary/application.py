"""Wires the parts together and answers the schedule's tick: one visit to each target, measured."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from canary.connection import HttpsConnection
from canary.visit import Visit, Visitor
from common.clock import Clock

if TYPE_CHECKING:
    from canary.environment import Environment


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that lives as long as the Lambda environment."""

    visitor: Visitor
    targets: Mapping[str, str]
    metrics: EphemeralMetrics
    logger: Logger

    def handle(self) -> dict[str, Any]:
        """Visit every target, all at the same time, and publish how each visit went.

        Returns a map of target → whether its visit was good.
        """
        with ThreadPoolExecutor(len(self.targets)) as pool:
            visits = dict(zip(self.targets, pool.map(self.visitor.visit, self.targets.values()), strict=True))
        for target, visit in visits.items():
            self._report(target, visit)
        return {target: visit.good for target, visit in visits.items()}

    def _report(self, target: str, visit: Visit) -> None:
        """Write the metrics (EMF: a log line, no call), and what went wrong."""
        if not visit.good:
            self.logger.warning(
                "a visit failed",
                target=target,
                url=self.targets[target],
                step=visit.failed_step,
                reason=visit.reason,
            )
        self.metrics.add_dimension("target", target)
        self.metrics.add_metric("Available", MetricUnit.Count, int(visit.good))
        self.metrics.add_metric("Latency", MetricUnit.Milliseconds, visit.milliseconds)
        self.metrics.flush_metrics()


def build(environment: Environment, clock: Clock) -> Application:
    """Return the application for one environment."""
    logger = Logger(service=environment.service, level=environment.log_level)
    logger.append_keys(region=environment.region)
    return Application(
        Visitor(HttpsConnection, clock),
        environment.targets,
        EphemeralMetrics(namespace=environment.metrics_namespace, service=environment.service),
        logger,
    )
