"""What was promised, beside what the runs measured: the rows of the report's first table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from techmoda_ha.plan.objectives import Objectives
from techmoda_ha.report.runs import Run

Promised = Callable[[Objectives], float]


class Verdict(StrEnum):
    """How a promise stands.

    A run that failed shows nothing, so its good figures are void. The times of a shortened run are no
    measure of real time, so they meet nothing.
    """

    MET = "met"
    MISSED = "missed"
    VOID = "void"
    SHORTENED = "shortened"
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True)
class Scenario:
    """One thing that is promised, the evidence that shows it, and the command that makes it ("": unknown).

    `promised` gives, by measurement, the promise to TechModa that stands behind a run's own, tighter limit.
    """

    name: str
    command: str
    promised: Mapping[str, Promised] = field(default_factory=dict)


def _rto(objectives: Objectives) -> float:
    return objectives.rto_minutes * 60


def _rpo(objectives: Objectives) -> float:
    return objectives.rpo_minutes * 60


def _rto_of(disruption: str) -> Promised:
    return lambda objectives: objectives.promised(disruption).rto_minutes * 60


# Names of disruptions are those of objectives.yaml.
OLDER_DAMAGE, VAULT_ONLY = "data-corruption-older-than-24-hours", "vault-only"
SCENARIOS = (
    Scenario("region-outage", "make drill-region-outage", {"rto_seconds": _rto, "rpo_seconds": _rpo}),
    Scenario(
        "data-corruption",
        "make drill-data-corruption",
        {"rto_seconds": _rto, "reconcile_rto_seconds": _rto_of(OLDER_DAMAGE)},
    ),
    Scenario("surge", "make drill-surge"),
    Scenario("load-seed", "make load-test"),
    Scenario("load-fashion-week", "make load-test SCENARIO=fashion-week"),
    Scenario("incident-response", "make drill-incident-response"),
    Scenario("backup-restore", "make drill-backup-restore", {"rto_seconds": _rto_of(VAULT_ONLY)}),
    Scenario("delivery", "make drill-delivery"),
    Scenario("smoke", "make smoke-test"),
    Scenario("fuzz-api", "make fuzz-api"),
)


@dataclass(frozen=True)
class Row:
    """One promise: what TechModa was promised, the run's own limit, and what was measured."""

    measurement: str
    promised: float | None
    limit: float | None
    measured: float | None
    verdict: Verdict


@dataclass(frozen=True)
class Standing:
    """One scenario with its run, if there is one, and its rows."""

    scenario: Scenario
    run: Run | None
    rows: list[Row]

    @property
    def verdict(self) -> Verdict:
        """Return the scenario's verdict: that of its run as a whole."""
        if self.run is None:
            return Verdict.NOT_MEASURED
        if not self.run.passed:
            return Verdict.MISSED
        return Verdict.SHORTENED if self.run.is_shortened else Verdict.MET


def standings(runs: Mapping[str, Run], objectives: Objectives) -> list[Standing]:
    """Return every scenario that is promised, and after them whatever else left evidence."""
    known = {scenario.name for scenario in SCENARIOS}
    # What was weakened on purpose had to fail: it shows that a drill can, and promises nothing.
    others = [Scenario(name, "") for name, run in runs.items() if name not in known and not run.weakness]
    return [
        Standing(scenario, runs.get(scenario.name), rows_of(scenario, runs.get(scenario.name), objectives))
        for scenario in (*SCENARIOS, *others)
    ]


def rows_of(scenario: Scenario, run: Run | None, objectives: Objectives) -> list[Row]:
    """Return a row for each promise and each further objective of the run."""
    limits = {} if run is None else run.objectives
    names = dict.fromkeys([*scenario.promised, *limits])
    rows = []
    for name in names:
        promise = scenario.promised.get(name)
        promised, limit = None if promise is None else promise(objectives), limits.get(name)
        measured = None if run is None else run.measurements.get(name)
        rows.append(Row(name, promised, limit, measured, _verdict(run, name, promised)))
    return rows


def _verdict(run: Run | None, name: str, promised: float | None) -> Verdict:
    if run is None or run.measurements.get(name) is None:
        return Verdict.MISSED if run is not None and name in run.objectives else Verdict.NOT_MEASURED
    within_promise = promised is None or (run.measurements[name] or 0.0) <= promised
    if not within_promise or run.holds(name) is False:
        return Verdict.MISSED
    if not run.passed:
        return Verdict.VOID
    return Verdict.SHORTENED if run.is_shortened and name.endswith("_seconds") else Verdict.MET
