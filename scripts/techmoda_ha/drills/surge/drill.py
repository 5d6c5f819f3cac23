"""The surge drill: its steps, in the order in which drills/surge.yaml calls them.

Moments are seconds on the stage's monotonic clock. Whatever was changed is undone by `roll_back`, which may
be called at any time and more than once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.capacity.configuration import TABLE_PARTS, Workload
from techmoda_ha.drills.records import DELETES_PER_BATCH
from techmoda_ha.drills.stage import Stage
from techmoda_ha.drills.surge import figures
from techmoda_ha.drills.surge.figures import Comparison, Measured, Reality
from techmoda_ha.drills.surge.ground import OVER_TARGET, Ground
from techmoda_ha.drills.surge.plan import SurgePlan
from techmoda_ha.drills.watching import Watcher, changes
from techmoda_ha.errors import HaError
from techmoda_ha.evidence import TimelineEntry
from techmoda_ha.load.judgement import LoadObjectives, evidence_of
from techmoda_ha.load.runner import LoadTest
from techmoda_ha.load.throttles import count_throttles, seconds_to_the_next_minute

CAPACITY_EVERY_SECONDS = 0.5
ALARMS_EVERY_SECONDS = 1.0
REST_POLL_SECONDS = 2.0
FILLING_PASSES_MINUTES = 3
"""Until autoscaling does not look at the minute any more in which the catalogue was filled."""

COUNTING_SECONDS = 2.0
"""After a minute's end, until CloudWatch has counted it on the local AWS."""

REST_SECONDS = 300.0
"""How long the drill waits for autoscaling's alarms of an earlier load, which look back some minutes."""

CATALOGUE = 40
"""Products that the drill adds, so that a page of the list is full and costs what the model reckons with."""

Say = Callable[[str], None]


@dataclass
class Findings:
    """What a run found out so far."""

    results: Mapping[str, Any] | None = None
    read_units: float = 0.0
    load: Any = None
    refusals: dict[str, float] = field(default_factory=dict)
    measured: Measured | None = None
    comparison: Comparison | None = None
    usual_minimum: Mapping[str, int] = field(default_factory=dict)


class SurgeDrill:
    """One run."""

    def __init__(
        self, stage: Stage, ground: Ground, plan: SurgePlan, *, load: LoadTest, reality: Reality,
        workload: Workload, objectives: LoadObjectives, say: Say, show: Say = lambda _text: None,
    ) -> None:  # fmt: skip
        """Prepare; nothing is touched yet. `say` gets what happened, `show` what is going on now."""
        self.stage, self.ground, self.plan, self.load = stage, ground, plan, load
        self.reality, self.workload, self.objectives = reality, workload, objectives
        self._say, self._show = say, show
        self.started_at, self._started = datetime.now(UTC), stage.clock()
        self.findings = Findings()
        self.timeline: list[TimelineEntry] = []
        self.failures: list[str] = []
        self.capacities = Watcher(ground.capacities, stage.clock, CAPACITY_EVERY_SECONDS)
        self.alarms = Watcher(ground.firing, stage.clock, ALARMS_EVERY_SECONDS)
        self._is_watching = False
        self._pace_is_set = False

    def note(self, event: str) -> None:
        """Keep in the timeline what happened now, and say it."""
        self._note_at(self.stage.clock(), event)
        self._say(f"{self.stage.clock() - self._started:6.1f} s  {event}")

    def fail(self, failure: str) -> None:
        """Keep a failure: the drill has not passed then."""
        self.failures.append(failure)
        self.note(f"Failed: {failure}")

    def _note_at(self, moment: float, event: str) -> None:
        self.timeline.append(TimelineEntry(self._at(moment), event))

    def _at(self, moment: float) -> datetime:
        return self.started_at + timedelta(seconds=moment - self._started)

    # -- the method, step by step

    def prepare(self) -> None:
        """Wait for a table at rest, fill the catalogue, set the pace and the limits, and begin to watch."""
        self._let_autoscaling_rest()
        self._fill_catalogue()
        self.stage.sleep(self.plan.seconds(FILLING_PASSES_MINUTES))
        if self.plan.pace != 1:
            if self.stage.bed is None:
                raise HaError("Time cannot be changed here.", "Leave out --pace: on AWS minutes are minutes.")
            self._pace_is_set = True
            self.stage.bed.set_pace(self.plan.pace)
        narrowed = self.ground.narrow(self.plan)
        self.reality = figures.weak_reality(self.plan, replace(self.reality, limits=narrowed))
        told = ", ".join(f"{part} {low} to {high}" for part, (low, high) in narrowed.items())
        self.note(f"Limits: {told}")
        if self.plan.weakness:
            self.note(f"Made too small on purpose: {self.plan.weakness}")
        self._is_watching = True
        self.capacities.start()
        self.alarms.start()

    def surge(self) -> None:
        """Put the load on: normal, ten times that, normal again."""
        scenario = self.plan.scenario
        self.load.wait_for_a_clean_minute()
        self.note(
            f"Load begins: {scenario.rates[0]:g} requests/s, {scenario.peak:g} at the peak, "
            f"{len(scenario.rates)} s"
        )
        before = self._units_by_test_bed()
        self.findings.results = self.load.put_load()
        self.findings.read_units = self._units_by_test_bed() - before
        self.note("The load is over")

    def take_stock(self) -> None:
        """Count what was refused and what it took, ask the model, and compare."""
        results = self.findings.results
        if results is None:
            raise HaError("There was no load.", "See the load process's words above.")
        load = evidence_of(self.load.run, results, {}, self.objectives)
        cloudwatch = self.ground.clients("cloudwatch")
        self.findings.refusals = count_throttles(
            cloudwatch, self.ground.parts, load.started_at, load.ended_at
        )
        self.findings.refusals["throttle"] = _answered(results, "status 429")
        self.findings.load = load
        self.findings.measured = self._measure(load.started_at, load.ended_at, results)
        said = figures.model(self.plan, self.reality, self.findings.measured, self.workload)
        chance = figures.chance_of(self.plan, said, self.reality.target)
        samples = [one.value for one in self.capacities.samples]
        self.findings.comparison = figures.compare(
            samples, float(load.measurements["error_percent"]), self.findings.refusals, said, chance
        )
        self._tell_changes()
        if named := self.findings.comparison.in_words():
            self.fail(named)
        for difference in self.findings.comparison.differences(self.plan):
            self.fail(difference)

    def roll_back(self) -> None:
        """Stop watching, put limits and pace back, delete what was written; raise HaError."""
        if self._is_watching:
            self._is_watching = False
            self.capacities.stop()
            self.alarms.stop()
        problems = []
        for undo in (self.ground.restore, self._reset_pace, self._clear):
            try:
                undo()
            except HaError as error:
                problems.append(error)
        if problems:
            raise problems[0]

    def _reset_pace(self) -> None:
        if self._pace_is_set and self.stage.bed:
            self.stage.bed.set_pace(1)
            self._pace_is_set = False

    def _clear(self) -> None:
        for category in (self.load.category, self.stage.category):
            self.stage.table(self.stage.primary).delete(category)

    def _let_autoscaling_rest(self) -> None:
        """Let what ran before pass, for autoscaling would answer it during the drill; raise HaError.

        CloudWatch counts a load at the end of its minute, and alarms look back on it for some more.
        """
        seconds = seconds_to_the_next_minute(self._at(self.stage.clock())) + COUNTING_SECONDS
        self.note(f"Begins with a whole minute, as CloudWatch counts: in {seconds:.0f} s")
        self.stage.sleep(seconds)
        if not self._scales_out():
            return
        self.note(f"Autoscaling still answers an earlier load: waiting, {REST_SECONDS:.0f} s at most")
        if not self.stage.until(lambda: not self._scales_out(), REST_SECONDS, every=REST_POLL_SECONDS):
            raise HaError(
                f"Autoscaling still scales the table out after {REST_SECONDS:.0f} s.",
                "End what uses it, then repeat the drill.",
            )
        self.note("Autoscaling is at rest")

    def _scales_out(self) -> bool:
        return any(name.endswith(OVER_TARGET) for name in self.ground.firing())

    def _fill_catalogue(self) -> None:
        table, client = self.ground.parts.table, self.ground.clients("dynamodb")
        items = [_product(self.stage.category, number) for number in range(CATALOGUE)]
        with aws_errors_as("The drill's products could not be written.", "Check your rights on the table."):
            for start in range(0, CATALOGUE, DELETES_PER_BATCH):
                puts = [{"PutRequest": {"Item": one}} for one in items[start : start + DELETES_PER_BATCH]]
                client.batch_write_item(RequestItems={table: puts})

    def _measure(self, start: datetime, end: datetime, results: Mapping[str, Any]) -> Measured:
        """Return what a request cost, as CloudWatch and the load process counted it."""
        reads = sum(
            entry["count"] - entry["failures"]
            for name, entry in results["requests"].items()
            if name.startswith("GET")
        )
        # CloudWatch has whole minutes only, which hold what others read just before a short run.
        units = self.findings.read_units or self.ground.read_units(start, end)
        duration = self.ground.mean_seconds(start, end)
        if not reads or not units or not duration:
            raise HaError(
                "CloudWatch has no figures of the run.", "Its metrics may be late: repeat the drill."
            )
        return Measured(units / reads, duration)

    def _units_by_test_bed(self) -> float:
        """Return the read units that the table gave so far, 0 where no test bed tells."""
        if self.stage.bed is None:
            return 0.0
        return self.stage.bed.read_units(self.stage.primary.name, self.ground.parts.table)

    def _tell_changes(self) -> None:
        """Put every change of a capacity and of an alarm into the timeline."""
        with contextlib.suppress(IndexError):
            before = self.capacities.samples[0].value
            for sample in changes(self.capacities.samples)[1:]:
                for part in TABLE_PARTS:
                    if sample.value[part] != before[part]:
                        self._note_at(sample.at, f"{part}: {before[part]} to {sample.value[part]} units")
                before = sample.value
        firing: set[str] = set(self.alarms.samples[0].value) if self.alarms.samples else set()
        for alarms in changes(self.alarms.samples):
            for name in sorted(alarms.value - firing):
                self._note_at(alarms.at, f"alarm {name} fires")
            for name in sorted(firing - alarms.value):
                self._note_at(alarms.at, f"alarm {name} clears")
            firing = alarms.value


def _answered(results: Mapping[str, Any], words: str) -> float:
    return float(sum(one["count"] for one in results["failures"] if words in one["error"]))


def _product(category: str, number: int) -> dict[str, Any]:
    """Return an item as the API stores it."""
    now = "2026-01-01T00:00:00Z"
    texts = {
        "id": f"{category}-{number:04}", "name": f"Surge {number}", "category": category, "price": "1.00",
        "currency": "EUR", "created_at": now, "updated_at": now, "write_token": f"{category}-{number:04}",
        "description": "One of the products that fill the list's pages while the surge is drilled. " * 2,
    }  # fmt: skip
    return {**{name: {"S": text} for name, text in texts.items()}, "version": {"N": "1"}, "stock": {"N": "1"}}
