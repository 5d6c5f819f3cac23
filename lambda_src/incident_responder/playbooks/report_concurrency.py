"""Concurrency near its limit: tell people the arithmetic by which they can decide.

Raising a limit takes concurrency from other functions or needs a larger quota, and a surge may be an
attack: no change is made here. Concurrency = requests a second x seconds each (Lambda developer guide).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from common.clock import Clock
from incident_responder.decisions import Decision, Report
from incident_responder.incidents import Incident
from incident_responder.playbooks.aws import aws_errors_as

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_lambda import LambdaClient

NAME = "report-concurrency"
# Lambda keeps this much of the account's concurrency free of reservations [botocore, PutFunctionConcurrency].
UNRESERVED_MINIMUM = 100
QUOTA = "L-B99AE394"  # Service Quotas: Lambda, concurrent executions
STATISTICS = {
    "ConcurrentExecutions": "Maximum",
    "Invocations": "Sum",
    "Throttles": "Sum",
    "Duration": "Average",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    """Which function is looked at, and how far back."""

    function: str
    look_back_minutes: int = 10

    def __post_init__(self) -> None:
        if not 1 <= self.look_back_minutes <= 180:
            raise ValueError("look_back_minutes must be 1 to 180")


@dataclass(frozen=True, slots=True)
class Concurrency:
    """What the account and the function have, and what the function used."""

    account: int
    unreserved: int
    reserved: int | None
    peak: float
    requests_per_second: float  # in the busiest minute
    throttled: float
    seconds_each: float

    @property
    def limit(self) -> int:
        """Return how many executions the function can have."""
        return self.unreserved if self.reserved is None else self.reserved

    @property
    def reservable(self) -> int:
        """Return how much more can be reserved within the account's quota."""
        return max(0, self.unreserved - UNRESERVED_MINIMUM)


def arithmetic(function: str, found: Concurrency) -> tuple[str, dict[str, float]]:
    """Return the arithmetic as a text for people and as figures."""
    needed = found.requests_per_second * found.seconds_each
    carries = found.limit / found.seconds_each if found.seconds_each else 0.0
    share = found.peak / found.limit if found.limit else 0.0
    source = "reserved" if found.reserved is not None else "unreserved in the account"
    text = (
        f"{function} used {found.peak:g} of {found.limit} executions ({source}; {share:.0%}) and was "
        f"throttled {found.throttled:g} times. Demand: {found.requests_per_second:.1f} requests/s x "
        f"{found.seconds_each:.3f} s = {needed:.1f} executions at a time; the limit carries {carries:.0f} "
        "requests/s at that duration. "
        f"{found.reservable} more can be reserved within the account's {found.account} "
        f"({UNRESERVED_MINIMUM} stay unreserved); beyond that, ask for a larger quota ({QUOTA})."
    )
    figures = {
        "limit": found.limit,
        "peak": found.peak,
        "share_of_limit": round(share, 4),
        "throttled": found.throttled,
        "requests_per_second": round(found.requests_per_second, 3),
        "seconds_each": round(found.seconds_each, 4),
        "executions_needed": round(needed, 2),
        "account_limit": found.account,
        "reservable": found.reservable,
    }
    return text, figures


class ReportConcurrency:
    """The playbook for one function."""

    name = NAME

    def __init__(
        self, parameters: Parameters, functions: LambdaClient, metrics: CloudWatchClient, clock: Clock
    ) -> None:
        self._parameters = parameters
        self._resource = parameters.function
        self._functions = functions
        self._metrics = metrics
        self._clock = clock

    @classmethod
    def build(cls, parameters: Parameters, clients: Callable[[str], Any], clock: Clock) -> ReportConcurrency:
        """Return the playbook with clients of its own."""
        return cls(parameters, clients("lambda"), clients("cloudwatch"), clock)

    def resource_of(self, incident: Incident) -> str:
        """Return the function that is looked at."""
        del incident  # It is the same for every incident.
        return self._resource

    def assess(self, incident: Incident) -> Decision:
        """Work out the arithmetic. Raises PlaybookError."""
        del incident
        with aws_errors_as(f"the concurrency of {self._resource} cannot be read"):
            account = self._functions.get_account_settings()["AccountLimit"]
            own = self._functions.get_function_concurrency(FunctionName=self._resource)
            figures = self._figures()
        found = Concurrency(
            account=account["ConcurrentExecutions"],
            unreserved=account["UnreservedConcurrentExecutions"],
            reserved=own.get("ReservedConcurrentExecutions"),
            peak=max(figures["ConcurrentExecutions"], default=0.0),
            requests_per_second=_busiest_minute(figures) / 60,
            throttled=sum(figures["Throttles"]),
            seconds_each=_mean(figures["Duration"]) / 1000,
        )
        text, details = arithmetic(self._resource, found)
        return Report(text, details)

    def _figures(self) -> dict[str, Sequence[float]]:
        """Return the metrics' values by the minute, in the order of time."""
        now = self._clock.now()
        answer = self._metrics.get_metric_data(
            MetricDataQueries=[
                _query(number, self._resource, name) for number, name in enumerate(STATISTICS)
            ],
            StartTime=now - timedelta(minutes=self._parameters.look_back_minutes),
            EndTime=now,
            ScanBy="TimestampAscending",
        )
        values = {one["Id"]: one["Values"] for one in answer["MetricDataResults"]}
        return {name: values.get(f"m{number}", []) for number, name in enumerate(STATISTICS)}


def _query(number: int, function: str, metric: str) -> Any:
    stat = {
        "Metric": {
            "Namespace": "AWS/Lambda",
            "MetricName": metric,
            "Dimensions": [{"Name": "FunctionName", "Value": function}],
        },
        "Period": 60,
        "Stat": STATISTICS[metric],
    }
    return {"Id": f"m{number}", "MetricStat": stat}


def _busiest_minute(figures: Mapping[str, Sequence[float]]) -> float:
    """Return the most requests of a minute; what was throttled was asked for as well."""
    return max(figures["Invocations"], default=0.0) + max(figures["Throttles"], default=0.0)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
