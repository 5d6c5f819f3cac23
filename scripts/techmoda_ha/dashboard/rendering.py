"""Reading a deployed dashboard with its data, and writing it as HTML and PNG."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.dashboard.body import AlarmWidget, Dashboard, MetricWidget, TextWidget, Widget, read_body
from techmoda_ha.dashboard.data import Clients, Window, read_lines, read_states
from techmoda_ha.dashboard.drawing import Answer, Sheet, draw_png
from techmoda_ha.dashboard.page import draw_html
from techmoda_ha.dashboard.unknown import nothing_known, reasons
from techmoda_ha.errors import HaError

READERS = 4


@dataclass(frozen=True)
class Rendered:
    """The files of one dashboard, and why some of it is unknown."""

    name: str
    html: Path
    png: Path
    missing: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {"name": self.name, "html": str(self.html), "png": str(self.png), "missing": [*self.missing]}


def read_dashboard(clients: Clients, name: str, region: str) -> Dashboard:
    """Return a deployed dashboard, asked of `region`; raise HaError when it is not there."""
    with aws_errors_as(f"There is no dashboard {name}.", "Deploy it: make apply ENV=primary (and dr)"):
        answer = clients("cloudwatch", region).get_dashboard(DashboardName=name)
    return read_body(name, answer["DashboardBody"])


def read_sheet(clients: Clients, dashboard: Dashboard, now: datetime, length: timedelta) -> Sheet:
    """Return a dashboard with its data. What a region that does not answer would tell is unknown, and why.

    Raises HaError when nothing at all could be read.
    """
    window = Window.until(now, length)

    def read(widget: Widget) -> Answer:
        match widget:
            case MetricWidget():
                return read_lines(clients, widget, window)
            case AlarmWidget():
                return read_states(clients, widget)
            case TextWidget():
                return ()

    with ThreadPoolExecutor(READERS) as pool:
        answers = list(pool.map(read, dashboard.widgets))
    told = [one for answer in answers for one in answer]
    missing = reasons(told)
    if nothing_known(told):
        raise HaError(
            f"Nothing of {dashboard.name} can be read: {'; '.join(missing)}.",
            "Are the regions up? ha local status",
        )
    return Sheet(dashboard, dict(enumerate(answers)), window, missing)


def write_sheet(sheet: Sheet, folder: Path) -> Rendered:
    """Write a dashboard's HTML and PNG into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    name = sheet.dashboard.name
    rendered = Rendered(name, folder / f"{name}.html", folder / f"{name}.png", sheet.missing)
    rendered.html.write_text(draw_html(sheet), encoding="utf-8")
    rendered.png.write_bytes(draw_png(sheet))
    return rendered
