"""One measurement in a process of its own, whose peak memory is that of this measurement alone."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.recovery import feeding
from techmoda_ha.errors import HaError
from techmoda_ha.recovery.applying import Application
from techmoda_ha.recovery.planning import Planner
from techmoda_recovery.core.repairs import Repair
from techmoda_recovery.core.rules import Rules, WrittenBy
from techmoda_recovery.erasures import NoErasures
from techmoda_recovery.pace import Pace
from techmoda_recovery.plan_files import Header, Plan
from techmoda_recovery.writing import Outcome, Written

HEADER = Header(
    "benchmark", "rewind", "us-east-1", "products", "table", "2026-05-01T10:00:00.000Z", "benchmark"
)
RULES = Rules(undo=(WrittenBy(frozenset({feeding.BAD})),))
WRITE_SECONDS = 0.005  # DynamoDB answers writes in single-digit milliseconds.
KIB = 1024 if sys.platform != "darwin" else 1  # ru_maxrss is in KiB on Linux, in bytes on macOS.


@dataclass(frozen=True)
class Measurement:
    """What one run took; `cpu_seconds` is the processors' time, which other processes hardly change."""

    what: str
    items: int
    seconds: float
    cpu_seconds: float
    peak_mib: float
    repairs: int

    @property
    def items_per_second(self) -> float:
        """Return how many items were worked through in a second."""
        return self.items / self.seconds

    @property
    def cpu_seconds_each(self) -> float:
        """Return the processors' time for one item."""
        return self.cpu_seconds / self.items


def rewind(items: int, folder: Path) -> Plan:
    """Plan a rewind of that many touched items."""
    planner = Planner(HEADER, RULES, NoErasures(), folder / "scratch")
    return planner.rewind(folder / "plan.jsonl", feeding.MOMENT, feeding.giving(feeding.changes(items)))


def diff(items: int, folder: Path) -> Plan:
    """Compare two tables of that many items."""
    return Planner(HEADER, RULES, NoErasures(), folder / "scratch").reconcile(
        folder / "plan.jsonl",
        lambda item: {"id": item["id"]},
        feeding.giving(feeding.restored(items)),
        feeding.giving(feeding.live(items)),
    )


class SlowStore:
    """Takes as long as DynamoDB for each write, and keeps nothing."""

    def write(self, repair: Repair) -> Written:
        """Wait as for one write."""
        del repair
        time.sleep(WRITE_SECONDS)
        return Written(Outcome.REPAIRED, 1)


def repair(items: int, folder: Path) -> Plan:
    """Rewind that many touched items, with the writes, each as slow as DynamoDB's."""
    plan = rewind(items, folder)
    Application(SlowStore(), NoErasures(), Pace(1e9)).apply(plan)
    return plan


def scan_and_put(items: int, folder: Path) -> Plan:
    """The straightforward way: read the restored table and put every item, one after the other."""
    del folder
    for item in feeding.restored(items):
        SlowStore().write(Repair({"id": item["id"]}, None, item))
    counts = {"repairs": items}
    return Plan(Path(), HEADER, counts, "")


KINDS: dict[str, Callable[[int, Path], Plan]] = {
    "rewind": rewind,
    "diff": diff,
    "repair": repair,
    "scan-and-put": scan_and_put,
}


def measure_here(what: str, items: int) -> Measurement:
    """Measure in this process, which should have done nothing else."""
    with tempfile.TemporaryDirectory(prefix="benchmark-recovery-") as folder:
        began, began_cpu = time.perf_counter(), time.process_time()
        plan = KINDS[what](items, Path(folder))
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - began_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB / 2**20
    return Measurement(what, items, seconds, cpu_seconds, peak, plan.size)


def measure(what: str, items: int) -> Measurement:
    """Measure in a new process; raise HaError when it fails."""
    command = [sys.executable, "-m", "benchmarks.recovery", "--one", what, str(items)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    if ended.returncode != 0:
        raise HaError(
            f"Measuring {what} of {items:,} items failed.", "Its words are above.", detail=ended.stderr
        )
    return Measurement(**json.loads(ended.stdout))


def as_line(measurement: Measurement) -> str:
    """Return a measurement as JSON text."""
    return json.dumps(asdict(measurement))
