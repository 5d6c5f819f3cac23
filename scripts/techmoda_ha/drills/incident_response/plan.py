"""What one run of the incident-response drill shall do."""

from __future__ import annotations

from dataclasses import dataclass

from techmoda_ha.drills.configuration import FromConfiguration

SCENARIOS = ("bad-deployment", "throttled-index", "used-up-concurrency", "failed-backup", "lost-region")
FAST_PERIOD_SECONDS = 10
FAST_CHECKS = 10.0


@dataclass(frozen=True)
class IncidentPlan(FromConfiguration):
    """One run. Times are real seconds.

    `fast` gives the alarms on a metric periods of ten seconds and health checks ten times their speed.
    """

    scenarios: tuple[str, ...] = SCENARIOS
    fast: bool = False
    settling_seconds: float = 300.0
    detection_objective_seconds: float = 300.0
    response_objective_seconds: float = 60.0
    recovery_objective_seconds: float = 900.0
    failback_deadline_seconds: float = 240.0

    @property
    def objectives(self) -> dict[str, float]:
        """Return the objectives by the names of their measurements: three for each scenario."""
        limits = {
            "detection": self.detection_objective_seconds,
            "response": self.response_objective_seconds,
            "recovery": self.recovery_objective_seconds,
        }
        return {
            f"{scenario.replace('-', '_')}_{step}_seconds": limit
            for scenario in self.scenarios
            for step, limit in limits.items()
        }

    def notes(self) -> list[str]:
        """Say what a reader must know to judge the figures."""
        found = [
            "Detection: from the fault to the alarm (or the failed job). Response: from there to the "
            "responder's audit record. Recovery: from the fault to good answers again.",
            "used-up-concurrency: the playbook only tells; the drill then gives the reservation back, as the "
            "person told would.",
        ]
        if self.fast:
            found.append(
                f"Shortened run: alarms with periods of {FAST_PERIOD_SECONDS} s instead of 60 s (but for "
                "those of lost-region, whose metrics come by the minute), health checks at "
                f"{FAST_CHECKS:g} times their speed. Detection and recovery are no measure of real time."
            )
        missing = [one for one in SCENARIOS if one not in self.scenarios]
        if missing:
            found.append(f"Not played: {', '.join(missing)}.")
        return found
