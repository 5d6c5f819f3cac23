"""Route 53's data plane: health checkers that poll, and a DNS server that answers for the hosted zones.

Contract: the Route 53 developer guide; local_aws.dns and local_aws.health_checks say which chapters.
Both are global services, so no region's outage stops them; only their metrics, which CloudWatch keeps in
us-east-1, are lost while that region is cut off (developer guide, "Monitoring health checks using
CloudWatch": HealthCheckStatus, HealthCheckPercentageHealthy, ChildHealthCheckHealthyCount and, with
MeasureLatency, ConnectionTime, SSLHandshakeTime and TimeToFirstByte).

The DNS server listens on the control address, UDP and TCP, port LOCAL_AWS_DNS_PORT. The control API
answers GET /_local/health-checks, and PUT with {"speed": 5} makes the intervals pass five times faster.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from local_aws import metrics
from local_aws.asgi import Receive, Scope, Send, read_body, send_json
from local_aws.context import Context
from local_aws.dns import server
from local_aws.dns.resolver import Resolver
from local_aws.dns.store import GatewayNames, HostedZones
from local_aws.fills import Fill, Tick
from local_aws.fills.alarms_evaluator import evaluated_state
from local_aws.health_checks.checker import Checker, Result, healthy_percent
from local_aws.health_checks.config import Alarm, HealthCheck
from local_aws.health_checks.monitor import Monitor
from local_aws.health_checks.prober import Prober
from local_aws.health_checks.status import AlarmState, Statuses
from local_aws.health_checks.store import HealthChecks
from local_aws.settings import Settings

METRICS_REGION = "us-east-1"
_NAMESPACE = "AWS/Route53"
_HTTPS_PORT = 443
_FASTEST = 100.0


class DataPlane:
    """The data plane of one running server."""

    def __init__(self, context: Context) -> None:
        settings = context.settings
        self._faults = context.faults
        self.checks = HealthChecks(settings.account_id)
        self.resolver = Resolver(
            HostedZones(settings.account_id), GatewayNames(settings).address_of, self._is_healthy
        )
        prober = Prober(self.resolver.addresses, lambda address, port: _port_at(settings, address, port))
        self.monitor = Monitor(self.checks, prober, self._publish_latency)
        self.statuses = Statuses(self.checks, self.monitor.checkers, self._alarm_state)
        self.sockets = server.bind(settings.control_address, settings.dns_port)

    def _is_healthy(self, health_check_id: str) -> bool:
        return self.statuses.is_healthy(health_check_id)

    def _alarm_state(self, alarm: Alarm) -> AlarmState:
        """What the alarm's metrics say, whatever SetAlarmState did. A region that is cut off says nothing."""
        if not self._faults.is_up(alarm.region):
            return AlarmState.INSUFFICIENT_DATA
        return AlarmState(evaluated_state(alarm.region, alarm.name))

    def note(self) -> None:
        """Take note of the state of all health checks, and publish it."""
        self.statuses.observe()
        for check in self.checks().values():
            if not check.disabled:
                for name, value, unit in self._figures(check):
                    self._publish(name, value, unit, HealthCheckId=check.id)

    def _figures(self, check: HealthCheck) -> Iterator[tuple[str, float, str]]:
        yield "HealthCheckStatus", float(self.statuses.is_healthy(check.id)), "None"
        if check.monitors_endpoint:
            yield "HealthCheckPercentageHealthy", healthy_percent(self.monitor.checkers(check.id)), "Percent"
        elif check.type == "CALCULATED":
            yield "ChildHealthCheckHealthyCount", self.statuses.healthy_children(check), "None"

    def _publish_latency(self, check: HealthCheck, checker: Checker, result: Result) -> None:
        if not check.measure_latency:
            return
        times = {
            "ConnectionTime": result.connect_ms,
            "SSLHandshakeTime": result.tls_ms,
            "TimeToFirstByte": result.first_byte_ms,
        }
        for name, value in times.items():
            if value is not None:
                self._publish(name, value, "Milliseconds", HealthCheckId=check.id)
                self._publish(name, value, "Milliseconds", HealthCheckId=check.id, Region=checker.region)

    def _publish(self, name: str, value: float, unit: str, **dimensions: str) -> None:
        if self._faults.is_up(METRICS_REGION):
            metrics.publish(METRICS_REGION, _NAMESPACE, name, value, unit, dimensions)

    def describe(self) -> dict[str, Any]:
        """All health checks with what each checker thinks, for the control API."""
        return {
            "speed": self.monitor.speed,
            "health_checks": {
                check.id: {
                    "type": check.type,
                    "healthy": self.statuses.is_healthy(check.id),
                    "checkers": [_described(checker) for checker in self.monitor.checkers(check.id)],
                }
                for check in self.checks().values()
            },
        }


def _described(checker: Checker) -> dict[str, Any]:
    last = checker.last
    return {
        "region": checker.region,
        "healthy": checker.healthy,
        "last": {"text": last.text, "at": last.at.isoformat()} if last else None,
    }


def _port_at(settings: Settings, address: str, port: int) -> int:
    """Port 443 of a region's data plane is privileged here, so another one stands in for it."""
    is_data_plane = address in settings.regions.values()
    return settings.tls_port if is_data_plane and port == _HTTPS_PORT else port


class _Running:
    """The data plane of this process, once it runs. Fills are modules, so this is where it is kept."""

    data_plane: DataPlane | None = None


def running() -> DataPlane:
    """The data plane of the running server."""
    if _Running.data_plane is None:
        raise RuntimeError("Route 53's data plane does not run yet")
    return _Running.data_plane


def _start(context: Context) -> None:
    _Running.data_plane = DataPlane(context)


async def _answer_dns(_context: Context) -> None:
    data_plane = running()
    await server.serve(data_plane.sockets, data_plane.resolver.answer)


async def _check_health(_context: Context) -> None:
    data_plane = running()
    await data_plane.monitor.run(data_plane.note)


async def _control(scope: Scope, receive: Receive, send: Send) -> None:
    data_plane = running()
    if scope["method"] == "PUT":
        speed = _speed(await read_body(receive))
        if speed is None:
            message = f'the body must be {{"speed": n}} with a number up to {_FASTEST:g}'
            await send_json(send, {"message": message}, HTTPStatus.BAD_REQUEST)
            return
        data_plane.monitor.speed = speed
    await send_json(send, data_plane.describe())


def _speed(body: bytes) -> float | None:
    """The speed that the body asks for, or None when it asks for none that can be."""
    try:
        speed = float(json.loads(body)["speed"])
    except (ValueError, KeyError, TypeError):
        return None
    return speed if 0 < speed <= _FASTEST else None


FILL = Fill(
    name="route53_data_plane",
    requires=(
        "ministack.services.route53._zones",
        "ministack.services.route53._records",
        "ministack.services.route53._health_checks",
        "ministack.services.apigateway_v1._domain_names",
    ),
    on_start=_start,
    # Each runs for as long as the server does; as ticks they are started again should they ever fail.
    ticks=(Tick(1.0, _check_health), Tick(0.1, _answer_dns)),
    control={"health-checks": _control},
)
