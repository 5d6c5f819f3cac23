"""Health checks and failover records of a plan, and how long DNS takes to follow them.

Worst case of detection: a checker may wait 4 s for the connection and 2 s for the answer, so each of the
failing checks in a row takes up to interval + 6 s (Route 53 developer guide).
"""

from __future__ import annotations

from dataclasses import dataclass

from techmoda_ha.plan.model import Plan, Resource

CHECK, RECORD = "aws_route53_health_check", "aws_route53_record"
ANSWER_SECONDS = 6
ALIAS_TTL_SECONDS = 60  # An alias of an API Gateway domain is answered with a TTL of 60 s.
DEFAULT_INTERVAL_SECONDS, DEFAULT_THRESHOLD = 30, 3
CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"


@dataclass(frozen=True)
class Detection:
    """How long Route 53 takes to notice, at worst."""

    interval_seconds: int
    threshold: int

    @classmethod
    def of(cls, check: Resource) -> Detection | None:
        """Return the detection of a check, None when its numbers are unknown."""
        interval, threshold = check.value("request_interval"), check.value("failure_threshold")
        numbers = (interval or DEFAULT_INTERVAL_SECONDS, threshold or DEFAULT_THRESHOLD)
        return cls(*numbers) if all(isinstance(number, int) for number in numbers) else None

    @property
    def seconds(self) -> int:
        """Return the worst case in seconds."""
        return self.threshold * (self.interval_seconds + ANSWER_SECONDS)

    @property
    def sum(self) -> str:
        """Return the arithmetic in words."""
        return f"{self.threshold} × ({self.interval_seconds} + {ANSWER_SECONDS}) s"


def failover_records(plan: Plan) -> list[Resource]:
    """Return the records with a failover policy."""
    return [record for record in plan.of(RECORD) if record.is_set("failover_routing_policy") is True]


def role_of(record: Resource) -> str:
    """Return PRIMARY or SECONDARY."""
    return str(record.value("failover_routing_policy.0.type"))


def ttl_of(record: Resource) -> int:
    """Return how many seconds resolvers may keep the record's answer."""
    given = record.value("ttl")
    return given if isinstance(given, int) and record.is_set("alias") is not True else ALIAS_TTL_SECONDS


def is_polling(check: Resource) -> bool:
    """Tell whether checkers ask an endpoint (and do not calculate from other checks or an alarm)."""
    return str(check.value("type")).startswith(("HTTP", "TCP"))


def endpoint_checks(plan: Plan) -> list[Resource]:
    """Return the checks of the region's own endpoint: they poll, and are not inverted."""
    return [one for one in plan.of(CHECK) if is_polling(one) and one.value("invert_healthcheck") is not True]
