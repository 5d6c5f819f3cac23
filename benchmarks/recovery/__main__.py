"""The command line: python -m benchmarks.recovery --help."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from itertools import pairwise
from typing import TextIO

import click
from rich.console import Console
from rich.table import Table

from benchmarks.recovery.measuring import KINDS, Measurement, as_line, measure, measure_here
from techmoda_ha.errors import HaError

MEMORY_GROWTH = 1.5  # The largest run's peak over the smallest one's: flat but for noise and full buffers.
TIME_GROWTH = 1.5  # CPU seconds per item over those of the next smaller run: linear but for noise.
SPEED_UP = 5.0  # A repair of the damage alone against putting every item.
COMPARED = 10_000
REPEATS = ((1_000_000, 1), (100_000, 3), (0, 5))  # From so many items on; a long run averages by itself.
EXIT_TARGET_MISSED = 1
EXIT_NOT_MEASURED = 2


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--items",
    "sizes",
    multiple=True,
    type=click.IntRange(1_000),
    show_default=True,
    default=(10_000, 100_000, 1_000_000),
    help="How many items, ascending.",
)
@click.option(
    "--json", "json_file", type=click.File("w"), help="Also write the result as JSON (- is stdout)."
)
@click.option("--one", nargs=2, type=(click.Choice(list(KINDS)), int), hidden=True)
def main(sizes: tuple[int, ...], json_file: TextIO | None, one: tuple[str, int] | None) -> None:
    """Measure planning a rewind and comparing two tables: items per second and peak memory.

    Items are fed where they would come from AWS. The last rows compare rewinding the damage with putting
    every item back one by one, each write as slow as DynamoDB's.
    """  # fmt: skip
    if one is not None:
        click.echo(as_line(measure_here(*one)))
        return
    console = Console(stderr=True)
    wanted = [(what, size) for what in ("rewind", "diff") for size in sorted(sizes)]
    wanted += [("repair", COMPARED), ("scan-and-put", COMPARED)]
    try:
        with console.status("") as status:
            results = []
            for what, size in wanted:
                status.update(f"{what} of {size:,} items")
                results.append(least_disturbed([measure(what, size) for _ in range(repeats(what, size))]))
    except HaError as error:
        console.print(f"[red]Nothing was measured:[/] {error}\n{error.detail}")
        sys.exit(EXIT_NOT_MEASURED)
    verdicts = judge(results)
    Console(width=120).print(table_of(results))
    for verdict, holds in verdicts.items():
        click.echo(f"{'met   ' if holds else 'MISSED'}  {verdict}")
    if json_file is not None:
        json.dump(
            {"measurements": [asdict(each) for each in results], "targets": verdicts}, json_file, indent=2
        )
    sys.exit(0 if all(verdicts.values()) else EXIT_TARGET_MISSED)


def repeats(what: str, items: int) -> int:
    """Return how often a run is made: once where writes take their time anyway."""
    return (
        1 if what in ("repair", "scan-and-put") else next(times for least, times in REPEATS if items >= least)
    )


def least_disturbed(runs: list[Measurement]) -> Measurement:
    """Return the run with the least CPU time: neighbours on the same cores only ever add to it."""
    return min(runs, key=lambda run: run.cpu_seconds)


def judge(results: list[Measurement]) -> dict[str, bool]:
    """Return every target in words, and whether it is met."""
    verdicts = {}
    for what in ("rewind", "diff"):
        runs = [each for each in results if each.what == what]
        growth = runs[-1].peak_mib / runs[0].peak_mib
        sizes = f"from {runs[0].items:,} to {runs[-1].items:,} items"
        words = f"{what}: peak memory grows {growth:.2f}x {sizes} (at most {MEMORY_GROWTH}x)"
        verdicts[words] = growth <= MEMORY_GROWTH
        for before, after in pairwise(runs):
            each = after.cpu_seconds_each / before.cpu_seconds_each
            sizes = f"from {before.items:,} to {after.items:,} items"
            verdicts[f"{what}: CPU time per item {each:.2f}x {sizes} (at most {TIME_GROWTH}x)"] = (
                each <= TIME_GROWTH
            )
    seconds = {measured.what: measured.seconds for measured in results}
    ratio = seconds["scan-and-put"] / seconds["repair"]
    words = f"repairing is {ratio:.0f}x as fast as putting every item (at least {SPEED_UP:g}x)"
    return {**verdicts, words: ratio >= SPEED_UP}


def table_of(results: list[Measurement]) -> Table:
    """Return the measurements as a table."""
    drawn = Table(title="Recovery", title_justify="left")
    drawn.add_column("what")
    for column in ("items", "seconds", "CPU s", "items/s", "peak MiB", "repairs"):
        drawn.add_column(column, justify="right")
    for one in results:
        drawn.add_row(
            one.what, f"{one.items:,}", f"{one.seconds:.1f}", f"{one.cpu_seconds:.1f}",
            f"{one.items_per_second:,.0f}", f"{one.peak_mib:.0f}", f"{one.repairs:,}",
        )  # fmt: skip
    return drawn


if __name__ == "__main__":
    main()
