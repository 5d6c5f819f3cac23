"""What drills/delivery.yaml calls; see `conduct` for how a run is found and a step fails."""

from __future__ import annotations

from typing import cast

from techmoda_ha.drills import steady_state
from techmoda_ha.drills.conduct import Configuration, holds, roll_back, run_of, step
from techmoda_ha.drills.delivery.drill import DeliveryDrill

__all__ = ["roll_back"]


def regions_answer(configuration: Configuration) -> bool:
    """Steady state: both regions' /health answers 200."""
    return holds(configuration, "regions_answer", steady_state.regions_answer, settles=True)


def states_are_apart(configuration: Configuration) -> bool:
    """Steady state: each state lies in its own region, can be locked, and nobody holds it."""
    states = cast(DeliveryDrill, run_of(configuration).drill).site.states
    return holds(configuration, "states_are_apart", lambda _stage: states.problems())


def nobody_is_stopped(configuration: Configuration) -> bool:
    """Steady state: STOP works and is not engaged, so that deployments are not frozen."""
    return holds(configuration, "nobody_is_stopped", steady_state.stop_switch_works, settles=True)


def play(configuration: Configuration, scenario: str) -> bool:
    """Play a scenario to its end."""
    return step(configuration, lambda drill: drill.play(scenario), DeliveryDrill)
