"""Reading a dashboard's body and data, and drawing them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.techmoda_ha.dashboard_kit import (
    DASHBOARD,
    END,
    NOW,
    WINDOW,
    Regions,
    alarm_widget,
    widget,
)

from techmoda_ha.dashboard.body import TextWidget, read_body
from techmoda_ha.dashboard.data import AlarmState, Line, Window, read_lines, read_states
from techmoda_ha.dashboard.drawing import Sheet, draw_png, draw_svg
from techmoda_ha.dashboard.rendering import read_dashboard, read_sheet, write_sheet
from techmoda_ha.errors import HaError


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
