"""What was computed from the plans is shown as computed, and a file of another form is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.report.page_checks import Page, problems
from tests.unit.report.report_kit import SOURCES, objectives, simulation, validation

from techmoda_ha.report.language import Language
from techmoda_ha.report.page import render
from techmoda_ha.report.runs import collect


def html(folder: Path, language: Language = Language.ENGLISH, **documents: Any) -> str:
    for name, content in documents.items():
        (folder / f"{name.replace('_', '-')}.json").write_text(json.dumps(content))
    return render(language, collect(folder), objectives(), SOURCES)


@pytest.mark.parametrize("language", Language)
def test_assessment_and_simulation_are_shown_whole(tmp_path: Path, language: Language) -> None:
    page = html(tmp_path, language, validation=validation(), capacity_plus_1000=simulation())
    assert problems(page) == []
    text = Page.of(page).text
    assert ("99.9962 %" if language is Language.ENGLISH else "99,9962 %") in text
    assert "$77" in text
    assert {one["aria-labelledby"].split()[0] for one in Page.of(page).all("svg")} == {
        "capacity-plus-1000-seed-title",
        "capacity-plus-1000-ours-title",
    }


def test_the_assessment_counts_its_rules_and_names_what_gives_way_first(tmp_path: Path) -> None:
    text = Page.of(html(tmp_path, validation=validation())).text
    assert "rules that hold: 2" in text
    assert "rules that can be judged only after apply: 1" in text
    assert "gives way first" in text


def test_violated_rules_are_named(tmp_path: Path) -> None:
    broken = validation(
        passed=False,
        violations=[{"rule": "data-pitr", "address": "aws_dynamodb_table.this", "message": "no PITR"}],
    )
    assert "no PITR" in Page.of(html(tmp_path, validation=broken)).text


def test_without_them_the_page_names_the_commands_that_make_them(tmp_path: Path) -> None:
    text = Page.of(html(tmp_path, validation=validation())).text
    assert "No simulation yet. Make one with make capacity" in text


@pytest.mark.parametrize("name", ["validation", "capacity_plus_1000"])
@pytest.mark.parametrize("content", [{}, [], {"verdicts": 1, "assessment": None}])
def test_a_document_of_another_form_is_told(tmp_path: Path, name: str, content: Any) -> None:
    text = Page.of(html(tmp_path, **{name: content})).text
    assert "not well formed" in text
