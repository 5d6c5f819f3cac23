"""A commit whose plan is fine and whose function is not: taken back in DR, never in the primary region."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from techmoda_ha.drills.delivery.checkout import Checkout
from techmoda_ha.drills.delivery.running import Ended, HaCommand
from techmoda_ha.drills.delivery.scenario import Figures, Site
from techmoda_ha.drills.steady_state import within
from techmoda_ha.drills.telling import Telling
from techmoda_ha.environments import Environment
from techmoda_ha.errors import ViolationError

PRIMARY, DR = Environment.PRIMARY, Environment.DR
FILE = "lambda_src/products_api/handler.py"
FAULT = """

def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: F811 - the drill's fault
    return {"statusCode": 500, "body": "drill"}
"""
ALREADY_BACK = "envs/dr: every alias serves what it served before the last release."
# What the log of the pipeline must tell, in this order.
STORY = (
    "stage DeployDr",
    "deploy pre_build: make validate ENV=$ENV",
    "deploy build: make apply ENV=$ENV",
    "stage ProveDr",
    "prove build: failed: make smoke-test",
    "make rollback ENV=$ENV",
    "stopped at stage ProveDr;",
)
# What the bad version left in the alarms' windows is out of them then; and how long they may take to end.
WINDOW_SECONDS, QUIET_SECONDS = 120.0, 180.0
FAILED_CHECKS = re.compile(r"error: (\d+) of \d+ smoke checks failed")


@dataclass
class BadRelease:
    """The scenario. `primary` are the outputs of envs/primary.

    `unquiet` says in words why DR is not quiet yet at a version that serves again, "" when it is: a version
    that is deployed while alarms still ring for the bad one would be taken for the cause, and taken back.
    """

    site: Site
    checkout: Checkout
    primary: Mapping[str, Any]
    unquiet: Callable[[str], str]
    name: str = "bad-release"
    _released: bool = False

    def describe(self) -> str:
        """Say what it does."""
        return (
            "run the pipeline on a commit (in a clone) whose products function answers 500, and apply the "
            "commit before it again"
        )

    def play(self, telling: Telling) -> Figures:
        """Release the good commit to DR, then the bad one by the pipeline, then take Terraform back."""
        site = self.site
        ha = self.checkout.make()
        self._released = True
        ha.must("apply", "--env", "dr")
        good, untouched = site.served(site.dr), (site.states.version(PRIMARY), site.served(self.primary))
        telling.note(f"the good commit is deployed to DR; version {good} serves")
        self.checkout.commit(FILE, FAULT, "A handler that answers 500")
        ended = ha.run("pipeline", "run-local", "--from", "DeployDr")
        telling.note(f"the pipeline ended after {ended.seconds:.1f} s: {ended.error}")
        self._judge(telling, ended, good)
        figures = self._go_back(telling, ha, good)
        changed = (site.states.version(PRIMARY), site.served(self.primary)) != untouched
        telling.expect(that=not changed, failure="the primary region was touched by the bad release")
        return {
            **figures,
            "pipeline_seconds": ended.seconds,
            "primary_states_changed_by_the_bad_release": int(changed),
        }

    def _judge(self, telling: Telling, ended: Ended, good: str) -> None:
        telling.expect(
            that=ended.status == ViolationError.exit_code and is_told(ended.said),
            failure=f"the pipeline does not tell the story {STORY}: {ended.said[-1000:]}",
        )
        for words in ("stage DeployPrimary", "prove build: make bake"):
            telling.expect(that=words not in ended.said, failure=f"the pipeline went on: {words}")
        telling.expect(
            # The incident responder may have been faster; then the rollback says that nothing was left to do.
            that=f" -> {good}\n" in ended.said or ALREADY_BACK in ended.said,
            failure=f"the log does not tell that version {good} serves again",
        )
        serves = self.site.served(self.site.dr)
        telling.expect(that=serves == good, failure=f"version {serves} serves in DR, not {good} again")
        telling.note(f"version {serves} serves in DR; the primary region's stages have not run")

    def _go_back(self, telling: Telling, ha: HaCommand, good: str) -> Figures:
        """Smoke-test what the alias went back to; when all is quiet apply the commit before, and test it."""
        failed, stage = self._failed_checks(ha), self.site.stage
        stage.sleep(WINDOW_SECONDS)
        loud = within(lambda _stage: self.unquiet(good), stage, QUIET_SECONDS)
        telling.expect(that=not loud, failure=f"DR does not become quiet: {loud}")
        telling.note(f"version {good} still serves in DR, and no alarm rings")
        began = time.monotonic()
        ha.must("rollback", "--env", "dr", "--with-terraform")
        seconds = time.monotonic() - began
        self.checkout.reset()
        drift = ha.run("drift", "--env", "dr")
        telling.note(f"the commit before is applied again in {seconds:.1f} s; drift: {drift.status}")
        telling.expect(that=drift.status == 0, failure=f"DR is not the commit before: {drift.said[-500:]}")
        return {
            "rollback_seconds": seconds,
            "smoke_checks_failed_after_rollback": failed + self._failed_checks(ha),
        }

    def _failed_checks(self, ha: HaCommand) -> float:
        ended = ha.run("smoke", "--only", "dr")
        if ended.status == 0:
            return 0
        found = FAILED_CHECKS.search(ended.said)
        return float(found[1]) if found else float("nan")

    def undo(self) -> None:
        """Deploy to DR what this checkout says."""
        if self._released:
            self.site.ha.must("apply", "--env", "dr", "--during-incident")
            self._released = False


def is_told(log: str) -> bool:
    """Whether the log tells the story, in its order."""
    places = [log.find(words) for words in STORY]
    return -1 not in places and places == sorted(places)
