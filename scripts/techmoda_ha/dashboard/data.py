"""The data behind a dashboard's widgets: GetMetricData by widget and region, DescribeAlarms by region."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.dashboard.body import AlarmWidget, MetricWidget, Series
from techmoda_ha.dashboard.spanning import named_series, regions_of
from techmoda_ha.errors import HaError

Clients = Callable[[str, str], Any]

FINE_PERIOD, COARSE_PERIOD = 60, 300
FINE_RANGE = timedelta(
    hours=3
)  # CloudWatch keeps minutes for 15 days; more points than this say nothing more.
UNKNOWN = "unknown"
ALARMS_A_CALL = 100  # DescribeAlarms takes 100 names.


@dataclass(frozen=True)
class Line:
    """What came of a series: its label, and times with values, oldest first.

    `unknown` says in words why it cannot be told; it is "" when CloudWatch answered, be it without a value.
    """

    label: str
    times: tuple[datetime, ...]
    values: tuple[float, ...]
    color: str = ""
    unknown: str = ""


@dataclass(frozen=True)
class AlarmState:
    """An alarm at this moment: OK, ALARM or INSUFFICIENT_DATA; "absent" when there is no such alarm.

    Where nobody could be asked the state is UNKNOWN, and `unknown` says why.
    """

    name: str
    state: str
    unknown: str = ""


@dataclass(frozen=True)
class Window:
    """A range of time."""

    start: datetime
    end: datetime

    @classmethod
    def until(cls, now: datetime, length: timedelta) -> Window:
        """Return the range that ends with the minute of `now`.

        Periods count from the start of a range, rounded to a minute. From whole minutes on, a range is
        exactly one period when the period is as long.
        """
        end = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        return cls(end - length, end)

    @property
    def length(self) -> timedelta:
        """Return how long it is."""
        return self.end - self.start


def widget_window(widget: MetricWidget, window: Window) -> Window:
    """Return the range that a widget shows: its own reach, or the dashboard's range."""
    return Window(window.end - widget.reach, window.end) if widget.reach else window


def read_lines(clients: Clients, widget: MetricWidget, window: Window) -> tuple[Line, ...]:
    """Return the visible lines of a widget in the order of its series.

    Those of a region that does not answer are unknown, and so are expressions over several regions: each
    region's CloudWatch computes with its own metrics only.
    """
    shown, series = widget_window(widget, window), named_series(widget)
    regions = {name: regions_of(name, series) for name in series}
    found: dict[str, list[Line]] = defaultdict(list)
    silent: dict[str, str] = {}
    for region in dict.fromkeys(one.region for one in widget.series):
        own = {name: one for name, one in series.items() if regions[name] == {region}}
        try:
            for result in _results(
                clients, region, [_query(name, one, widget, shown) for name, one in own.items()], shown
            ):
                found[result["Id"]].append(_line(series[result["Id"]], result))
        except HaError as error:
            silent[region] = error.message.rstrip(".")
            for name, one in own.items():
                found[name] = [_unknown(one, silent[region])] if one.visible else []
    for name, one in series.items():
        if len(regions[name]) > 1 and one.visible:
            found[name] = [_unknown(one, _why_not(regions[name], silent))]
    return tuple(line for name in series for line in found[name])


def _why_not(regions: Iterable[str], silent: Mapping[str, str]) -> str:
    reasons = [silent[region] for region in sorted(regions) if region in silent]
    return "; ".join(reasons) or f"it takes metrics of {' and '.join(sorted(regions))} together"


def _unknown(series: Series, why: str) -> Line:
    return Line(series.label or series.metric or series.id, (), (), series.color, why)


def _query(identifier: str, series: Series, widget: MetricWidget, window: Window) -> dict[str, Any]:
    query: dict[str, Any] = {"Id": identifier, "ReturnData": series.visible}
    if series.label:
        query["Label"] = series.label
    period = _period(series, widget, window)
    if series.expression:
        return query | {"Expression": series.expression, "Period": period}
    metric = {
        "Namespace": series.namespace,
        "MetricName": series.metric,
        "Dimensions": [{"Name": name, "Value": value} for name, value in series.dimensions],
    }
    return query | {"MetricStat": {"Metric": metric, "Period": period, "Stat": series.stat or widget.stat}}


def _period(series: Series, widget: MetricWidget, window: Window) -> int:
    if widget.whole:
        return int(window.length.total_seconds())
    automatic = FINE_PERIOD if window.length <= FINE_RANGE else COARSE_PERIOD
    return series.period or widget.period or automatic


def _results(
    clients: Clients, region: str, queries: Sequence[Mapping[str, Any]], window: Window
) -> Iterable[Mapping[str, Any]]:
    """Return the results of all pages, those of one id together. Nothing is asked when nothing is shown."""
    if not any(query["ReturnData"] for query in queries):
        return ()
    together: dict[tuple[str, str], dict[str, Any]] = {}
    with aws_errors_as(f"CloudWatch of {region} gives no data.", "Is the region up? ha local status"):
        pages = clients("cloudwatch", region).get_paginator("get_metric_data").paginate(
            MetricDataQueries=list(queries), StartTime=window.start, EndTime=window.end,
            ScanBy="TimestampAscending",
        )  # fmt: skip
        for page in pages:
            for result in page["MetricDataResults"]:
                kept = together.setdefault(
                    (result["Id"], result["Label"]),
                    {"Id": result["Id"], "Label": result["Label"], "Timestamps": [], "Values": []},
                )
                kept["Timestamps"] += result["Timestamps"]
                kept["Values"] += result["Values"]
    return together.values()


def _line(series: Series, result: Mapping[str, Any]) -> Line:
    return Line(result["Label"], tuple(result["Timestamps"]), tuple(result["Values"]), series.color)


def read_states(clients: Clients, widget: AlarmWidget) -> tuple[AlarmState, ...]:
    """Return the states of a widget's alarms in its order; unknown ones of a region that does not answer."""
    by_region: dict[str, list[str]] = defaultdict(list)
    for region, name in map(_region_and_name, widget.arns):
        by_region[region].append(name)
    states: dict[tuple[str, str], str] = {}
    silent: dict[str, str] = {}
    for region, names in by_region.items():
        try:
            for first in range(0, len(names), ALARMS_A_CALL):
                for alarm in _alarms(clients, region, names[first : first + ALARMS_A_CALL]):
                    states[region, alarm["AlarmName"]] = alarm["StateValue"]
        except HaError as error:
            silent[region] = error.message.rstrip(".")
    return tuple(
        AlarmState(name, UNKNOWN, silent[region])
        if region in silent
        else AlarmState(name, states.get((region, name), "absent"))
        for region, name in map(_region_and_name, widget.arns)
    )


def _alarms(clients: Clients, region: str, names: Sequence[str]) -> Iterable[Mapping[str, Any]]:
    with aws_errors_as(f"CloudWatch of {region} does not tell alarms.", "Is the region up? ha local status"):
        answer = clients("cloudwatch", region).describe_alarms(
            AlarmNames=list(names), AlarmTypes=["MetricAlarm", "CompositeAlarm"], MaxRecords=ALARMS_A_CALL
        )
    return (*answer["MetricAlarms"], *answer["CompositeAlarms"])


def _region_and_name(arn: str) -> tuple[str, str]:
    parts = arn.split(":", 6)
    return parts[3], parts[6]
