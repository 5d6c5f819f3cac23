"""Burn-rate arithmetic against the SRE Workbook's tables, and how a deployment stands."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from techmoda_ha.slo.arithmetic import WORKBOOK_ALERTS, Alert, Objective
from techmoda_ha.slo.commands import in_words
from techmoda_ha.slo.standing import ServiceLevel, standings

ROOT = Path(__file__).resolve().parents[3]
DAY = 86_400
MONTH = 30 * DAY
FAST, MEDIUM, SLOW = WORKBOOK_ALERTS
NOW = datetime(2025, 11, 28, 10, 0, 31, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("budget_share", "long_hours", "burn_rate"), [(0.02, 1, 14.4), (0.05, 6, 6), (0.10, 72, 1)]
)
def test_a_share_of_the_budget_in_a_window_is_the_workbooks_burn_rate(
    budget_share: float, long_hours: int, burn_rate: float
) -> None:
    # Table 5-4: 2 % in 1 hour, 5 % in 6 hours, 10 % in 3 days.
    assert Alert("any", budget_share, long_hours * 3600, 300, "page").burn_rate(MONTH) == burn_rate


def test_the_alerts_are_the_workbooks_with_short_windows_of_a_twelfth() -> None:
    # Table 5-8 of the workbook, "Recommended parameters for the multiwindow, multi-burn-rate alert".
    assert [(one.severity, one.long_seconds / 3600, one.short_seconds / 60) for one in WORKBOOK_ALERTS] == [
        ("page", 1, 5),
        ("page", 6, 30),
        ("ticket", 72, 360),
    ]
    assert {one.long_seconds / one.short_seconds for one in WORKBOOK_ALERTS} == {12}


@pytest.mark.parametrize(
    ("burn_rate", "bad_percent", "exhausted_after"),
    [(1, 0.1, timedelta(days=30)), (2, 0.2, timedelta(days=15)), (10, 1, timedelta(days=3))],
)
def test_a_burn_rate_spends_the_budget_in_the_workbooks_time(
    burn_rate: float, bad_percent: float, exhausted_after: timedelta
) -> None:
    # Table 5-2, for an objective of 99.9 %.
    objective = Objective(0.999)
    assert objective.burn_rate(bad_percent, 100) == pytest.approx(burn_rate)
    assert timedelta(seconds=objective.exhausted_after_seconds(burn_rate)) == exhausted_after


def test_a_complete_outage_burns_a_thousandfold_and_spends_three_nines_in_43_minutes() -> None:
    objective = Objective(0.999)
    assert objective.burn_rate(100, 100) == pytest.approx(1000)
    assert objective.exhausted_after_seconds(1000) / 60 == pytest.approx(43.2)


def test_the_thresholds_at_four_nines_are_those_of_the_alarms() -> None:
    objective = Objective(0.9999)
    assert [objective.threshold(alert) for alert in WORKBOOK_ALERTS] == [0.00144, 0.0006, 0.0001]
    assert objective.allowed_seconds == pytest.approx(4.32 * 60)


@pytest.mark.parametrize(
    ("bad_share", "seconds"), [(1.0, 5.184), (0.00144, 3600), (0.00143, None), (0.0144, 360)]
)
def test_the_fast_alert_is_raised_the_sooner_the_more_fails(bad_share: float, seconds: float | None) -> None:
    # "detection time = (1 - SLO) / error ratio x alerting window size x burn rate" (chapter 5, "Burn rate").
    found = Objective(0.9999).detected_after_seconds(FAST, bad_share)
    assert found == (None if seconds is None else pytest.approx(seconds))


def test_an_overspent_budget_is_negative_and_no_requests_spend_nothing() -> None:
    objective = Objective(0.9999)
    assert objective.budget_left(3, 10_000) == pytest.approx(-2)
    assert objective.budget_left(0, 0) == 1


@pytest.mark.parametrize("share", [0, 1, 99.99])
def test_an_objective_that_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="above 0 and below 1"):
        Objective(share)


def test_terraform_has_the_same_alerts_and_the_promised_objective() -> None:
    text = (ROOT / "modules" / "monitoring" / "variables-slo.tf").read_text()
    number = r"([\d.]+)"
    pattern = (
        rf"(\w+) += \{{ budget_share = {number}, long_seconds = {number}, "
        rf'short_seconds = {number}, severity = "(\w+)"'
    )
    alerts = tuple(
        Alert(name, float(share), int(long), int(short), severity)
        for name, share, long, short, severity in re.findall(pattern, text)
    )
    assert alerts == WORKBOOK_ALERTS
    (objective,) = re.findall(r"availability += optional\(number, ([\d.]+)\)", text)
    promised = yaml.safe_load((ROOT / "objectives.yaml").read_text())["availability_percent"]
    assert float(objective) == pytest.approx(promised / 100)


class CloudWatch:
    """Answers GetMetricData by the length of the window, in seconds."""

    def __init__(self, windows: dict[int, dict[str, float]]) -> None:
        self._windows = windows

    def get_metric_data(self, **request: Any) -> dict[str, Any]:
        """Return one value for each query of the window."""
        seconds = int((request["EndTime"] - request["StartTime"]).total_seconds())
        values = self._windows.get(seconds, {})
        stats = {query["Id"]: query["MetricStat"] for query in request["MetricDataQueries"]}
        assert {stat["Period"] for stat in stats.values()} == {seconds}
        assert request["StartTime"].second == request["StartTime"].microsecond == 0
        assert stats["fast"]["Stat"] == "PR(:500)"
        return {
            "MetricDataResults": [
                {"Id": name, "Values": [values[name]] if name in values else []} for name in stats
            ]
        }


def level() -> ServiceLevel:
    return ServiceLevel.from_output(
        {
            "api": {"name": "shop", "stage": "live"},
            "period_days": 30,
            "objectives": {"availability": 0.9999, "latency": 0.99},
            "within_ms": 500,
            "minimum_bad_requests": 5,
            "alerts": {
                one.name: {
                    "budget_share": one.budget_share,
                    "long_seconds": one.long_seconds,
                    "short_seconds": one.short_seconds,
                    "severity": one.severity,
                }
                for one in WORKBOOK_ALERTS
            },
        }
    )


def test_a_region_in_trouble_is_told_by_its_budget_and_by_the_alerts_that_are_raised() -> None:
    busy = {"requests": 100_000.0, "failed": 200.0, "fast": 99.5}
    calm = {"requests": 1_000_000.0, "failed": 50.0, "fast": 99.9}
    windows = {3600: busy, 300: busy, 21_600: calm, 1_800: busy, 259_200: calm, MONTH: calm}
    availability, latency = standings(
        lambda _service, _region: CloudWatch(windows), "us-east-1", level(), NOW
    )
    assert availability.burn_rates == {"fast": (20.0, 20.0), "medium": (0.5, 20.0), "slow": (0.5, 0.5)}
    assert availability.raised == ("fast",)
    assert availability.good_percent == 99.995
    assert availability.budget_left_percent == 50.0
    assert latency.budget_left_percent == 90.0
    assert latency.raised == ()
    assert latency.as_json()["promised_percent"] == 99.0
    assert in_words(availability) == (
        "us-east-1 availability: 99.995 % of 1,000,000 requests were good (50.00 were not, "
        "100.00 may be), 99.99 % are promised; "
        "50 % of the error budget is left.\n"
        "  burn rates (long / short window): fast 20 / 20, medium 0.5 / 20, slow 0.5 / 0.5; raised: fast"
    )


def test_a_few_bad_requests_burn_but_raise_nothing() -> None:
    quiet = {"requests": 100.0, "failed": 4.0, "fast": 100.0}
    windows = dict.fromkeys((3600, 300, 21_600, 1_800, 259_200, MONTH), quiet)
    availability, _ = standings(lambda _service, _region: CloudWatch(windows), "us-east-1", level(), NOW)
    assert availability.burn_rates["fast"] == (400.0, 400.0)
    assert availability.raised == ()


def test_a_region_without_requests_has_its_whole_budget() -> None:
    availability, latency = standings(lambda _service, _region: CloudWatch({}), "us-west-2", level(), NOW)
    assert (availability.good_percent, availability.budget_left_percent) == (None, 100.0)
    assert (latency.requests, latency.raised) == (0.0, ())
    assert in_words(latency).startswith(
        "us-west-2 latency: nothing was asked, 99 % are promised; too few requests to judge (0)."
    )


@pytest.mark.parametrize(
    ("requests", "failed", "said", "left_percent"),
    [
        # One of 238 is 42 times what 99.99 % allow, and one alone says nothing.
        (238, 1, "too few requests to judge (238).", -4101.68),
        (238, 5, "the error budget is used up (210 times over).", -20908.4),
        (10_000, 0, "100 % of the error budget is left.", 100.0),
        (10_000, 1, "the error budget is used up.", 0.0),
        (20_000, 3, "the error budget is used up (1.5 times over).", -50.0),
    ],
)
def test_a_budget_is_told_in_words_and_kept_as_a_number(
    requests: float, failed: float, said: str, left_percent: float
) -> None:
    windows = {MONTH: {"requests": float(requests), "failed": float(failed)}}
    availability, _ = standings(lambda _service, _region: CloudWatch(windows), "us-east-1", level(), NOW)
    assert said in in_words(availability)
    assert availability.as_json()["budget_left_percent"] == left_percent
