"""What drills/region-outage.yaml calls.

Chaos Toolkit passes an experiment's configuration to each function; its entry `run` says which of the
runs in this process is meant.

After a step that cannot be done (HaError) the others are left out, and everything is rolled back. Whether
objectives were met is decided from the evidence, after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chaoslib.exceptions import InterruptExecution

from techmoda_ha.drills import steady_state
from techmoda_ha.drills.region_outage import RegionOutageDrill
from techmoda_ha.drills.stage import Stage
from techmoda_ha.errors import HaError

Configuration = Mapping[str, Any]


@dataclass
class ExperimentRun:
    """One run: the drill, why it could not go on, and what could not be undone.

    `deviations` say in words what the steady state lacked, by check.
    """

    drill: RegionOutageDrill
    error: HaError | None = None
    leftover: HaError | None = None
    deviations: dict[str, str] = field(default_factory=dict)


_RUNS: dict[str, ExperimentRun] = {}


@contextmanager
def registered(name: str, run: ExperimentRun) -> Iterator[None]:
    """Let activities find the run under its name while the block lasts."""
    _RUNS[name] = run
    try:
        yield
    finally:
        del _RUNS[name]


def _run_of(configuration: Configuration) -> ExperimentRun:
    return _RUNS[configuration["run"]]


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM end the experiment.

    Chaos Toolkit's handler raises an exception that it takes for the activity's failure, and goes on.
    """
    try:
        yield
    except InterruptExecution as error:
        raise KeyboardInterrupt from error


def _step(configuration: Configuration, act: Callable[[RegionOutageDrill], None]) -> bool:
    """Do a step, unless an earlier one could not be done; whether it was done.

    Chaos Toolkit goes on after a step that fails, so that the steps themselves must know.
    """
    run = _run_of(configuration)
    if run.error is None:
        try:
            with _interruptible():
                act(run.drill)
        except HaError as error:
            run.error = error
    return run.error is None


def _holds(
    configuration: Configuration, name: str, check: Callable[[Stage], str], *, settles: bool = False
) -> bool:
    """Check; what `settles` by itself after a deployment or a drill gets time to."""
    run = _run_of(configuration)
    if run.error is not None:
        return False
    seconds = run.drill.plan.settling_seconds if settles else 0.0
    try:
        with _interruptible():
            problem = steady_state.within(check, run.drill.stage, seconds)
    except HaError as error:
        problem = f"{error.message} {error.detail}".strip()
    if problem:
        run.deviations[name] = problem
        run.drill.note(f"Not steady: {problem}")
    return not problem


def regions_answer(configuration: Configuration) -> bool:
    """Steady state: both regions answer."""
    return _holds(configuration, "regions_answer", steady_state.regions_answer, settles=True)


def dns_leads_to_primary(configuration: Configuration) -> bool:
    """Steady state: DNS leads to the primary region."""
    return _holds(configuration, "dns_leads_to_primary", steady_state.dns_leads_to_primary, settles=True)


def answers_are_short_lived(configuration: Configuration) -> bool:
    """Steady state: DNS answers may not be kept for long."""
    return _holds(configuration, "answers_are_short_lived", steady_state.answers_are_short_lived)


def failover_records_are_complete(configuration: Configuration) -> bool:
    """Steady state: records and health checks are those that a failover needs."""
    return _holds(configuration, "failover_records", steady_state.failover_records_are_complete)


def replica_exists(configuration: Configuration) -> bool:
    """Steady state: the DR region has a replica."""
    return _holds(configuration, "replica_exists", steady_state.replica_exists)


def replication_is_fast(configuration: Configuration) -> bool:
    """Steady state: replication is fast."""
    return _holds(configuration, "replication_is_fast", steady_state.replication_is_fast, settles=True)


def stop_switch_works(configuration: Configuration) -> bool:
    """Steady state: the STOP switch can be read and is not engaged."""
    return _holds(configuration, "stop_switch_works", steady_state.stop_switch_works)


def latch_is_armed(configuration: Configuration) -> bool:
    """Steady state: the latch is armed. After the drill it takes minutes to arm, which nobody waits for."""
    if _run_of(configuration).drill.moments.disaster is not None:
        return True
    return _holds(configuration, "latch_is_armed", steady_state.latch_is_armed, settles=True)


def prepare(configuration: Configuration) -> bool:
    """Start watchers and clients."""
    return _step(configuration, RegionOutageDrill.prepare)


def strike(configuration: Configuration) -> bool:
    """Cause the fault."""
    return _step(configuration, RegionOutageDrill.strike)


def wait_for_failover(configuration: Configuration) -> bool:
    """Wait until the DR region serves every client."""
    return _step(configuration, RegionOutageDrill.wait_for_failover)


def wait_for_latch(configuration: Configuration) -> bool:
    """Wait until STOP is engaged."""
    return _step(configuration, RegionOutageDrill.wait_for_latch)


def restore(configuration: Configuration) -> bool:
    """Mend the fault."""
    return _step(configuration, RegionOutageDrill.restore)


def fail_back(configuration: Configuration) -> bool:
    """Resume when that is safe."""
    return _step(configuration, RegionOutageDrill.fail_back)


def take_stock(configuration: Configuration) -> bool:
    """Count what was lost."""
    return _step(configuration, RegionOutageDrill.take_stock)


def roll_back(configuration: Configuration) -> bool:
    """Undo everything; what could not be undone is kept for whoever started the drill."""
    run = _run_of(configuration)
    try:
        run.drill.roll_back()
    except HaError as error:
        run.leftover = error
    return run.leftover is None
