"""The report's first table for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from techmoda_ha.report.language import Speaker
from techmoda_ha.report.promises import Row, Standing, Verdict

COLOURS = {
    Verdict.MET: "green",
    Verdict.MISSED: "red",
    Verdict.VOID: "red",
    Verdict.SHORTENED: "yellow",
    Verdict.NOT_MEASURED: "yellow",
}

COMMANDS_COLUMN = 1  # Where the figure stands, or the command that measures it.


def summary_table(standings: Sequence[Standing], speaker: Speaker) -> Table:
    """Return promises beside measurements; a scenario without evidence names the command that makes it."""
    words = speaker.texts["promises"]
    table = Table(title=speaker.texts["sections"]["promises"], title_justify="left")
    for heading in ("scenario", "figure", "promised", "measured", "verdict"):
        table.add_column(
            words[heading],
            overflow="fold",
            justify="right" if heading in ("promised", "measured") else "left",
        )
    for one in standings:
        title = speaker.texts["scenarios"].get(one.scenario.name, {}).get("title", one.scenario.name)
        if one.run is None:
            table.add_row(title, one.scenario.command, "", "", _coloured(one.verdict, speaker))
            continue
        for index, row in enumerate(one.rows):
            table.add_row(title if index == 0 else "", *_cells(row, speaker))
    return table


def _cells(row: Row, speaker: Speaker) -> list[str]:
    limit = row.limit if row.promised is None else row.promised
    return [
        speaker.name_of(row.measurement),
        "" if limit is None else f"≤ {speaker.figure(row.measurement, limit)}",
        speaker.figure(row.measurement, row.measured),
        _coloured(row.verdict, speaker),
    ]


def _coloured(verdict: Verdict, speaker: Speaker) -> str:
    return f"[{COLOURS[verdict]}]{speaker.texts['verdicts'][verdict]}[/]"
