"""What drills/surge.yaml calls; see `conduct` for how a run is found and a step fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from techmoda_ha.drills import steady_state
from techmoda_ha.drills.conduct import Configuration, holds, roll_back, run_of, step
from techmoda_ha.drills.stage import Stage
from techmoda_ha.drills.surge.drill import SurgeDrill
from techmoda_ha.errors import HaError

__all__ = ["roll_back"]


def _holds(
    configuration: Configuration,
    name: str,
    check: Callable[[SurgeDrill, Stage], str],
    *,
    settles: bool = False,
) -> bool:
    drill = cast(SurgeDrill, run_of(configuration).drill)
    return holds(configuration, name, lambda stage: check(drill, stage), settles=settles)


def _everything_is_scaled(drill: SurgeDrill, _stage: Stage) -> str:
    try:
        drill.ground.limits()
    except HaError as error:
        return error.message
    return ""


def _nothing_is_throttled(drill: SurgeDrill, _stage: Stage) -> str:
    # Other alarms may have reasons that have nothing to do with a surge.
    firing = [name for name in sorted(drill.ground.firing()) if "throttle" in name]
    return f"these alarms fire: {', '.join(firing)}" if firing else ""


def regions_answer(configuration: Configuration) -> bool:
    """Steady state: both regions answer."""
    return holds(configuration, "regions_answer", steady_state.regions_answer, settles=True)


def everything_is_scaled(configuration: Configuration) -> bool:
    """Steady state: autoscaling governs reads and writes of table and index."""
    return _holds(configuration, "everything_is_scaled", _everything_is_scaled)


def nothing_is_throttled(configuration: Configuration) -> bool:
    """Steady state: no alarm about throttles fires; after the drill they get time to clear."""
    return _holds(configuration, "nothing_is_throttled", _nothing_is_throttled, settles=True)


def prepare(configuration: Configuration) -> bool:
    """Set the limits and the pace, and watch."""
    return step(configuration, SurgeDrill.prepare, SurgeDrill)


def surge(configuration: Configuration) -> bool:
    """Put the load on."""
    return step(configuration, SurgeDrill.surge, SurgeDrill)


def take_stock(configuration: Configuration) -> bool:
    """Count, and compare with the model."""
    return step(configuration, SurgeDrill.take_stock, SurgeDrill)
