"""`python -m benchmarks.capacity`: exits 1 when a day at steps of a second takes longer than promised."""

from __future__ import annotations

import sys
import time
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from techmoda_ha.capacity import profiles
from techmoda_ha.capacity.configuration import (
    SEED,
    TABLE_PARTS,
    Case,
    Concurrency,
    Objectives,
    OnDemand,
    Provisioned,
)
from techmoda_ha.capacity.search import cheapest
from techmoda_ha.capacity.simulation import simulate

MOST_SECONDS_A_DAY = 5.0
RUNS = 3


def main() -> int:
    """Print the CPU seconds of each configuration and profile, the best of RUNS; return the exit status."""
    provisioned = replace(
        SEED,
        name="provisioned",
        products=Concurrency(100, 2, 50),
        throughputs=dict.fromkeys(TABLE_PARTS, Provisioned(50, 500)),
    )
    demanded = replace(provisioned, name="on demand", throughputs=dict.fromkeys(TABLE_PARTS, OnDemand()))
    table = Table("configuration", "profile", "steps", "CPU s", "us a step")
    worst = 0.0
    for configuration in (SEED, provisioned, demanded):
        for name in ("day", "plus-1000"):
            profile = profiles.named(name, 10.0)
            taken = []
            for _ in range(RUNS):
                began = time.process_time()
                simulate(Case(configuration), profile)
                taken.append(time.process_time() - began)
            seconds, steps = min(taken), len(profile.rates)
            worst = max(worst, seconds * profiles.DAY_SECONDS / steps)
            row = (configuration.name, name, f"{steps:,}", f"{seconds:.2f}", f"{1e6 * seconds / steps:.1f}")
            table.add_row(*row)
    console = Console()
    console.print(table)
    console.print(search_table(Case(provisioned)))
    console.print(f"A day takes {worst:.2f} s at most, promised are {MOST_SECONDS_A_DAY:g}.", highlight=False)
    return int(worst > MOST_SECONDS_A_DAY)


def search_table(case: Case) -> Table:
    """Return the CPU seconds of the search for the cheapest limits, by profile."""
    table = Table("search: profile", "steps", "CPU s")
    day = profiles.named("day", case.normal_rate)
    for name in ("plus-1000", "two-day-sale"):
        profile = profiles.named(name, case.normal_rate)
        began = time.process_time()
        cheapest(case, profile, day, Objectives())
        table.add_row(name, f"{len(profile.rates):,}", f"{time.process_time() - began:.2f}")
    return table


if __name__ == "__main__":
    sys.exit(main())
