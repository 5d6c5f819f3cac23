"""Reading a dashboard's body and data, and drawing them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from techmoda_ha.dashboard.body import AlarmWidget, MetricWidget, TextWidget, read_body
from techmoda_ha.dashboard.data import AlarmState, Line, Window, read_lines, read_states
from techmoda_ha.dashboard.drawing import Sheet, draw_png, draw_svg
from techmoda_ha.dashboard.page import draw_html
from techmoda_ha.dashboard.rendering import read_dashboard, read_sheet, write_sheet
from techmoda_ha.errors import HaError

END = datetime(2025, 11, 28, 10, tzinfo=UTC)
NOW = END - timedelta(seconds=29, microseconds=5)
WINDOW = Window(END - timedelta(hours=1), END)
BODY: dict[str, Any] = {
    "widgets": [
        {"type": "text", "x": 0, "y": 0, "width": 24, "height": 1, "properties": {"markdown": "## Traffic"}},
        {
            "type": "metric", "x": 0, "y": 1, "width": 12, "height": 6,
            "properties": {
                "title": "Latency", "region": "us-east-1", "view": "timeSeries", "stat": "Average",
                "period": 60,
                "yAxis": {"left": {"label": "ms", "min": 0}},
                "annotations": {"horizontal": [{"label": "Objective", "value": 500, "color": "#d62728"}]},
                "metrics": [
                    ["AWS/ApiGateway", "Latency", "ApiName", "shop", {"stat": "p99", "label": "gateway"}],
                    [".", "IntegrationLatency", ".", "."],
                    [{"expression": "m1 * 2", "id": "twice", "region": "us-west-2"}],
                ],
            },
        },
        {
            "type": "metric", "x": 12, "y": 1, "width": 12, "height": 6,
            "properties": {
                "title": "Good", "region": "us-east-1", "view": "singleValue", "start": "-P30D",
                "setPeriodToTimeRange": True,
                "metrics": [
                    ["AWS/ApiGateway", "Count", "ApiName", "shop", {"id": "all", "visible": False}],
                    [{"expression": "100 * all / all", "label": "Good (%)", "id": "good"}],
                ],
            },
        },
        {
            "type": "alarm", "x": 0, "y": 7, "width": 12, "height": 6,
            "properties": {
                "title": "Alarms",
                "alarms": [
                    "arn:aws:cloudwatch:us-east-1:111111111111:alarm:shop-latency",
                    "arn:aws:cloudwatch:us-east-1:111111111111:alarm:shop-errors",
                    "arn:aws:cloudwatch:us-west-2:111111111111:alarm:shop-gone",
                ],
            },
        },
        {"type": "log", "x": 12, "y": 7, "width": 12, "height": 6, "properties": {"title": "Lines"}},
    ]
}  # fmt: skip
DASHBOARD = read_body("shop-us-east-1", json.dumps(BODY))


class CloudWatch:
    """One region's CloudWatch: it answers every query with two points, and keeps what was asked."""

    def __init__(self, region: str, *, down: bool = False) -> None:
        self.region = region
        self.down = down
        self.asked: list[dict[str, Any]] = []

    def get_dashboard(self, **request: Any) -> dict[str, Any]:
        """Return the body, or what AWS says when there is none."""
        self._refuse_when_down("GetDashboard")
        if request["DashboardName"] != DASHBOARD.name:
            raise ClientError(
                {"Error": {"Code": "ResourceNotFound", "Message": "no such dashboard"}}, "GetDashboard"
            )
        return {"DashboardBody": json.dumps(BODY)}

    def get_paginator(self, _operation: str) -> CloudWatch:
        """Page through GetMetricData."""
        return self

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        """Return two pages with one point each, for what returns data."""
        self._refuse_when_down("GetMetricData")
        self.asked.append(request)
        for minute in (20, 40):
            results = [
                {
                    "Id": query["Id"],
                    "Label": query.get("Label", query["Id"]),
                    "Timestamps": [request["StartTime"] + timedelta(minutes=minute)],
                    "Values": [float(minute)],
                }
                for query in request["MetricDataQueries"]
                if query["ReturnData"]
            ]
            yield {"MetricDataResults": results}

    def describe_alarms(self, **request: Any) -> dict[str, Any]:
        """Return a metric alarm and a composite one."""
        self._refuse_when_down("DescribeAlarms")
        states = {"shop-latency": "ALARM", "shop-errors": "OK"}
        known = [
            {"AlarmName": name, "StateValue": states[name]}
            for name in request["AlarmNames"]
            if name in states
        ]
        return {"MetricAlarms": known[:1], "CompositeAlarms": known[1:]}

    def _refuse_when_down(self, operation: str) -> None:
        if self.down:
            raise ClientError({"Error": {"Code": "503", "Message": "unavailable"}}, operation)


class Regions:
    """The clients of both regions."""

    def __init__(self, *down: str) -> None:
        self.clients = {name: CloudWatch(name, down=name in down) for name in ("us-east-1", "us-west-2")}

    def __call__(self, _service: str, region: str) -> CloudWatch:
        return self.clients[region]


def widget(position: int) -> MetricWidget:
    found = DASHBOARD.widgets[position]
    assert isinstance(found, MetricWidget)
    return found


def alarm_widget() -> AlarmWidget:
    found = DASHBOARD.widgets[3]
    assert isinstance(found, AlarmWidget)
    return found


def test_dots_stand_for_what_the_row_above_has() -> None:
    gateway, integration, _ = widget(1).series
    assert (integration.namespace, integration.metric) == ("AWS/ApiGateway", "IntegrationLatency")
    assert integration.dimensions == gateway.dimensions == (("ApiName", "shop"),)


def test_a_widget_keeps_its_place_its_scale_and_its_limits() -> None:
    found = widget(1)
    assert (found.place.x, found.place.y, found.place.width, found.place.height) == (0, 1, 12, 6)
    assert (found.unit, found.minimum, found.limits[0].value) == ("ms", 0, 500)
    assert DASHBOARD.rows == 13


def test_a_type_of_widget_that_is_not_drawn_says_so() -> None:
    found = DASHBOARD.widgets[4]
    assert isinstance(found, TextWidget)
    assert found.markdown == "Lines (log: not drawn)"


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"widgets": [{"type": "metric", "properties": {}}]}',
     '{"widgets": [{"type": "metric", "properties": {"region": "r", "metrics": [[{"id": "a"}]]}}]}'],
)  # fmt: skip
def test_a_body_that_is_no_dashboard_is_refused(text: str) -> None:
    with pytest.raises(HaError, match="is not as CloudWatch describes it"):
        read_body("shop", text)


def test_each_region_is_asked_for_its_own_series_only() -> None:
    regions = Regions()
    lines = read_lines(regions, widget(1), WINDOW)
    (east,), (west,) = (regions.clients[name].asked for name in ("us-east-1", "us-west-2"))
    assert [query["Id"] for query in east["MetricDataQueries"]] == ["line0", "line1"]
    assert [query["Id"] for query in west["MetricDataQueries"]] == ["twice"]
    assert [query["MetricStat"]["Stat"] for query in east["MetricDataQueries"]] == ["p99", "Average"]
    assert [line.label for line in lines] == ["gateway", "line1", "twice"]
    assert all(line.values == (20.0, 40.0) for line in lines)


def test_a_figure_of_thirty_days_is_one_period_whatever_the_dashboard_shows() -> None:
    regions = Regions()
    lines = read_lines(regions, widget(2), WINDOW)
    (asked,) = regions.clients["us-east-1"].asked
    assert asked["EndTime"] - asked["StartTime"] == timedelta(days=30)
    assert asked["MetricDataQueries"][0]["MetricStat"]["Period"] == 30 * 86_400
    assert [line.label for line in lines] == ["Good (%)"]


def test_without_a_period_a_long_range_is_read_coarsely() -> None:
    regions = Regions()
    plain = replace(widget(1), period=0)
    read_lines(regions, plain, Window(END - timedelta(hours=12), END))
    read_lines(regions, plain, WINDOW)
    periods = [
        one["MetricDataQueries"][0]["MetricStat"]["Period"] for one in regions.clients["us-east-1"].asked
    ]
    assert periods == [300, 60]


def test_alarms_of_both_regions_are_told_and_one_that_is_gone_is_absent() -> None:
    assert read_states(Regions(), alarm_widget()) == (
        AlarmState("shop-latency", "ALARM"),
        AlarmState("shop-errors", "OK"),
        AlarmState("shop-gone", "absent"),
    )


def test_the_lines_of_a_region_that_is_down_are_unknown_and_those_of_the_other_are_drawn() -> None:
    gateway, integration, twice = read_lines(Regions("us-west-2"), widget(1), WINDOW)
    assert gateway.values == integration.values == (20.0, 40.0)
    assert (twice.values, twice.unknown) == ((), "CloudWatch of us-west-2 gives no data")


def test_alarms_of_a_region_that_is_down_are_unknown_and_not_absent() -> None:
    latency, errors, gone = read_states(Regions("us-east-1"), alarm_widget())
    assert (latency.state, errors.state) == ("unknown", "unknown")
    assert latency.unknown == "CloudWatch of us-east-1 does not tell alarms"
    assert gone == AlarmState("shop-gone", "absent")


SPANNING = json.dumps(
    {"widgets": [{"type": "metric", "properties": {
        "title": "All", "region": "us-east-1",
        "metrics": [
            ["AWS/ApiGateway", "Count", "ApiName", "shop", {"id": "east", "label": "east"}],
            [".", ".", ".", ".", {"id": "west", "region": "us-west-2", "visible": False}],
            [{"expression": "100 * west", "id": "share", "region": "us-west-2", "label": "west (%)"}],
            [{"expression": "east + share", "id": "sum", "label": "both"}],
            [{"expression": "SEARCH('{AWS/ApiGateway} west', 'Sum')", "id": "found", "label": "found"}],
        ],
    }}]}
)  # fmt: skip


@pytest.mark.parametrize(
    ("down", "unknown"),
    [
        ([], {"both": "it takes metrics of us-east-1 and us-west-2 together"}),
        (
            ["us-west-2"],
            {
                "west (%)": "CloudWatch of us-west-2 gives no data",
                "both": "CloudWatch of us-west-2 gives no data",
            },
        ),
    ],
)
def test_an_expression_over_both_regions_alone_is_unknown(down: list[str], unknown: dict[str, str]) -> None:
    (spanning,) = read_body("shop-global", SPANNING).widgets
    assert isinstance(spanning, MetricWidget)
    regions = Regions(*down)
    lines = read_lines(regions, spanning, WINDOW)
    assert [line.label for line in lines] == ["east", "west (%)", "both", "found"]
    assert {line.label: line.unknown for line in lines if line.unknown} == unknown
    asked = [query["Id"] for query in regions.clients["us-east-1"].asked[0]["MetricDataQueries"]]
    assert asked == ["east", "found"]


def test_what_nobody_could_be_asked_for_is_said_where_it_would_be_drawn_and_above() -> None:
    sheet = read_sheet(Regions("us-east-1"), DASHBOARD, NOW, timedelta(hours=1))
    page = draw_html(sheet)
    graph = draw_svg(widget(1), sheet.data[1], WINDOW)
    figure = draw_svg(widget(2), sheet.data[2], WINDOW)
    assert sheet.missing == (
        "CloudWatch of us-east-1 gives no data",
        "CloudWatch of us-east-1 does not tell alarms",
    )
    assert "CloudWatch of us-east-1 does not tell alarms" in page
    assert "gateway, IntegrationLatency: unknown (CloudWatch of us-east-1 gives no data)" in graph
    assert "no data in this range" not in graph
    assert ">unknown<" in figure
    assert "2 unknown, 1 absent (CloudWatch of us-east-1 does not tell alarms)" in page


def test_alarms_of_which_none_is_known_are_counted_not_missing() -> None:
    states = tuple(AlarmState(f"shop-{number}", "unknown", "us-east-1 does not answer") for number in (1, 2))
    drawing = draw_svg(alarm_widget(), states, WINDOW)
    assert "2 alarms: unknown (us-east-1 does not answer)" in drawing
    assert "no alarms" not in drawing


def test_many_unknown_lines_are_counted() -> None:
    lines = tuple(
        Line(f"target {number}", (), (), unknown="us-east-1 does not answer") for number in range(5)
    )
    known = Line("known", (WINDOW.start, WINDOW.end), (1.0, 2.0))
    drawing = draw_svg(widget(1), (*lines, known), WINDOW)
    assert "target 0, target 1, target 2 and 2 more: unknown (us-east-1 does not answer)" in drawing
    narrow = replace(widget(1), place=replace(widget(1).place, width=6))
    assert ">target 0, target 1, target 2 and 2 more: unknown (us-east-1<" in draw_svg(
        narrow, (*lines, known), WINDOW
    )
    assert ">unknown (us-east-1 does not answer)<" in draw_svg(widget(1), lines, WINDOW)


def test_a_dashboard_of_which_nothing_can_be_read_is_an_error() -> None:
    with pytest.raises(HaError, match="us-east-1 gives no data"):
        read_sheet(Regions("us-east-1", "us-west-2"), DASHBOARD, NOW, timedelta(hours=1))


def test_a_dashboard_that_is_not_there_is_an_error_that_says_so() -> None:
    with pytest.raises(HaError, match="There is no dashboard other"):
        read_dashboard(Regions(), "other", "us-east-1")


def test_the_files_show_titles_data_and_states(tmp_path: Path) -> None:
    regions = Regions()
    sheet = read_sheet(regions, read_dashboard(regions, DASHBOARD.name, "us-east-1"), NOW, timedelta(hours=1))
    rendered = write_sheet(sheet, tmp_path / "out")
    page = rendered.html.read_text()
    assert rendered.png.read_bytes().startswith(b"\x89PNG")
    assert page.count("<svg") == 3
    assert "Traffic" in page
    assert "2025-11-28 09:00 to 2025-11-28 10:00 UTC" in page
    # Self-contained: nothing is loaded from elsewhere (the two names are XML namespaces and metadata).
    assert 'src="' not in page
    assert "<link" not in page


def test_a_drawing_follows_its_data() -> None:
    empty = draw_svg(widget(1), (), WINDOW)
    times = (WINDOW.start, WINDOW.end)
    full = draw_svg(widget(1), (Line("a", times, (1.0, 2.0)), Line("b", times, (3.0, 400.0))), WINDOW)
    assert "no data in this range" in empty
    assert "no data" not in full
    assert full == draw_svg(widget(1), (Line("a", times, (1.0, 2.0)), Line("b", times, (3.0, 400.0))), WINDOW)


def test_a_limit_far_above_the_data_is_said_and_does_not_flatten_it() -> None:
    times = (WINDOW.start, WINDOW.end)
    near = draw_svg(widget(1), (Line("a", times, (100.0, 400.0)),), WINDOW)
    far = draw_svg(widget(1), (Line("a", times, (0.1, 0.2)),), WINDOW)
    assert "not drawn: Objective at 500" in far
    assert "not drawn" not in near


def test_one_page_holds_many_alarms() -> None:
    states = tuple(AlarmState(f"shop-alarm-{number}", "OK") for number in range(60))
    sheet = Sheet(DASHBOARD, {3: states}, WINDOW)
    assert draw_png(sheet) != draw_png(Sheet(DASHBOARD, {3: states[:10]}, WINDOW))
