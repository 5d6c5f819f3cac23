"""What drills/incident-response.yaml calls; see `conduct` for how a run is found and a step fails."""

from __future__ import annotations

from typing import cast

from techmoda_ha.drills import steady_state
from techmoda_ha.drills.conduct import Configuration, holds, roll_back, run_of, step
from techmoda_ha.drills.incident_response.drill import IncidentDrill

__all__ = ["roll_back"]


def regions_answer(configuration: Configuration) -> bool:
    """Steady state: both regions' /health answers 200."""
    return holds(configuration, "regions_answer", steady_state.regions_answer, settles=True)


def alarms_exist(configuration: Configuration) -> bool:
    """Steady state: each scenario has its alarm and its playbook."""
    drill = cast(IncidentDrill, run_of(configuration).drill)
    return holds(configuration, "alarms_exist", lambda _stage: drill.missing())


def playbooks_are_ready(configuration: Configuration) -> bool:
    """Steady state: each scenario's alarm is off, and its playbook could act."""
    drill = cast(IncidentDrill, run_of(configuration).drill)
    return holds(configuration, "playbooks_are_ready", lambda _stage: drill.unready(), settles=True)


def prepare(configuration: Configuration) -> bool:
    """Shorten periods, if the plan says so."""
    return step(configuration, IncidentDrill.prepare, IncidentDrill)


def play(configuration: Configuration, scenario: str) -> bool:
    """Play a scenario from its fault to recovery."""
    return step(configuration, lambda drill: drill.play(scenario), IncidentDrill)
