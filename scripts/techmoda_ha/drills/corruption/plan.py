"""What one run of the data-corruption drill shall do."""

from __future__ import annotations

from dataclasses import dataclass

from techmoda_ha.drills.configuration import FromConfiguration


@dataclass(frozen=True)
class CorruptionPlan(FromConfiguration):
    """One run. Times are in seconds, `rate` in actions per second and client."""

    products: int = 300
    share: float = 0.2
    rate: float = 2.0
    warm_up_seconds: float = 5.0
    hold_seconds: float = 3.0
    settling_seconds: float = 60.0
    detection_deadline_seconds: float = 130.0
    replication_deadline_seconds: float = 30.0
    capacity_share: float = 0.5
    rto_objective_seconds: float = 1800.0
    detection_objective_seconds: float = 130.0
    seed: int = 0
    at_scale: bool = False

    @property
    def objectives(self) -> dict[str, float]:
        """Return the objectives by the names of their measurements."""
        ways = ("", "reconcile_", "at_scale_") if self.at_scale else ("", "reconcile_")
        of_each = {
            "rto_seconds": self.rto_objective_seconds,
            "items_wrong": 0,
            "items_wrong_in_dr": 0,
            "legitimate_writes_lost": 0,
        }
        named = {way + name: limit for way in ways for name, limit in of_each.items()}
        return {"alarm_seconds": self.detection_objective_seconds, **named}
