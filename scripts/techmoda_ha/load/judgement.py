"""Judging a load test: its evidence, from what the load process wrote and what CloudWatch counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from techmoda_ha.errors import HaError
from techmoda_ha.evidence import Evidence, TimelineEntry
from techmoda_ha.load.scenarios import Scenario

TOO_MANY_REQUESTS = "429"
SENT_SHARE = 0.9
"""A test that sent less than this share of what it was to send has not tested it."""


@dataclass(frozen=True)
class LoadObjectives:
    """What objectives.yaml promises under load."""

    error_percent: float
    throttled_percent: float
    p99_seconds: float

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> LoadObjectives:
        """Read the section `load`; raise HaError when it is not well formed."""
        try:
            load = document["load"]
            return cls(*(float(load[name]) for name in cls.__dataclass_fields__))
        except (KeyError, TypeError, ValueError) as error:
            raise HaError(
                f"The section load of objectives.yaml is not well formed: {error}",
                "See docs/runbooks/surge.md.",
            ) from error


@dataclass(frozen=True)
class LoadRun:
    """One run as it was asked for: against what, scaled how, from where."""

    scenario: Scenario
    target: str
    url: str
    rate_scale: float
    time_scale: float
    workers: int
    limited_by: str


def evidence_of(
    run: LoadRun, results: Mapping[str, Any], throttles: Mapping[str, float], objectives: LoadObjectives
) -> Evidence:
    """Return the evidence of a run. `results` is what the load process wrote, `throttles` are by part."""
    total = results["total"]
    requests, failures = float(total["count"]), float(total["failures"])
    refused = sum(throttles.values()) + _seen_by_clients(results["failures"])
    planned = sum(run.scenario.rates) + run.scenario.invalid_writes
    started, ended = (datetime.fromtimestamp(results[key] or 0, UTC) for key in ("started_at", "ended_at"))
    seconds = max(1.0, (ended - started).total_seconds())
    evidence = Evidence(
        name=f"load-{run.scenario.name}",
        target=run.target,
        started_at=started,
        ended_at=ended,
        objectives={
            "error_percent": objectives.error_percent,
            "throttled_percent": objectives.throttled_percent,
            "p99_seconds": objectives.p99_seconds,
        },
        measurements={
            "requests": requests,
            "failed_requests": failures,
            "requests_per_second": requests / seconds,
            "peak_requests_per_second": _peak(results["history"]),
            "error_percent": 100 * failures / requests if requests else float("nan"),
            "throttled_percent": 100 * refused / requests if requests else float("nan"),
            "throttles": refused,
            "p50_seconds": float(total["p50_seconds"]),
            "p95_seconds": float(total["p95_seconds"]),
            "p99_seconds": float(total["p99_seconds"]) if requests else float("nan"),
        },
        timeline=[
            TimelineEntry(started, f"{run.scenario.name} begins at {run.scenario.rates[0]:g} requests/s"),
            TimelineEntry(ended, f"the last of {requests:,.0f} requests is answered"),
        ],
        notes=_notes(run),
        details={
            "planned_requests": round(planned),
            "throttles_by_part": dict(throttles),
            "requests": results["requests"],
            "failures": results["failures"],
            **over_time(results["history"], started),
        },
    )
    if requests < SENT_SHARE * planned:
        evidence.failures.append(
            f"only {requests:,.0f} of {planned:,.0f} requests were sent: the load itself was limited"
        )
    return evidence


def _seen_by_clients(failures: Sequence[Mapping[str, Any]]) -> float:
    return sum(float(one["count"]) for one in failures if TOO_MANY_REQUESTS in one["error"])


def _peak(history: Sequence[Mapping[str, Any]]) -> float:
    """Return the highest rate that Locust saw; it keeps pairs of time and value, or the value."""
    rates = [one["current_rps"] for one in history]
    return max((float(rate[1] if isinstance(rate, list | tuple) else rate) for rate in rates), default=0.0)


def over_time(history: Sequence[Mapping[str, Any]], started: datetime) -> dict[str, Any]:
    """Return rates and latencies as Locust saw them every few seconds, in seconds since `started`.

    It is the form that `ha report` draws.
    """
    moments = [
        (round((datetime.fromisoformat(one["time"]) - started).total_seconds(), 1), one)
        for one in history
        if "time" in one
    ]
    return {
        "rates": [
            {
                "second": second,
                "requests_per_second": one["current_rps"][1],
                "failures_per_second": one["current_fail_per_sec"][1],
            }
            for second, one in moments
        ],
        "latency": [
            {
                "second": second,
                "p50_ms": one["response_time_percentile_0.5"][1],
                "p95_ms": one["response_time_percentile_0.95"][1],
            }
            for second, one in moments
        ],
    }


def _notes(run: LoadRun) -> list[str]:
    found = [
        f"Open arrivals at {run.url}, peak {run.scenario.peak:g} requests/s for real, "
        f"{run.workers} load process(es). What warms the functions up before is not counted."
    ]
    if run.rate_scale != 1 or run.time_scale != 1:
        found.append(
            f"Scaled: rates times {run.rate_scale:g}, durations times {run.time_scale:g}. {run.limited_by}"
        )
    return found
