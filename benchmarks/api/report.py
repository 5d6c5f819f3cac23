"""The result as a table for people and as JSON for machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from benchmarks.api.statistics import Comparison

_MARKS = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}


def table(comparisons: Sequence[Comparison]) -> Table:
    """Return a table with one row for each comparison; times in milliseconds."""
    drawn = Table(title="GET /products: the original handler against ours (milliseconds)")
    drawn.add_column("what")
    for column in ("original p50", "p99", "n", "ours p50", "p99", "n", "faster at p50", "at p99", "target"):
        drawn.add_column(column, justify="right")
    drawn.add_column("")
    for one in comparisons:
        drawn.add_row(
            one.name,
            *(str(value) for value in (one.original.p50, one.original.p99, one.original.samples)),
            *(str(value) for value in (one.ours.p50, one.ours.p99, one.ours.samples)),
            f"{one.ratio:.2f}x",
            f"{one.ratio_p99:.2f}x",
            "" if one.target is None else f">= {one.target:g}x",
            _MARKS[one.met],
        )
    return drawn


def as_json(comparisons: Sequence[Comparison], facts: dict[str, Any]) -> dict[str, Any]:
    """Return everything as JSON types."""
    return {
        "name": "api-benchmark",
        **facts,
        "passed": bool(comparisons) and all(one.met is not False for one in comparisons),
        "comparisons": [
            {**asdict(one), "ratio": one.ratio, "ratio_p99": one.ratio_p99, "met": one.met}
            for one in comparisons
        ],
    }
