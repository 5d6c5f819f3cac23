"""Leading clients back after a drill: release STOP when that is safe, and wait until DNS leads there."""

from __future__ import annotations

from techmoda_ha.drills.stage import Stage
from techmoda_ha.drills.steady_state import dns_leads_to_primary
from techmoda_ha.errors import HaError, ViolationError

OPERATOR = "operator:drill"
EVERY_SECONDS = 1.0


def lead_back(stage: Stage, seconds: float, reason: str) -> None:
    """Lead clients back to the primary region; raise HaError when they are not back in that time."""
    ends = stage.clock() + seconds
    if not stage.until(lambda: _resumed(stage, reason), seconds, every=EVERY_SECONDS):
        raise HaError("STOP is still engaged: resuming is not safe.", "ha failover status")
    left = ends - stage.clock()
    if not stage.until(lambda: not dns_leads_to_primary(stage), left, every=EVERY_SECONDS):
        raise HaError(f"Clients are not led back to {stage.primary.name} yet.", "ha failover status")


def _resumed(stage: Stage, reason: str) -> bool:
    if not stage.failover.switch.read().engaged:
        return True
    try:
        stage.failover.resume(reason, by=OPERATOR)
    except ViolationError:
        return False
    return True
