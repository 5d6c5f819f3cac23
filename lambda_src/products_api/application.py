"""Wires the parts together and answers one invocation: the budget, the answer, its log line and metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from common.clock import Clock
from products_api.clients import HEALTH, KEYS, STORE, ClientFactory
from products_api.cursor import CursorCodec, KmsKeySource
from products_api.deadline import Deadline
from products_api.health import HealthCheck
from products_api.repository import DynamoProductRepository
from products_api.routes import Facts, Routes
from products_api.service import ProductService

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from products_api.environment import Environment


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that lives as long as the Lambda environment."""

    routes: Routes
    deadline: Deadline
    clock: Clock
    logger: Logger
    metrics: EphemeralMetrics

    def handle(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Answer an API Gateway proxy event."""
        started = self.clock.monotonic()
        self.deadline.restart(context.get_remaining_time_in_millis())
        answer, facts = self.routes.answer(event, context)
        self._report(event, answer["statusCode"], started, facts)
        return answer

    def _report(self, event: dict[str, Any], status: int, started: float, facts: Facts) -> None:
        """Write one log line, and the metrics as a second one (EMF: no call, so nothing to wait for)."""
        milliseconds = (self.clock.monotonic() - started) * 1000
        request = event.get("requestContext", {})
        self.logger.info(
            "request",
            method=event.get("httpMethod"),
            path=event.get("path"),
            status=status,
            milliseconds=round(milliseconds, 1),
            api_request_id=request.get("requestId"),
            error=facts.error,
            reason=facts.reason,
        )
        if facts.list_size is not None:
            self.metrics.add_metric("ProductListSize", MetricUnit.Count, facts.list_size)
        if facts.implausible is not None:
            self.metrics.add_metric("ImplausibleProducts", MetricUnit.Count, facts.implausible)
        self.metrics.add_metric("ResponseTime", MetricUnit.Milliseconds, milliseconds)
        # 0 as well as 1, so that the average is the error rate and silence means no traffic.
        self.metrics.add_metric("Errors", MetricUnit.Count, 1 if status >= 500 else 0)
        self.metrics.flush_metrics()


def build(environment: Environment, clock: Clock) -> Application:
    """Return the application for one environment. Clients are made here and nowhere else."""
    logger = Logger(service=environment.service, level=environment.log_level)
    logger.append_keys(environment=environment.environment, region=environment.region)
    deadline = Deadline(clock)
    clients = ClientFactory(environment.region, deadline)
    repository = DynamoProductRepository(
        clients.dynamodb(STORE),
        environment.products_table,
        environment.category_index,
        environment.idempotency_table,
        logger,
        writer=environment.writer,
    )
    # Only the client that every request needs is made now; the others wait until they are used.
    cursors = CursorCodec(KmsKeySource(lambda: clients.kms(KEYS), environment.cursor_key_id))
    health = HealthCheck(
        lambda: clients.dynamodb(HEALTH), environment.products_table, environment.region, clock
    )
    routes = Routes(
        ProductService(repository, cursors, clock),
        health,
        logger,
        allowed_origin=environment.allowed_origin,
        region=environment.region,
    )
    metrics = EphemeralMetrics(namespace=environment.metrics_namespace, service=environment.service)
    return Application(routes, deadline, clock, logger, metrics)
