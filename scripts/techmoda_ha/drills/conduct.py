"""What the activities of every drill share: one run per name, steps that stop after a failure, checks.

Chaos Toolkit passes an experiment's configuration to each function; its entry `run` says which of the
runs in this process is meant.

After a step that cannot be done (HaError) the others are left out, and everything is rolled back. Whether
objectives were met is decided from the evidence, after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from chaoslib.exceptions import InterruptExecution

from techmoda_ha.drills import steady_state
from techmoda_ha.drills.stage import Stage
from techmoda_ha.errors import HaError

Configuration = Mapping[str, Any]


class Settling(Protocol):
    """The part of a drill's plan that checks need."""

    @property
    def settling_seconds(self) -> float:
        """Return how long what settles by itself may take."""


class Drill(Protocol):
    """What every drill can do."""

    @property
    def stage(self) -> Stage:
        """Return where it takes place."""

    @property
    def plan(self) -> Settling:
        """Return what it shall do."""

    def note(self, event: str) -> None:
        """Keep in the timeline what happened now."""

    def roll_back(self) -> None:
        """Undo everything; raise HaError when something could not be undone."""


AnyDrill = TypeVar("AnyDrill", bound=Drill)
Check = Callable[[Stage], str]


@dataclass
class ExperimentRun:
    """One run: the drill, why it could not go on, and what could not be undone.

    `deviations` say in words what the steady state lacked, by check.
    """

    drill: Drill
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


def run_of(configuration: Configuration) -> ExperimentRun:
    """Return the run that a configuration means."""
    return _RUNS[configuration["run"]]


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM end the experiment.

    Chaos Toolkit's handler raises an exception that it takes for the activity's failure, and goes on.
    """
    try:
        yield
    except InterruptExecution as error:
        raise KeyboardInterrupt from error


def step(configuration: Configuration, act: Callable[[AnyDrill], None], kind: type[AnyDrill]) -> bool:
    """Do a step of a drill of that kind, unless an earlier one could not be done; whether it was done.

    Chaos Toolkit goes on after a step that fails, so that the steps themselves must know.
    """
    run = run_of(configuration)
    if not isinstance(run.drill, kind):
        raise TypeError(f"{type(run.drill).__name__} is not the drill of this experiment")
    if run.error is None:
        try:
            with interruptible():
                act(run.drill)
        except HaError as error:
            run.error = error
    return run.error is None


def holds(configuration: Configuration, name: str, check: Check, *, settles: bool = False) -> bool:
    """Check; what `settles` by itself after a deployment or a drill gets time to."""
    run = run_of(configuration)
    if run.error is not None:
        return False
    seconds = run.drill.plan.settling_seconds if settles else 0.0
    try:
        with interruptible():
            problem = steady_state.within(check, run.drill.stage, seconds)
    except HaError as error:
        problem = f"{error.message} {error.detail}".strip()
    if problem:
        run.deviations[name] = problem
        run.drill.note(f"Not steady: {problem}")
    return not problem


def roll_back(configuration: Configuration) -> bool:
    """Undo everything; what could not be undone is kept for whoever started the drill."""
    run = run_of(configuration)
    try:
        run.drill.roll_back()
    except HaError as error:
        run.leftover = error
    return run.leftover is None
