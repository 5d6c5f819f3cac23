"""A dashboard as one HTML file that needs nothing else: styles inside, graphs as SVG."""

from __future__ import annotations

import html
from string import Template

from techmoda_ha.dashboard.body import TextWidget, Widget
from techmoda_ha.dashboard.drawing import COLUMNS, Sheet, draw_svg

PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$name</title>
<style>
  body { font: 15px/1.4 system-ui, sans-serif; color: #1f2933; background: #f4f6f8; margin: 1.2rem }
  header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: .5rem }
  h1 { font-size: 1.4rem; margin: 0; }
  p { margin: 0; color: #6b7785; }
  main { display: grid; grid-template-columns: repeat($columns, 1fr); gap: .6rem; margin-top: .8rem; }
  section { background: #fff; border: 1px solid #e3e8ee; border-radius: 6px; padding: .2rem; min-width: 0; }
  section svg { width: 100%; height: auto; display: block; }
  h2 { font-size: 1.05rem; margin: .9rem 0 0; align-self: end; }
  @media (max-width: 800px) { main { display: block; } section { margin-bottom: .6rem; } }
</style>
</head>
<body>
<header><h1>$name</h1><p>$subtitle</p></header>
<main>
$widgets
</main>
</body>
</html>
""")


def draw_html(sheet: Sheet) -> str:
    """Return the page of a dashboard."""
    widgets = [_widget(sheet, position, widget) for position, widget in enumerate(sheet.dashboard.widgets)]
    return PAGE.substitute(
        name=html.escape(sheet.dashboard.name),
        subtitle=html.escape(" · ".join((sheet.subtitle, *sheet.missing))),
        columns=COLUMNS,
        widgets="\n".join(widgets),
    )


def _widget(sheet: Sheet, position: int, widget: Widget) -> str:
    place = widget.place
    # Grid lines count from 1; rows of one unit each keep widgets of different heights in place.
    style = f"grid-column: {place.x + 1} / span {place.width}; grid-row: {place.y + 1} / span {place.height}"
    if isinstance(widget, TextWidget):
        return f'<h2 style="{style}">{html.escape(widget.markdown.lstrip("# "))}</h2>'
    svg = draw_svg(widget, sheet.data.get(position, ()), sheet.window)
    graph = svg[svg.index("<svg") :]
    return f'<section style="{style}" aria-label="{html.escape(widget.title)}">{graph}</section>'
