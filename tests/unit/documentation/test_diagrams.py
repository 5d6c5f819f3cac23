"""The diagrams are what the code draws, tell also those who do not see them, and name real modules."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from techmoda_ha.documentation.commands import outdated_files
from techmoda_ha.documentation.diagrams import diagrams
from techmoda_ha.documentation.diagrams.architecture import BOXES
from techmoda_ha.documentation.diagrams.failover import FAILOVER
from techmoda_ha.documentation.diagrams.rewind import REWIND
from techmoda_ha.documentation.diagrams.sequence import Step, Story
from techmoda_ha.documentation.diagrams.words import Language, wrapped

ROOT = Path(__file__).resolve().parents[3]
DRAWN = dict(diagrams())
SVG = "{http://www.w3.org/2000/svg}"


def test_the_diagrams_checked_in_are_those_that_the_code_draws() -> None:
    assert list(outdated_files(ROOT, DRAWN.items())) == [], "draw them anew: make diagrams"


def test_a_diagram_that_was_changed_by_hand_or_is_missing_is_found(tmp_path: Path) -> None:
    for path, content in DRAWN.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    first, second, *_ = DRAWN
    (tmp_path / first).write_text(DRAWN[first].replace("Route 53", "Route 66"))
    (tmp_path / second).unlink()
    assert list(outdated_files(tmp_path, DRAWN.items())) == [first, second]


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.name)
def test_a_diagram_is_drawn_inside_its_frame_and_loads_nothing(path: Path) -> None:
    root = ET.fromstring(DRAWN[path])  # noqa: S314 - drawn by ourselves
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    for element in root.iter():
        assert 0 <= float(element.get("x", 0)) <= width, element.attrib
        assert 0 <= float(element.get("y", 0)) <= height, element.attrib
        assert not {"href", "src"} & set(element.keys())
    assert (root.findtext(f"{SVG}title") or "").strip()
    assert len(root.findtext(f"{SVG}desc") or "") > 40


def test_every_box_of_the_architecture_names_a_module_that_exists() -> None:
    assert all((ROOT / box.module).is_dir() for box in BOXES)


@pytest.mark.parametrize("story", [FAILOVER, REWIND], ids=["failover", "rewind"])
def test_every_message_goes_between_participants_that_are_drawn(story: Story) -> None:
    for step in story.steps:
        if isinstance(step, Step):
            assert {step.source, step.to} <= set(range(len(story.participants)))


def test_the_spanish_diagrams_say_it_in_spanish() -> None:
    assert "lo escrito mientras" in DRAWN[Path("docs/diagrams/failover.es.svg")]
    assert "lo escrito mientras" not in DRAWN[Path("docs/diagrams/failover.svg")]
    assert len(DRAWN) == 3 * len(Language)


def test_labels_are_wrapped_into_the_room_that_there_is() -> None:
    assert wrapped("one two three four five six", 70) == ["one two", "three four", "five six"]
