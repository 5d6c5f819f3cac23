"""What one run of the surge drill shall do."""

from __future__ import annotations

from dataclasses import dataclass

from techmoda_ha.capacity.profiles import ramp, steps
from techmoda_ha.capacity.weakness import Weakness
from techmoda_ha.drills.configuration import FromConfiguration
from techmoda_ha.load.scenarios import Scenario

MINUTE = 60.0
SCALING_IN_MINUTES = 18.0
"""15 quiet ones, up to one that had begun, and the alarm's delay."""


@dataclass(frozen=True)
class SurgePlan(FromConfiguration):
    """One run. Minutes are those of autoscaling: at a pace of 20 one of them lasts 3 s.

    `scale` multiplies the rates and the table's limits alike, so that a laptop carries what it shows.
    """

    weakness: Weakness | None = None
    pace: float = 20.0
    scale: float = 0.15
    normal_rate: float = 10.0
    surge_factor: float = 10.0
    normal_minutes: float = 4.0
    ramp_minutes: float = 0.5
    surge_minutes: float = 10.0
    quiet_minutes: float = 22.0
    settling_seconds: float = 120.0
    capacity_tolerance: float = 0.25
    refused_tolerance_percent: float = 10.0

    def seconds(self, minutes: float) -> int:
        """Return how many seconds so many minutes of autoscaling last."""
        return max(1, round(minutes * MINUTE / self.pace))

    @property
    def shows_scaling_in(self) -> bool:
        """Tell whether it is quiet for so long that autoscaling has to scale in."""
        return self.quiet_minutes >= SCALING_IN_MINUTES

    @property
    def scenario(self) -> Scenario:
        """Return the load: normal, ten times that within half a minute, normal again."""
        normal = self.normal_rate * self.scale
        surge = normal * self.surge_factor
        rates = (
            *steps((normal, self.seconds(self.normal_minutes))),
            *ramp(normal, surge, self.seconds(self.ramp_minutes)),
            *steps((surge, self.seconds(self.surge_minutes)), (normal, self.seconds(self.quiet_minutes))),
        )
        return Scenario("surge", f"{self.surge_factor:g} times the normal rate, and back", rates)

    def notes(self) -> list[str]:
        """Say what a reader must know to judge the figures."""
        found = []
        if self.pace != 1:
            found.append(
                f"The minutes of burst capacity and autoscaling passed {self.pace:g} times as fast; "
                "rates are real, and the alarms of the deployment itself kept their real periods."
            )
        if self.scale != 1:
            found.append(
                f"Rates and the table's limits were multiplied by {self.scale:g}: the surge is "
                f"{self.normal_rate * self.scale * self.surge_factor:g} requests/s for real, because the "
                "local AWS and the load share one machine."
            )
        if not self.shows_scaling_in:
            found.append("It ended before autoscaling could scale in; that was not looked at.")
        if self.weakness:
            found.append(f"{self.weakness} was made too small on purpose; this run has to fail.")
        return found
