"""The page: what the templates are given, and the two files that come of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from techmoda_ha.errors import HaError
from techmoda_ha.plan.objectives import Objectives
from techmoda_ha.report.charts.comparison import before_and_now
from techmoda_ha.report.charts.figures import figure_charts, line_chart
from techmoda_ha.report.charts.timeline import key_of, timeline_chart
from techmoda_ha.report.documents import Simulated, Simulation
from techmoda_ha.report.incidents import Repeated, repeated
from techmoda_ha.report.language import NOTHING, Language, Speaker, in_words
from techmoda_ha.report.promises import SCENARIOS, Verdict, standings
from techmoda_ha.report.runs import Collected, Run
from techmoda_ha.report.series import find_series
from techmoda_ha.report.sources import Sources

FILES = {Language.ENGLISH: "index.html", Language.SPANISH: "index.es.html"}
SECTIONS = ("incidents", "promises", "drills", "checks", "assessment", "capacity", "reproduce")
# Shown as a list of checks, not as a drill.
NOT_DRILLS = frozenset({"smoke"})


@dataclass(frozen=True)
class Chart:
    """A picture with its key: (CSS class, label) of each colour."""

    picture: Markup
    key: list[tuple[str, str]]


def write_report(
    folder: Path, collected: Collected, objectives: Objectives, sources: Sources
) -> dict[Language, Path]:
    """Write the page in every language and return the files; raise HaError when one cannot be written."""
    written = {}
    for language, name in FILES.items():
        file = folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text(render(language, collected, objectives, sources), encoding="utf-8")
        except OSError as error:
            raise HaError(
                f"The report could not be written: {error}", "Free space or rights, then rerun."
            ) from error
        written[language] = file
    return written


def render(language: Language, collected: Collected, objectives: Objectives, sources: Sources) -> str:
    """Return the page in one language."""
    environment = Environment(
        loader=PackageLoader("techmoda_ha.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    speaker = Speaker.of(language)
    return environment.get_template("page.html.j2").render(_context(speaker, collected, objectives, sources))


def _context(
    speaker: Speaker, collected: Collected, objectives: Objectives, sources: Sources
) -> dict[str, Any]:
    runs = collected.runs
    stands = standings(runs, objectives)
    counted = Counter(one.verdict for one in stands)
    other = next(one for one in Language if one is not speaker.language)
    style = (resources.files("techmoda_ha.report") / "templates" / "style.css").read_text(encoding="utf-8")
    return {
        "language": str(speaker.language),
        "other": {"language": str(other), "file": FILES[other]},
        "t": speaker.texts,
        "speaker": speaker,
        "style": Markup(style),  # noqa: S704 - our own file
        "sections": SECTIONS,
        "dates": _dates(runs),
        "targets": sorted({run.target for run in runs.values() if run.target in speaker.texts["targets"]}),
        "counts": {
            "all": len(stands),
            "met": counted[Verdict.MET],
            "missed": counted[Verdict.MISSED],
            "not_measured": counted[Verdict.NOT_MEASURED] + counted[Verdict.SHORTENED],
        },
        "incidents": repeated(runs),
        "standings": stands,
        "drills": [one for one in stands if one.scenario.name not in NOT_DRILLS],
        "checked": [run for run in runs.values() if run.checks],
        "weakened": [run for run in runs.values() if run.weakness],
        "unreadable": collected.unreadable,
        "validation": collected.validation,
        "simulations": collected.simulations,
        "simulated": partial(_simulated, speaker=speaker),
        "commands": {one.name: one.command for one in SCENARIOS},
        "sources": sources,
        "in_words": in_words,
        "is_old": partial(_is_old, sources=sources),
        "timeline": partial(_timeline, speaker=speaker),
        "figures": partial(_figures, speaker=speaker),
        "before_and_now": partial(_before_and_now, speaker=speaker),
    }


def _dates(runs: Mapping[str, Run]) -> str:
    days = sorted({f"{run.started_at:%Y-%m-%d}" for run in runs.values()})
    return " / ".join(dict.fromkeys([days[0], days[-1]])) if days else NOTHING


def _is_old(run: Run, sources: Sources) -> bool:
    return sources.committed_at is not None and run.ended_at < sources.committed_at


def _timeline(run: Run, speaker: Speaker) -> Chart | None:
    series = find_series(run.details)
    if not (series.requests or series.states or run.timeline):
        return None
    return Chart(timeline_chart(run, series, speaker), key_of(series, speaker))


def _figures(run: Run, speaker: Speaker) -> list[Markup]:
    return figure_charts(run.name, find_series(run.details).figures, speaker)


def _simulated(simulation: Simulation, one: Simulated, speaker: Speaker) -> Markup:
    """Draw what a configuration was offered and what it refused, in requests a second."""
    words = speaker.texts["capacity"]
    step = simulation.seconds / max(len(one.offered), 1)
    lines = {
        words[name]: [(index * step, value) for index, value in enumerate(values)]
        for name, values in (("offered", one.offered), ("throttled", one.throttled))
    }
    title = words["chart"].format(name=one.name)
    return line_chart(f"capacity-{simulation.profile}-{one.name}", title, "/s", lines, speaker)


def _before_and_now(one: Repeated, speaker: Speaker) -> Markup:
    if one.incident.before_seconds is None or one.headline is None:
        raise ValueError(f"{one.incident.key} has no two durations to compare")
    return before_and_now(one.incident.key, one.incident.before_seconds, one.headline[1], speaker)
