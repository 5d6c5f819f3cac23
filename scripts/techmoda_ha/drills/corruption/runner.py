"""`ha drill data-corruption` from end to end: set the stage, run the experiment, write the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Console

from techmoda_ha import operations
from techmoda_ha.aws_clients import AwsClients
from techmoda_ha.drills.corruption.drill import DataCorruptionDrill
from techmoda_ha.drills.corruption.observing import Sights
from techmoda_ha.drills.corruption.plan import CorruptionPlan
from techmoda_ha.drills.corruption.report import NAME, evidence_of
from techmoda_ha.drills.performing import keep, perform
from techmoda_ha.drills.plan import OutagePlan
from techmoda_ha.drills.runner import set_stage
from techmoda_ha.drills.stage import Stage
from techmoda_ha.environments import Environment, Target, Workspace
from techmoda_ha.evidence import Evidence
from techmoda_ha.recovery.at_scale import Machine
from techmoda_ha.recovery.at_scale_commands import machine_of
from techmoda_ha.recovery.commands import ATTEMPTS, erasures_of
from techmoda_ha.recovery.service import Recovery


@dataclass(frozen=True)
class DataCorruptionRun:
    """One run, with a person watching."""

    workspace: Workspace
    stage: Stage
    plan: CorruptionPlan
    sights: Sights
    recovery: Recovery
    console: Console
    machine: Machine | None = None

    @classmethod
    def of(
        cls, workspace: Workspace, target: Target, variables: Mapping[str, str], plan: CorruptionPlan,
        console: Console, *, without_erasure_log: bool,
    ) -> DataCorruptionRun:  # fmt: skip
        """Return a run on what is deployed; raise HaError when it lacks something that the drill needs."""
        usual = set_stage(workspace, target, variables, OutagePlan())
        clients = AwsClients(variables, ATTEMPTS)
        stage = replace(usual, folder=workspace.build / "drills" / NAME, clients=clients)
        outputs = operations.outputs(workspace, Environment.PRIMARY, variables)
        log = outputs.get("erasure_table_name")
        erasures = erasures_of(clients, stage.primary.name, log, without=without_erasure_log)
        recovery = Recovery(
            clients, stage.primary.name, stage.primary.table_name, erasures, stage.folder / "plans",
            plan.capacity_share,
        )  # fmt: skip
        machine = machine_of(clients, outputs) if plan.at_scale else None
        return cls(workspace, stage, plan, Sights.of(clients, outputs), recovery, console, machine)

    def touched(self) -> list[str]:
        """Say in words everything that the run would touch."""
        region, plan = self.stage.primary, self.plan
        times = "twice" if self.machine is None else "three times, and repair it the third time at scale"
        return [
            f"make {plan.products} products of category {self.stage.category} through {self.stage.api_url}, "
            f"and 5 clients that work on them, {plan.rate:g} actions a second each",
            f"damage {plan.share:.0%} of them in {region.table_name} ({region.name}), {times}",
            f"repair them by up to {plan.capacity_share:.0%} of the table's write capacity",
            f"restore {region.table_name} into a new table, and delete that again",
            "delete all of these products again",
        ]

    def execute(self, document: Mapping[str, Any]) -> Evidence:
        """Run the experiment and write the evidence.

        Raises HaError when it could not be run to its end, or not everything could be removed.
        """
        with self.console.status("Setting the stage") as status:
            drill = DataCorruptionDrill(
                self.stage, self.plan, self.sights, self.recovery, self._say, show=status.update,
                machine=self.machine,
            )  # fmt: skip
            performance = perform(document, drill, self.stage.folder)
        evidence = evidence_of(
            drill, performance.run.deviations, steady_before=performance.steady_before,
            steady_after=performance.steady_after,
        )  # fmt: skip
        keep(evidence, performance, self.workspace.build / "evidence")
        return evidence

    def _say(self, event: str) -> None:
        self.console.print(event, markup=False, highlight=False, soft_wrap=True)
