"""The command line: python -m benchmarks.api --help."""

from __future__ import annotations

import json
import sys
import tempfile
import zipfile
from dataclasses import dataclass
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
                bench = Bench(deployment, built, Path(folder), console)
                results = bench.run(sorted(sizes), requests, budget, cold_starts)
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


@dataclass
class Bench:
    """One run against one deployment."""

    deployment: Deployment
    package: Path
    folder: Path
    console: Console

    def run(self, sizes: list[int], requests: int, budget: float, cold_starts: int) -> list[Comparison]:
        """Measure each size, and the cold starts at the smallest (their first answer reads the table)."""
        client = lambda_client()
        original = latency.Caller(client, self.deployment.original_function)
        ours = latency.Caller(client, self.deployment.our_function)
        latencies: list[Comparison] = []
        cold: list[Comparison] = []
        for before, size in zip([0, *sizes], sizes, strict=False):
            with self.console.status(f"Writing {size - before:,} products"):
                catalogue.fill(self.deployment.table, before, size)
            cold = cold or self._cold_starts(cold_starts)
            target = SPEED_TARGET if size == sizes[-1] else None
            with self.console.status(f"Measuring with {size:,} products"):
                measured = latency.compare(
                    f"{size:,} products",
                    original,
                    ours,
                    requests=requests,
                    budget_seconds=budget,
                    target=target,
                )
            latencies.append(measured)
            self.console.print(
                f"{measured.name}: answers of {original.answer_bytes:,} and {ours.answer_bytes:,} bytes"
            )
        return [*latencies, *cold]

    def _cold_starts(self, samples: int) -> list[Comparison]:
        unpacked = self.folder / "unpacked"
        with zipfile.ZipFile(self.package) as archive:
            archive.extractall(unpacked)
        with self.console.status(f"Starting {samples} fresh processes each"):
            return cold_start.compare(
                cold_start.Candidate("get_products", BASELINE_SOURCE.parent, self.deployment.variables),
                cold_start.Candidate("products_api.handler", unpacked, self.deployment.variables),
                samples,
            )


if __name__ == "__main__":
    main()
