"""How a region stands against its objectives: what is left of the error budgets, and how fast they are spent.

The metrics are those of modules/monitoring's alarms: 5XXError and Count for availability, and for latency the
percentile rank of the promised time (PR, CloudWatch user guide, "Statistics definitions").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.slo.arithmetic import DAY_SECONDS, Alert, Objective

Clients = Callable[[str, str], Any]


@dataclass(frozen=True)
class ServiceLevel:
    """What a region promises: the output `service_level` of its environment."""

    api_name: str
    stage: str
    objectives: Mapping[str, Objective]
    within_ms: int
    alerts: tuple[Alert, ...]
    minimum_bad_requests: float  # fewer in a long window raise nothing

    @classmethod
    def from_output(cls, output: Mapping[str, Any]) -> Self:
        """Return what the Terraform output says."""
        period = output["period_days"] * DAY_SECONDS
        return cls(
            api_name=output["api"]["name"],
            stage=output["api"]["stage"],
            objectives={name: Objective(share, period) for name, share in output["objectives"].items()},
            within_ms=int(output["within_ms"]),
            alerts=tuple(Alert(name=name, **alert) for name, alert in output["alerts"].items()),
            minimum_bad_requests=output["minimum_bad_requests"],
        )


@dataclass(frozen=True)
class Count:
    """Requests of a window, and the bad ones among them by each objective."""

    requests: float
    bad: Mapping[str, float]


@dataclass(frozen=True)
class Standing:
    """One objective in one region.

    `enough_requests` is False while one bad request alone would use the budget up, and so few are bad that
    no alert would be raised: then `budget_left_percent` says nothing about the service.
    """

    region: str
    objective: str
    promised_percent: float
    requests: float
    good_percent: float | None
    budget_left_percent: float
    enough_requests: bool
    burn_rates: Mapping[str, tuple[float, float]]  # by alert: of its long and of its short window
    raised: tuple[str, ...]  # the alerts whose both windows are at their burn rate

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)


def standings(clients: Clients, region: str, level: ServiceLevel, now: datetime) -> list[Standing]:
    """Return how a region stands against each objective. Raises HaError."""
    period = next(iter(level.objectives.values())).period_seconds
    windows = {seconds for alert in level.alerts for seconds in (alert.long_seconds, alert.short_seconds)}
    counts = {seconds: _count(clients, region, level, now, seconds) for seconds in {*windows, int(period)}}
    return [_standing(region, name, objective, level, counts) for name, objective in level.objectives.items()]


def _standing(
    region: str, name: str, objective: Objective, level: ServiceLevel, counts: Mapping[int, Count]
) -> Standing:
    whole = counts[int(objective.period_seconds)]
    bad = whole.bad[name]
    burn_rates, raised = {}, []
    for alert in level.alerts:
        long, short = (
            objective.burn_rate(counts[seconds].bad[name], counts[seconds].requests)
            for seconds in (alert.long_seconds, alert.short_seconds)
        )
        burn_rates[alert.name] = (round(long, 2), round(short, 2))
        enough = counts[alert.long_seconds].bad[name] >= level.minimum_bad_requests
        if enough and min(long, short) >= alert.burn_rate(objective.period_seconds):
            raised.append(alert.name)
    return Standing(
        region=region,
        objective=name,
        promised_percent=round(objective.share * 100, 6),
        requests=whole.requests,
        good_percent=round(100 * (1 - bad / whole.requests), 4) if whole.requests else None,
        budget_left_percent=round(100 * objective.budget_left(bad, whole.requests), 2),
        enough_requests=whole.requests * objective.allowed_share >= 1 or bad >= level.minimum_bad_requests,
        burn_rates=burn_rates,
        raised=tuple(raised),
    )


def _count(clients: Clients, region: str, level: ServiceLevel, now: datetime, seconds: int) -> Count:
    """Count the requests of the window that ends with this minute; one period is the whole window."""
    stats = {
        "requests": ("Count", "Sum"),
        "failed": ("5XXError", "Sum"),
        "fast": ("Latency", f"PR(:{level.within_ms})"),
    }
    queries = [_query(level, name, metric, stat, seconds) for name, (metric, stat) in stats.items()]
    # Periods count from the start, rounded to a minute: from whole minutes on there is exactly one.
    end = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    with aws_errors_as(f"CloudWatch of {region} gives no data.", "Is the region up? ha local status"):
        answer = clients("cloudwatch", region).get_metric_data(
            MetricDataQueries=queries, StartTime=end - timedelta(seconds=seconds), EndTime=end
        )
    values = {result["Id"]: sum(result["Values"]) for result in answer["MetricDataResults"]}
    requests = values.get("requests", 0.0)
    slow = (100 - values["fast"]) / 100 * requests if requests and "fast" in values else 0.0
    return Count(requests, {"availability": values.get("failed", 0.0), "latency": slow})


def _query(level: ServiceLevel, name: str, metric: str, stat: str, seconds: int) -> dict[str, Any]:
    dimensions = {"ApiName": level.api_name, "Stage": level.stage}
    return {
        "Id": name,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/ApiGateway",
                "MetricName": metric,
                "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            },
            "Period": seconds,
            "Stat": stat,
        },
    }
