"""The primary region is gone: Route 53 fails over, the latch engages STOP, the responder sees to it."""

from __future__ import annotations

from dataclasses import dataclass

from techmoda_ha.drills.failing_back import lead_back
from techmoda_ha.drills.faults import Fault
from techmoda_ha.drills.incident_response.load import Load
from techmoda_ha.drills.incident_response.plan import FAST_CHECKS
from techmoda_ha.drills.incident_response.responses import Responder, Response
from techmoda_ha.drills.incident_response.scenario import Site, answer_of, outcome_objection
from techmoda_ha.drills.steady_state import dns_leads_to_primary, latch_is_armed, stop_switch_works

READERS, RATE = 2, 2.0
REASON = "drill incident-response"


@dataclass
class LostRegion:
    """The scenario; `site` is the DR region, `fault` takes the primary one away."""

    site: Site
    fault: Fault
    fast: bool
    failback_seconds: float
    name: str = "lost-region"
    metrics_flow: bool = False  # The canary and the latch publish once a minute.
    _load: Load | None = None
    _struck: bool = False

    @property
    def responder(self) -> Responder:
        """Return the DR region's responder."""
        return self.site.responder

    @property
    def alarms(self) -> tuple[str, ...]:
        """Return the alarms about the primary region; not that of the latch, which works."""
        found = self.responder.alarms_of("keep-failover")
        return tuple(name for name in found if not name.endswith("latch-silent"))

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return the same."""
        return self.alarms

    def describe(self) -> str:
        """Say what it does."""
        return self.fault.describe()

    def lacks(self) -> str:
        """There must be an alarm."""
        return "" if self.alarms else "no alarm leads to the playbook keep-failover"

    def unready(self) -> str:
        """A failover must be possible, and be kept."""
        checks = (stop_switch_works, dns_leads_to_primary, latch_is_armed)
        return "; ".join(problem for check in checks if (problem := check(self.site.stage)))

    def cause(self) -> None:
        """Cut the region off, under readers of the public name."""
        stage = self.site.stage
        if self.fast and stage.bed:
            stage.bed.set_speed(FAST_CHECKS)
        self._load = Load(self._read, READERS, RATE)
        self._load.start()
        self._struck = True
        self.fault.cause()

    def is_detected(self) -> bool:
        """One of the alarms is on."""
        return self.site.alarms.in_alarm(self.alarms)

    def objection(self, response: Response) -> str:
        """It must have seen STOP engaged, by the latch."""
        if objection := outcome_objection(response, "acted", "left"):
            return objection
        if not response.details.get("engaged"):
            return f"STOP is not engaged: {response.summary}"
        by = response.details.get("by")
        return "" if by == "latch" else f"STOP was engaged by {by}, not by the latch"

    def mend(self) -> None:
        """Nothing: clients are served by the DR region meanwhile."""

    def has_recovered(self) -> bool:
        """Readers of the public name are served by the DR region."""
        return bool(self._load and self._load.is_well())

    def undo(self) -> None:
        """Give the region back, and lead clients back as soon as that is safe."""
        if not self._struck:
            return
        stage = self.site.stage
        self.fault.mend()
        lead_back(stage, self.failback_seconds, REASON)
        if self._load:
            self._load.stop()
            self._load = None
        if self.fast and stage.bed:
            stage.bed.set_speed(1.0)
        self._struck = False

    def _read(self) -> bool:
        answer = answer_of(self.site.stage.customer(), "GET", "/products?limit=1")
        return answer.went_well and answer.region == self.site.region
