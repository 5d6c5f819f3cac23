"""An apply is interrupted, another one's Terraform is killed: both say what to do, and that works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import psutil

from techmoda_ha.drills.delivery.running import Ended, Running
from techmoda_ha.drills.delivery.scenario import Figures, Site
from techmoda_ha.drills.telling import Telling
from techmoda_ha.environments import Environment
from techmoda_ha.errors import HaError

DR = Environment.DR
ATTEMPTS = 3
END_SECONDS = 5.0


@dataclass
class CutShort:
    """The scenario."""

    site: Site
    usual: int
    name: str = "cut-short"

    def describe(self) -> str:
        """Say what it does."""
        return (
            "interrupt an apply of envs/dr half way, kill the Terraform of another one, and go on after each"
        )

    def play(self, telling: Telling) -> Figures:
        """Interrupt, go on; kill, release the lock, go on."""
        site = self.site
        interrupted, left = self._cut("interrupted", lambda running: running.process.terminate())
        telling.note(f"interrupted: {interrupted.error} {interrupted.next_step}")
        telling.expect(
            that="its state is written" in interrupted.error,
            failure=f"an interrupted apply does not say so: {interrupted.said[-500:]}",
        )
        locks = int(site.states.lock(DR) is not None)
        self._goes_on(telling, "after the interruption")

        killed, left_by_killed = self._cut("killed", _kill_terraform)
        telling.note(f"killed: {killed.error} {killed.next_step}")
        telling.expect(
            that="was killed (SIGKILL)" in killed.error and "ha state unlock --env dr" in killed.next_step,
            failure=f"a killed apply does not say so: {killed.said[-500:]}",
        )
        refused = site.ha.run("apply", "--env", "dr", "--lock-timeout", "0")
        telling.expect(
            that=refused.status == 2 and "ha state unlock --env dr --id " in refused.next_step,
            failure=f"the lock that the killed apply left is not told: {refused.said[-500:]}",
        )
        site.ha.must("state", "unlock", "--env", "dr")
        self._goes_on(telling, "after the lock was released")
        locks += int(site.states.lock(DR) is not None)
        return {"processes_left_behind": left + left_by_killed, "locks_left_behind": locks}

    def _cut(self, how: str, strike: Callable[[Running], None]) -> tuple[Ended, int]:
        """Cut an apply short as soon as it changes something; how it ended, and how many processes it left.

        The change may be made before the cut arrives: then another one is cut.
        """
        for attempt in range(ATTEMPTS):
            change = self.site.reserving(self.usual + 2 + attempt)
            with self.site.ha.running("apply", "--env", "dr", **change) as running:
                running.wait_until(partial(running.has_logged, "apply_start"))
                terraform = running.terraform()
                family = [terraform, *terraform.children(recursive=True)] if terraform else []
                if family:
                    strike(running)
                ended = running.end()
            if ended.status != 0:
                return ended, _still_there(family)
        raise HaError(f"No apply could be {how} half way.", "The machine may be too busy; drill again.")

    def _goes_on(self, telling: Telling, when: str) -> None:
        wanted = self.usual + 1
        ended = self.site.ha.run("apply", "--env", "dr", **self.site.reserving(wanted))
        telling.expect(
            that=ended.status == 0 and self.site.concurrency() == wanted,
            failure=f"applying again {when} does not work: {ended.said[-500:]}",
        )
        telling.note(f"applied again {when} in {ended.seconds:.1f} s")

    def undo(self) -> None:
        """Release a lock that is left, and deploy what was there before."""
        if self.site.states.lock(DR):
            self.site.ha.must("state", "unlock", "--env", "dr")
        if self.site.concurrency() != self.usual:
            self.site.ha.must("apply", "--env", "dr", "--during-incident")


def _still_there(family: list[psutil.Process]) -> int:
    """Return how many of these processes have not ended; one that nobody has collected has ended, too."""
    _, alive = psutil.wait_procs(family, timeout=END_SECONDS)
    return sum(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in alive)


def _kill_terraform(running: Running) -> None:
    terraform = running.terraform()
    if terraform:
        try:
            terraform.kill()
        except psutil.NoSuchProcess:
            return
