"""`ha drill surge` from end to end: set the stage, run the experiment, write the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import yaml
from rich.console import Console

from techmoda_ha import operations
from techmoda_ha.aws_clients import AwsClients, aws_errors_as
from techmoda_ha.capacity.configuration import Throttle, Workload
from techmoda_ha.capacity.plan_reader import workload_of
from techmoda_ha.drills.performing import keep, perform
from techmoda_ha.drills.plan import OutagePlan
from techmoda_ha.drills.runner import set_stage
from techmoda_ha.drills.stage import Stage
from techmoda_ha.drills.surge.drill import SurgeDrill
from techmoda_ha.drills.surge.figures import Reality
from techmoda_ha.drills.surge.ground import Ground
from techmoda_ha.drills.surge.plan import SurgePlan
from techmoda_ha.drills.surge.report import NAME, evidence_of
from techmoda_ha.environments import Environment, Target, Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.evidence import Evidence
from techmoda_ha.load.judgement import LoadObjectives, LoadRun
from techmoda_ha.load.runner import LoadTarget, LoadTest
from techmoda_ha.plan.objectives import read_objectives


@dataclass(frozen=True)
class SurgeRun:
    """One run, with a person watching."""

    workspace: Workspace
    stage: Stage
    ground: Ground
    plan: SurgePlan
    load: LoadTest
    workload: Workload
    objectives: LoadObjectives
    console: Console

    @classmethod
    def of(
        cls, workspace: Workspace, target: Target, variables: Mapping[str, str], plan: SurgePlan,
        console: Console,
    ) -> SurgeRun:  # fmt: skip
        """Return a run on what is deployed; raise HaError when it lacks something that the drill needs."""
        usual = set_stage(workspace, target, variables, OutagePlan())
        if usual.bed is None and (plan.pace != 1 or plan.scale != 1 or plan.weakness):
            raise HaError(
                "Neither time nor limits are changed for a drill on AWS.",
                "Leave out --weakness; the pace and the scale are 1 there.",
            )
        stage = replace(usual, folder=workspace.build / "drills" / NAME)
        outputs = operations.outputs(workspace, Environment.PRIMARY, variables)
        clients = AwsClients(variables, attempts=10)
        ground = Ground.from_outputs(outputs, lambda service: clients(service, outputs["region"]))
        document = yaml.safe_load((workspace.root / "objectives.yaml").read_text())
        objectives, workload = LoadObjectives.read(document), workload_of(read_objectives(document))
        system = LoadTarget.of(workspace, target, variables, stage.host)
        run = LoadRun(plan.scenario, str(target), stage.api_url, plan.scale, 1 / plan.pace, 1, "")
        load = LoadTest(workspace, system, run, objectives, workload, console)
        return cls(workspace, stage, ground, plan, load, workload, objectives, console)

    def touched(self) -> list[str]:
        """Say in words everything that the run would touch."""
        plan, parts = self.plan, self.ground.parts
        found = [
            f"send {self.load.run.scenario.peak:g} requests/s to {self.stage.api_url} at the peak",
            f"write products of categories {self.load.category} and {self.stage.category} to {parts.table}, "
            "and delete them again",
        ]
        if plan.scale != 1:
            found.append(
                f"multiply the limits of {parts.table}'s autoscaling by {plan.scale:g}, and set them back"
            )
        if plan.pace != 1:
            found.append(f"let autoscaling's minutes pass {plan.pace:g} times as fast, and set that back")
        if plan.weakness:
            found.append(f"make {plan.weakness} too small, and set it back")
        return found

    def execute(self, document: Mapping[str, Any]) -> Evidence:
        """Run the experiment and write the evidence.

        Raises HaError when it could not be run to its end, or not everything could be undone.
        """
        drill = SurgeDrill(
            self.stage, self.ground, self.plan, load=self.load, reality=self._reality(),
            workload=self.workload, objectives=self.objectives, say=self._say,
        )  # fmt: skip
        performance = perform(document, drill, self.stage.folder)
        evidence = evidence_of(drill, performance)
        keep(evidence, performance, self.workspace.build / "evidence")
        return evidence

    def _reality(self) -> Reality:
        """Read the limits that are deployed."""
        ground = self.ground
        with aws_errors_as("The deployed limits could not be read.", "Check your rights."):
            functions = ground.clients("lambda")
            policy = next(iter(ground.policies("table_read")), None)
            if policy is None:
                raise HaError("No policy scales the table's reads.", "The drill needs target tracking.")
            reserved = [
                functions.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"]
                for name in (ground.parts.products_function, ground.parts.authorizer_function)
            ]
            stage = ground.clients("apigateway").get_stage(restApiId=ground.api_id, stageName=ground.stage)
        settings = stage["methodSettings"]
        post = next((value for key, value in settings.items() if key.endswith("/POST")), settings["*/*"])
        target = policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] / 100
        return Reality(
            ground.limits(), target, reserved[0], reserved[1], _throttle(settings["*/*"]), _throttle(post)
        )

    def _say(self, event: str) -> None:
        self.console.print(event, markup=False, highlight=False, soft_wrap=True)


def _throttle(settings: Mapping[str, Any]) -> Throttle:
    return Throttle(float(settings["throttlingRateLimit"]), float(settings["throttlingBurstLimit"]))
