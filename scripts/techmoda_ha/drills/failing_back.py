"""Leading clients back after a drill: release STOP when that is safe, and wait until DNS leads there."""

from __future__ import annotations

from techmoda_ha.drills.stage import Stage
from techmoda_ha.drills.steady_state import dns_leads_to_primary
from techmoda_ha.errors import HaError, ViolationError

OPERATOR = "operator:drill"


def lead_back(stage: Stage, seconds: float, reason: str) -> None:
    """Lead clients back to the primary region; raise HaError when they are not back in that time."""
    ends = stage.clock() + seconds
    while not _resumed(stage, reason):
        if stage.clock() > ends:
            raise HaError("STOP is still engaged: resuming is not safe.", "ha failover status")
        stage.sleep(1.0)
    while problem := dns_leads_to_primary(stage):
        if stage.clock() > ends:
            raise HaError(f"Clients are not back: {problem}.", "ha failover status")
        stage.sleep(1.0)


def _resumed(stage: Stage, reason: str) -> bool:
    if not stage.failover.switch.read().engaged:
        return True
    try:
        stage.failover.resume(reason, by=OPERATOR)
    except ViolationError:
        return False
    return True
