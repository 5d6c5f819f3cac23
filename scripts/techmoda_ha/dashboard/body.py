"""A dashboard's JSON as typed widgets.

Contract: CloudWatch API Reference, "Dashboard Body Structure and Syntax". Of what it allows, what our
dashboards use is read; a widget of another type is kept by its title, so that its place is explained.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from techmoda_ha.errors import HaError

DEFAULT_SIDE = 6
_DURATION = re.compile(r"-?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")


@dataclass(frozen=True)
class Place:
    """Where a widget lies, in units of the dashboard's grid of 24 columns."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Series:
    """One row of a widget's metrics: a metric or an expression. Empty means: as the widget says."""

    region: str
    id: str = ""
    namespace: str = ""
    metric: str = ""
    dimensions: tuple[tuple[str, str], ...] = ()
    expression: str = ""
    label: str | None = None
    stat: str = ""
    period: int = 0
    visible: bool = True
    color: str = ""


@dataclass(frozen=True)
class Limit:
    """A horizontal line."""

    label: str
    value: float
    color: str = ""


@dataclass(frozen=True)
class MetricWidget:
    """A graph, or with the view singleValue the newest values as numbers.

    `reach` is how far back it looks when it does not follow the dashboard's time range; `whole` says that
    one period is the whole of it.
    """

    place: Place
    title: str
    series: tuple[Series, ...]
    view: str = "timeSeries"
    stat: str = "Average"
    period: int = 0
    reach: timedelta | None = None
    whole: bool = False
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True)
class AlarmWidget:
    """The states of alarms."""

    place: Place
    title: str
    arns: tuple[str, ...]


@dataclass(frozen=True)
class TextWidget:
    """Some markdown."""

    place: Place
    markdown: str


Widget = MetricWidget | AlarmWidget | TextWidget


@dataclass(frozen=True)
class Dashboard:
    """A dashboard's widgets in their order."""

    name: str
    widgets: tuple[Widget, ...] = field(default=())

    @property
    def rows(self) -> int:
        """Return the height in units of the grid."""
        return max((widget.place.y + widget.place.height for widget in self.widgets), default=0)


def read_body(name: str, text: str) -> Dashboard:
    """Return the dashboard of a body; raise HaError when it is no dashboard."""
    try:
        body = json.loads(text)
        return Dashboard(name, tuple(_widget(one) for one in body["widgets"]))
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise HaError(
            f"The body of the dashboard {name} is not as CloudWatch describes it.",
            "Deploy it anew: make apply ENV=primary (and dr)",
            detail=repr(error),
        ) from error


def _widget(given: Mapping[str, Any]) -> Widget:
    place = Place(*(int(given.get(key, default)) for key, default in
                    (("x", 0), ("y", 0), ("width", DEFAULT_SIDE), ("height", DEFAULT_SIDE))))  # fmt: skip
    properties = given["properties"]
    match given["type"]:
        case "metric":
            return _metric_widget(place, properties)
        case "alarm":
            return AlarmWidget(place, properties.get("title", "Alarms"), tuple(properties["alarms"]))
        case "text":
            return TextWidget(place, properties["markdown"])
    return TextWidget(place, f"{properties.get('title', '')} ({given['type']}: not drawn)")


def _metric_widget(place: Place, properties: Mapping[str, Any]) -> MetricWidget:
    axis = properties.get("yAxis", {}).get("left", {})
    lines = properties.get("annotations", {}).get("horizontal", ())
    return MetricWidget(
        place=place,
        title=properties.get("title", ""),
        series=_series(properties.get("metrics", ()), properties["region"]),
        view=properties.get("view", "timeSeries"),
        stat=properties.get("stat", "Average"),
        period=int(properties.get("period", 0)),
        reach=_reach(properties.get("start", "")),
        whole=bool(properties.get("setPeriodToTimeRange")),
        unit=axis.get("label", ""),
        minimum=axis.get("min"),
        maximum=axis.get("max"),
        limits=tuple(
            Limit(line.get("label", ""), float(line["value"]), line.get("color", "")) for line in lines
        ),
    )


def _series(rows: Sequence[Sequence[Any]], region: str) -> tuple[Series, ...]:
    """Read the rows; "." stands for what the row above has in the same place."""
    found, above = [], list[str]()
    for row in rows:
        options = row[-1] if isinstance(row[-1], dict) else {}
        path = [str(part) for part in row if not isinstance(part, dict)]
        if path:
            above = path = [above[column] if part == "." else part for column, part in enumerate(path)]
        found.append(_one_series(path, options, region))
    return tuple(found)


def _one_series(path: Sequence[str], options: Mapping[str, Any], region: str) -> Series:
    if not path and "expression" not in options:
        raise ValueError("a row is neither a metric nor an expression")
    return Series(
        region=options.get("region", region),
        id=options.get("id", ""),
        namespace=path[0] if path else "",
        metric=path[1] if path else "",
        dimensions=tuple(zip(path[2::2], path[3::2], strict=True)),
        expression=options.get("expression", ""),
        label=options.get("label"),
        stat=options.get("stat", ""),
        period=int(options.get("period", 0)),
        visible=bool(options.get("visible", True)),
        color=options.get("color", ""),
    )


def _reach(start: str) -> timedelta | None:
    """Read an ISO 8601 duration such as -P30D or -PT3H; None when there is none."""
    match = _DURATION.fullmatch(start)
    if not start or not match or not any(match.groups()):
        return None
    weeks, days, hours, minutes = (int(group or 0) for group in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
