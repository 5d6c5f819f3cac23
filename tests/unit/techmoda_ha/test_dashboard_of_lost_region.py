"""Dashboards while a region is gone: what it would tell is unknown, the other region's lines are drawn."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.techmoda_ha.dashboard_kit import DASHBOARD, NOW, WINDOW, Regions, alarm_widget, widget

from techmoda_ha.dashboard.body import MetricWidget, read_body
from techmoda_ha.dashboard.data import AlarmState, Line, read_lines, read_states
from techmoda_ha.dashboard.drawing import draw_svg
from techmoda_ha.dashboard.page import draw_html
from techmoda_ha.dashboard.rendering import read_sheet
from techmoda_ha.errors import HaError


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
