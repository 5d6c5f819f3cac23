"""What one run of the delivery drill shall do."""

from __future__ import annotations

from dataclasses import dataclass

from techmoda_ha.drills.configuration import FromConfiguration

SCENARIOS = ("two-applies", "cut-short", "lost-region", "refused-plan", "bad-release")

COMMIT = "a commit in a clone of this checkout's last one, by the pipeline's own buildspecs from stage"
NOTES = {
    "two-applies": "two-applies: the first apply is paused (SIGSTOP) while it holds the state, so that the "
    "second one meets it for certain.",
    "lost-region": "lost-region: with --no-refresh, as the control planes of IAM and Route 53 are gone too.",
    "refused-plan": f"refused-plan: {COMMIT} Plan on.",
    "bad-release": f"bad-release: {COMMIT} DeployDr on, as if its plan had been approved.",
}


@dataclass(frozen=True)
class DeliveryPlan(FromConfiguration):
    """One run. Times are real seconds."""

    scenarios: tuple[str, ...] = SCENARIOS
    settling_seconds: float = 60.0
    failback_deadline_seconds: float = 240.0
    refusal_objective_seconds: float = 30.0
    outage_plan_objective_seconds: float = 120.0
    outage_apply_objective_seconds: float = 180.0
    rollback_objective_seconds: float = 60.0

    @property
    def objectives(self) -> dict[str, float]:
        """Return the objectives by the names of their measurements, of the scenarios that are played."""
        limits: dict[str, dict[str, float]] = {
            "two-applies": {
                "refusal_seconds": self.refusal_objective_seconds,
                "states_changed_by_the_refused_apply": 0,
            },
            "cut-short": {"processes_left_behind": 0, "locks_left_behind": 0},
            "lost-region": {
                "outage_plan_seconds": self.outage_plan_objective_seconds,
                "outage_apply_seconds": self.outage_apply_objective_seconds,
            },
            "refused-plan": {"states_changed_by_the_refused_plan": 0},
            "bad-release": {
                "rollback_seconds": self.rollback_objective_seconds,
                "primary_states_changed_by_the_bad_release": 0,
                "smoke_checks_failed_after_rollback": 0,
            },
        }
        return {name: limit for one in self.scenarios for name, limit in limits[one].items()}

    def notes(self) -> list[str]:
        """Say what a reader must know to judge the figures."""
        missing = [one for one in SCENARIOS if one not in self.scenarios]
        return [
            "Every command is `ha` in a process of its own, as a person or a build runs it.",
            *[NOTES[one] for one in self.scenarios if one in NOTES],
            *([f"Not played: {', '.join(missing)}."] if missing else []),
        ]
