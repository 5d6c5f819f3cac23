"""A commit whose plan is no longer highly available: the pipeline stops before anything is applied."""

from __future__ import annotations

from dataclasses import dataclass

from techmoda_ha.drills.delivery.checkout import Checkout
from techmoda_ha.drills.delivery.scenario import Figures, Site
from techmoda_ha.drills.telling import Telling
from techmoda_ha.errors import ViolationError

# Terraform merges a file of such a name into the resource that it names.
FILE = "modules/dynamodb-ha/drill_override.tf"
FAULT = 'resource "aws_dynamodb_table" "this" {\n  point_in_time_recovery {\n    enabled = false\n  }\n}\n'
RULE = "data-pitr"


@dataclass
class RefusedPlan:
    """The scenario."""

    site: Site
    checkout: Checkout
    name: str = "refused-plan"

    def describe(self) -> str:
        """Say what it does."""
        return "run the pipeline on a commit (in a clone) whose tables have no point-in-time recovery"

    def play(self, telling: Telling) -> Figures:
        """Commit the fault and run the pipeline."""
        ha = self.checkout.make()
        self.checkout.commit(FILE, FAULT, "Tables without point-in-time recovery")
        before = self.site.states.versions()
        ended = ha.run("pipeline", "run-local", "--from", "Plan")
        after = self.site.states.versions()
        telling.note(f"the pipeline ended after {ended.seconds:.1f} s: {ended.error}")
        telling.expect(
            that=ended.status == ViolationError.exit_code and "stopped at stage Plan;" in ended.error,
            failure=f"the pipeline did not stop at the plan: {ended.said[-500:]}",
        )
        telling.expect(
            that=RULE in ended.said, failure=f"the log does not name the rule {RULE}: {ended.said[-500:]}"
        )
        telling.expect(that="make apply" not in ended.said, failure="the plan reached apply")
        changed = sum(before[one] != after[one] for one in before)
        return {"states_changed_by_the_refused_plan": changed, "refused_plan_seconds": ended.seconds}

    def undo(self) -> None:
        """Forget the commit."""
        if self.checkout.folder.exists():
            self.checkout.reset()
