"""Tables for people: whole where nothing bounds them, and without words in pieces where a terminal does."""

from __future__ import annotations

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text


def print_table(console: Console, table: Table, *, kept: int | None = None) -> None:
    """Print a table. In a pipe or a file it is as wide as its content: rich would take 80 columns for it.

    A terminal bounds it; there no word of the column number `kept` is broken, the first column gives way.
    """
    if not console.is_terminal:
        table.width = _borders(table) + sum(map(_content_width, table.columns))
        console.print(table, crop=False)
        return
    if kept is not None:
        _keep_words(table, kept, console.width)
    console.print(table)


def _keep_words(table: Table, kept: int, width: int) -> None:
    """Fix a column's width where room is short: half of what it and the first share, or its longest word."""
    widths = [_content_width(column) for column in table.columns]
    if sum(widths) + _borders(table) <= width:
        return
    shared = width - _borders(table) - (sum(widths) - widths[0] - widths[kept])
    longest_word = max(len(word) for text in _texts(table.columns[kept]) for word in text.plain.split())
    table.columns[kept].width = min(widths[kept], max(longest_word, shared // 2))


def _borders(table: Table) -> int:
    return 3 * len(table.columns) + 1  # A line on each side, and a blank on both sides of a cell.


def _texts(column: Column) -> list[Text]:
    return [Text.from_markup(str(cell)) for cell in (column.header, *column.cells)]


def _content_width(column: Column) -> int:
    return max(text.cell_len for text in _texts(column))
