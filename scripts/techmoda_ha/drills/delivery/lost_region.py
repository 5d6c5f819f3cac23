"""The primary region is gone, and the DR region needs a change: planned and applied from its own state."""

from __future__ import annotations

from dataclasses import dataclass

from techmoda_ha.drills.delivery.scenario import Figures, Site
from techmoda_ha.drills.failing_back import lead_back
from techmoda_ha.drills.faults import Fault
from techmoda_ha.drills.telling import Telling

REASON = "drill delivery"


@dataclass
class LostRegion:
    """The scenario; `fault` takes the primary region away."""

    site: Site
    usual: int
    fault: Fault
    failback_seconds: float
    name: str = "lost-region"
    _struck: bool = False

    def describe(self) -> str:
        """Say what it does."""
        return f"{self.fault.describe()}; plan and apply a change of envs/dr meanwhile"

    def play(self, telling: Telling) -> Figures:
        """Cut the region off, plan, apply, and give the region back."""
        site, wanted = self.site, self.usual + 1
        self._struck = True
        self.fault.cause()
        telling.note(f"{self.fault.describe()}")
        change = site.reserving(wanted)
        plan = site.ha.run("plan", "--env", "dr", "--no-refresh", **change)
        due = [line for line in plan.said.splitlines() if line.startswith("envs/dr: ")]
        telling.note(f"planned in {plan.seconds:.1f} s: {' '.join(due)}")
        telling.expect(
            that=plan.status == 0 and " changed, " in plan.said,
            failure=f"envs/dr cannot be planned: {plan.said[-500:]}",
        )
        # The latch may have engaged STOP: the change is part of the work on the incident.
        apply = site.ha.run("apply", "--env", "dr", "--no-refresh", "--during-incident", **change)
        reserved = site.concurrency()
        telling.note(f"applied in {apply.seconds:.1f} s; the authorizer has {reserved} now")
        telling.expect(
            that=apply.status == 0 and reserved == wanted,
            failure=f"envs/dr cannot be applied: {apply.said[-500:]}",
        )
        self._give_back()
        telling.note("the region is back, and clients with it")
        return {"outage_plan_seconds": plan.seconds, "outage_apply_seconds": apply.seconds}

    def _give_back(self) -> None:
        self.fault.mend()
        lead_back(self.site.stage, self.failback_seconds, REASON)
        self._struck = False

    def undo(self) -> None:
        """Give the region back, and deploy what was there before."""
        if self._struck:
            self._give_back()
        if self.site.concurrency() != self.usual:
            self.site.ha.must("apply", "--env", "dr", "--during-incident")
