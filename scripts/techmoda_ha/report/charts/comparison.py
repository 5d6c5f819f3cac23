"""How long an incident lasted and how long it lasts now, as two bars to one scale."""

from __future__ import annotations

from markupsafe import Markup

from techmoda_ha.report.charts.canvas import Canvas, Scale
from techmoda_ha.report.language import Speaker

WIDTH, HEIGHT, BAR, LABELS, THINNEST = 320, 66, 22, 50, 2.0


def before_and_now(key: str, before_seconds: float, now_seconds: float, speaker: Speaker) -> Markup:
    """Return the two bars; the shorter one stays visible however short it is."""
    words = speaker.texts["incidents"]
    before, now = speaker.duration(before_seconds), speaker.duration(now_seconds)
    canvas = Canvas(WIDTH, HEIGHT, f"incident-{key}", words["chart"].format(before=before, now=now), "")
    longest = max(before_seconds, now_seconds)
    scale = Scale(0, longest, LABELS, WIDTH - 60)
    for top, label, seconds, text, style in (
        (6, words["before"], before_seconds, before, "past"),
        (36, words["now"], now_seconds, now, "present"),
    ):
        end = max(scale(seconds), LABELS + THINNEST)
        canvas.add("text", label, x=0, y=top + 16, class_="lane")
        canvas.add("rect", x=LABELS, y=top, width=round(end - LABELS, 2), height=BAR, rx=2, class_=style)
        canvas.add("text", text, x=end + 6, y=top + 16, class_="lane strong")
    return canvas.markup()
