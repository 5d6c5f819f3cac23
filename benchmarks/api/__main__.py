"""The command line: python -m benchmarks.api --help."""

from __future__ import annotations

import json
import sys
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click
from rich.console import Console

from benchmarks.api import catalogue, cold_start, latency, report
from benchmarks.api.deployment import BASELINE_SOURCE, Deployment, deployed, lambda_client
from benchmarks.api.statistics import Comparison
from techmoda_ha.environments import Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.packaging import Platform, build_package

SPEED_TARGET = 5.0  # how many times faster ours must be with the largest table
EXIT_TARGET_MISSED = 1
EXIT_NOT_MEASURED = 2


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--products",
    "sizes",
    multiple=True,
    type=click.IntRange(1),
    default=(1_000, 100_000),
    show_default=True,
    help="Table sizes to measure, ascending.",
)
@click.option(
    "--requests",
    default=200,
    show_default=True,
    type=click.IntRange(latency.MINIMUM_SAMPLES),
    help="Warm requests to each function at each size.",
)
@click.option(
    "--budget",
    default=60.0,
    show_default=True,
    help="Seconds for the original's requests at each size; after that it gets no more.",
)
@click.option(
    "--cold-starts", default=15, show_default=True, type=click.IntRange(1), help="Fresh processes each."
)
@click.option(
    "--package",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Our zip; built for this machine when left out. On AWS give the one for its architecture.",
)
@click.option(
    "--json", "json_file", type=click.File("w"), help="Also write the result as JSON (- is stdout)."
)
def main(  # noqa: D103, PLR0917 - the docstring would be the help text, which is set here
    sizes: tuple[int, ...],
    requests: int,
    budget: float,
    cold_starts: int,
    package: Path | None,
    json_file: TextIO | None,
) -> None:
    console = Console(stderr=True)
    started = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        try:
            built = package or _build(Path(folder))
            with deployed(built) as deployment:
                results = _latencies(deployment, sorted(sizes), requests, budget, console)
                results += _cold_starts(deployment, built, Path(folder), cold_starts)
        except (HaError, latency.BrokenFunctionError) as error:
            console.print(f"[red]Nothing was measured:[/] {error}")
            sys.exit(EXIT_NOT_MEASURED)
    facts = {"started_at": started.isoformat(), "ended_at": datetime.now(UTC).isoformat(), "products": sizes}
    Console(width=150).print(report.table(results))
    result = report.as_json(results, facts)
    if json_file is not None:
        json.dump(result, json_file, indent=2)
    sys.exit(0 if result["passed"] else EXIT_TARGET_MISSED)


main.help = (
    "Compare GET /products of the original handler and of ours on the AWS of the environment's endpoint."
)


def _build(folder: Path) -> Path:
    return build_package(Workspace.from_environment(), "products_api", folder, Platform.this_machine()).file


def _latencies(
    deployment: Deployment, sizes: list[int], requests: int, budget: float, console: Console
) -> list[Comparison]:
    client = lambda_client()
    original = latency.Caller(client, deployment.original_function)
    ours = latency.Caller(client, deployment.our_function)
    results, written = [], 0
    for size in sizes:
        with console.status(f"Writing {size - written:,} products"):
            catalogue.fill(deployment.table, written, size)
        written = size
        target = SPEED_TARGET if size == sizes[-1] else None
        with console.status(f"Measuring with {size:,} products"):
            name = f"{size:,} products"
            results.append(
                latency.compare(name, original, ours, requests=requests, budget_seconds=budget, target=target)
            )
        console.print(f"{name}: answers of {original.answer_bytes:,} and {ours.answer_bytes:,} bytes")
    return results


def _cold_starts(deployment: Deployment, package: Path, folder: Path, samples: int) -> list[Comparison]:
    unpacked = folder / "unpacked"
    with zipfile.ZipFile(package) as archive:
        archive.extractall(unpacked)
    return cold_start.compare(
        cold_start.Candidate("get_products", BASELINE_SOURCE.parent, deployment.variables),
        cold_start.Candidate("products_api.handler", unpacked, deployment.variables),
        samples,
    )


if __name__ == "__main__":
    main()
