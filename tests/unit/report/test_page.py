"""The page needs nothing from elsewhere, hides nothing, and can be read by everybody."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.unit.report.page_checks import Page, contrast, problems
from tests.unit.report.report_kit import SOURCES, collected, objectives, outage

from techmoda_ha.report import page as pages
from techmoda_ha.report.language import Language, Speaker
from techmoda_ha.report.page import FILES, render, write_report
from techmoda_ha.report.promises import SCENARIOS
from techmoda_ha.report.runs import Collected, Unreadable

STYLE = Path(pages.__file__).parent / "templates" / "style.css"
TEXT, GRAPHIC = 4.5, 3.0  # the least contrast (WCAG 2.2, AA)
INKS = ("ink", "soft", "link", "good", "bad", "missing")
LANES = ("region-a", "region-b", "region-c", "region-d", "good", "plain")
PAIRS = [
    *[(ink, ground, TEXT) for ink in INKS for ground in ("page", "panel")],
    *[("on-lane", lane, TEXT) for lane in LANES],
    *[(part, "page", GRAPHIC) for part in (*LANES, "failed-ink")],
    ("past", "panel", GRAPHIC), ("ink", "failed-ground", TEXT), ("failed-ink", "failed-ground", GRAPHIC),
]  # fmt: skip
FAULTS = {
    "an external picture": ("<main", '<img src="https://example.com/x.png"><main'),
    "an external style": ("<style>", '<style>@import "https://example.com/x.css";'),
    "a script": ("<main", "<script>1</script><main"),
    "a link out": ("<main", '<a href="https://example.com">x</a><main'),
    "a broken anchor": ('href="#promises"', 'href="#nowhere"'),
    "a skipped heading": ("<h2", "<h5>x</h5><h2"),
    "two titles": ("<h2", "<h1>x</h1><h2"),
    "a picture without words": ('role="img" ', ""),
    "a heading cell without scope": ('scope="row"', ""),
    "an unreachable part": ('tabindex="0"', ""),
    "a part that is never closed": ("</main>", ""),
}


def page(language: Language = Language.ENGLISH, *contents: dict[str, Any]) -> str:
    return render(language, collected(*(contents or (outage(),))), objectives(), SOURCES)


def tokens(dark: bool) -> dict[str, str]:
    light_part, dark_part = STYLE.read_text().split("prefers-color-scheme: dark", 1)
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", light_part))
    return found | (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", dark_part)) if dark else {})


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", ["region-outage", "smoke", "never-heard-of"])
def test_the_page_is_whole_and_needs_nothing_from_elsewhere(language: Language, name: str) -> None:
    checks = [{"name": "test_it", "failure": "", "seconds": 0.1}]
    assert problems(page(language, outage(name=name, checks=checks))) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_the_check_of_the_page_finds(fault: str) -> None:
    right, wrong = FAULTS[fault]
    assert right in page()
    assert problems(page().replace(right, wrong, 1))


def test_every_series_of_a_run_is_drawn() -> None:
    titles = {one["id"] for one in Page.of(page()).all("title") if "id" in one}
    assert titles == {
        "timeline-region-outage-title",
        "incident-region-title",
        "figures-region-outage-0-title",
    }


def test_a_capacity_is_drawn_as_steps() -> None:
    units = [{"second": 0, "read": 5}, {"second": 30, "read": 15}]
    drawn = Page.of(page(Language.ENGLISH, outage(details={"capacity_units": units}))).all("polyline")
    heights = [point.partition(",")[2] for point in drawn[0]["points"].split()]
    assert len(heights) == 3
    assert heights[0] == heights[1] != heights[2]


def test_an_incident_leads_to_the_notes_on_how_it_was_measured() -> None:
    html = page(Language.ENGLISH, outage(notes=["Rates were scaled."]))
    assert '<a href="#drill-region-outage">' in html
    assert '<a href="#drill-region-outage">' not in page()


def test_events_stand_as_text_beside_the_chart() -> None:
    assert "DNS leads to us-west-2" in Page.of(page()).text


def test_words_of_the_evidence_are_shown_as_words() -> None:
    assert "Disaster <strikes> & hurts" in Page.of(page()).text
    assert "<strikes>" not in page()


def test_missing_evidence_is_shown_with_the_command_that_makes_it() -> None:
    text = Page.of(page()).text
    assert text.count("No evidence yet") >= len(SCENARIOS) - 1
    for scenario in SCENARIOS:
        assert scenario.command in text


def test_a_failed_drill_says_why_and_claims_nothing() -> None:
    text = Page.of(page(Language.ENGLISH, outage(passed=False, violations=["rto_seconds is 300"]))).text
    assert "rto_seconds is 300" in text
    assert "nothing is claimed" in text


def test_a_note_that_qualifies_the_figures_is_shown() -> None:
    assert "Shortened run" in Page.of(page(Language.ENGLISH, outage(notes=["Shortened run"]))).text


@pytest.mark.parametrize(("passed", "verdict"), [(False, "✓ met"), (True, "✗ missed")])
def test_a_drill_that_had_to_fail_is_good_when_it_did(passed: bool, verdict: str) -> None:
    weakened = outage(name="surge-throttle", passed=passed, details={"weakness": "throttle"}, timeline=[])
    text = Page.of(page(Language.ENGLISH, weakened)).text
    assert f"{verdict} Surge throttle" in " ".join(text.split())


def test_a_run_older_than_the_commit_is_marked() -> None:
    old = outage(started_at="2026-10-01T10:00:00Z", ended_at="2026-10-01T10:01:00Z", timeline=[])
    assert "Measured before the commit" in Page.of(page(Language.ENGLISH, old)).text
    assert "Measured before the commit" not in Page.of(page()).text


def test_unreadable_evidence_is_named() -> None:
    broken = Collected(collected(outage()).runs, [Unreadable("bad.json", "it is cut off")])
    assert "bad.json" in Page.of(render(Language.ENGLISH, broken, objectives(), SOURCES)).text


def test_both_languages_are_written_and_lead_to_each_other(tmp_path: Path) -> None:
    files = write_report(tmp_path, collected(outage()), objectives(), SOURCES)
    assert sorted(file.name for file in files.values()) == sorted(FILES.values())
    for language, other in (("en", "es"), ("es", "en")):
        html = files[Language(language)].read_text()
        assert Page.of(html).all("html")[0]["lang"] == language
        assert files[Language(other)].name in [one["href"] for one in Page.of(html).all("a")]


def test_the_spanish_page_writes_numbers_as_in_spanish() -> None:
    assert "40,5 s" in Page.of(page(Language.SPANISH)).text


def keys(tree: Any, path: str = "") -> set[str]:
    if not isinstance(tree, dict):
        return {path}
    return {one for key, value in tree.items() for one in keys(value, f"{path}/{key}")}


def test_both_languages_say_the_same_things() -> None:
    english, spanish = (Speaker.of(language).texts for language in Language)
    assert keys(english) == keys(spanish)
    assert keys({"a": {"b": 1}}) != keys({"a": {"c": 1}})


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_colour_is_told_from_its_ground(dark: bool) -> None:
    found = tokens(dark)
    poor = {
        f"{ink} on {ground}": round(ratio, 2)
        for ink, ground, least in PAIRS
        if (ratio := contrast(found[ink], found[ground])) < least
    }
    assert poor == {}


def test_the_measure_of_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
