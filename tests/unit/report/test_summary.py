"""The report's first table as a terminal, a pipe and a log show it: no command in pieces."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from tests.unit.report.report_kit import collected, objectives, outage

from techmoda_ha.printed_tables import print_table
from techmoda_ha.report.language import Language, Speaker
from techmoda_ha.report.promises import SCENARIOS, standings
from techmoda_ha.report.summary import COMMANDS_COLUMN, summary_table

ENGLISH = Speaker.of(Language.ENGLISH)


def printed(console: Console, *, measured: bool = False) -> str:
    runs = collected(outage()).runs if measured else {}
    print_table(console, summary_table(standings(runs, objectives()), ENGLISH), kept=COMMANDS_COLUMN)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.fixture(autouse=True)
def no_wishes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the environment tells rich what it prints to."""
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("measured", [False, True])
def test_a_pipe_gets_each_scenario_and_command_whole_in_its_line(*, measured: bool) -> None:
    lines = printed(Console(file=io.StringIO()), measured=measured).splitlines()
    for scenario in SCENARIOS[1 if measured else 0 :]:
        title = ENGLISH.texts["scenarios"][scenario.name]["title"]
        assert [line for line in lines if f"│ {title} " in line and f"│ {scenario.command} " in line]
    assert len({len(line) for line in lines}) == 1, "a table has straight sides"
    assert len(lines[0]) >= 120


@pytest.mark.parametrize("width", [80, 100, 120])
def test_a_terminal_is_not_exceeded_and_breaks_no_word_of_a_command(width: int) -> None:
    text = printed(Console(file=io.StringIO(), force_terminal=True, color_system=None, width=width))
    assert max(map(len, text.splitlines())) <= width
    for scenario in SCENARIOS:
        for word in scenario.command.split():
            assert f" {word} " in text


def test_a_wide_terminal_shows_all_without_a_break() -> None:
    text = printed(Console(file=io.StringIO(), force_terminal=True, color_system=None, width=160))
    assert all(f"│ {scenario.command} " in text for scenario in SCENARIOS)
