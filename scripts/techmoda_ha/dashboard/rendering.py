"""Reading a deployed dashboard with its data, and writing it as HTML and PNG."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.dashboard.body import AlarmWidget, Dashboard, MetricWidget, TextWidget, Widget, read_body
from techmoda_ha.dashboard.data import Clients, Window, read_lines, read_states
from techmoda_ha.dashboard.drawing import Answer, Sheet, draw_png
from techmoda_ha.dashboard.page import draw_html
from techmoda_ha.errors import HaError

READERS = 4


@dataclass(frozen=True)
class Rendered:
    """The files of one dashboard."""

    name: str
    html: Path
    png: Path


def read_dashboard(clients: Clients, name: str, region: str) -> Dashboard:
    """Return a deployed dashboard, asked of `region`; raise HaError when it is not there."""
    with aws_errors_as(f"There is no dashboard {name}.", "Deploy it: make apply ENV=primary (and dr)"):
        answer = clients("cloudwatch", region).get_dashboard(DashboardName=name)
    return read_body(name, answer["DashboardBody"])


def read_sheet(clients: Clients, dashboard: Dashboard, now: datetime, length: timedelta) -> Sheet:
    """Return a dashboard with its data. A region that does not answer leaves its widgets empty, and is named.

    Raises HaError when no widget could be read at all.
    """
    window = Window.until(now, length)

    def read(widget: Widget) -> Answer | HaError:
        try:
            match widget:
                case MetricWidget():
                    return read_lines(clients, widget, window)
                case AlarmWidget():
                    return read_states(clients, widget)
                case TextWidget():
                    return ()
        except HaError as error:
            return error

    with ThreadPoolExecutor(READERS) as pool:
        answers = list(pool.map(read, dashboard.widgets))
    errors = [answer for answer in answers if isinstance(answer, HaError)]
    if errors and len(errors) == sum(not isinstance(widget, TextWidget) for widget in dashboard.widgets):
        raise errors[0]
    data = {position: answer for position, answer in enumerate(answers) if not isinstance(answer, HaError)}
    return Sheet(dashboard, data, window, _in_words(errors))


def _in_words(errors: Sequence[HaError]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(error.message for error in errors))


def write_sheet(sheet: Sheet, folder: Path) -> Rendered:
    """Write a dashboard's HTML and PNG into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    name = sheet.dashboard.name
    rendered = Rendered(name, folder / f"{name}.html", folder / f"{name}.png")
    rendered.html.write_text(draw_html(sheet), encoding="utf-8")
    rendered.png.write_bytes(draw_png(sheet))
    return rendered
