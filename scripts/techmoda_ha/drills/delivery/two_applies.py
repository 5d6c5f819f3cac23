"""Two people apply at once: the second one is refused in words, and has changed nothing."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from techmoda_ha.drills.delivery.scenario import Figures, Site
from techmoda_ha.drills.telling import Telling
from techmoda_ha.environments import Environment
from techmoda_ha.errors import HaError

DR = Environment.DR
REFUSED = "error: envs/dr is being changed by another run: apply by "


@dataclass
class TwoApplies:
    """The scenario."""

    site: Site
    usual: int
    name: str = "two-applies"

    def describe(self) -> str:
        """Say what it does."""
        return "apply envs/dr with a small change, and again while that goes on"

    def play(self, telling: Telling) -> Figures:
        """Let the first apply hold the state, start the second one, and let the first one finish."""
        site, wanted = self.site, self.usual + 1
        with site.ha.running("apply", "--env", "dr", **site.reserving(wanted)) as first:
            if not first.wait_until(lambda: site.states.lock(DR) is not None) or not (
                terraform := first.terraform()
            ):
                raise HaError("The first apply never held the state.", f"It says: {first.output}")
            terraform.send_signal(signal.SIGSTOP)
            try:
                before = site.states.version(DR), site.states.release(DR)
                telling.note("the first apply holds the state of envs/dr; the second one starts")
                second = site.ha.run("apply", "--env", "dr", "--lock-timeout", "0")
                after = site.states.version(DR), site.states.release(DR)
            finally:
                terraform.send_signal(signal.SIGCONT)
            ended = first.end()
        telling.note(f"refused in {second.seconds:.1f} s: {second.error} {second.next_step}")
        refused = second.status == 2 and second.error.startswith(REFUSED)
        telling.expect(
            that=refused, failure=f"the second apply was not refused in words: {second.said[-500:]}"
        )
        telling.expect(
            that="ha state unlock --env dr --id " in second.next_step,
            failure="the refusal does not say what to do when the other run has died",
        )
        telling.expect(
            that=ended.status == 0 and site.concurrency() == wanted,
            failure=f"the first apply did not end well: {ended.said[-500:]}",
        )
        changed = sum(was != now for was, now in zip(before, after, strict=True))
        return {"refusal_seconds": second.seconds, "states_changed_by_the_refused_apply": changed}

    def undo(self) -> None:
        """Deploy what was there before."""
        if self.site.concurrency() != self.usual:
            self.site.ha.must("apply", "--env", "dr", "--during-incident")
