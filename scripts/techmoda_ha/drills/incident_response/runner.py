"""`ha drill incident-response` from end to end: set the stage, run the experiment, write the evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from rich.console import Console

from techmoda_ha import operations
from techmoda_ha.drills.faults import Variant, make_fault
from techmoda_ha.drills.incident_response.alarms import Alarms
from techmoda_ha.drills.incident_response.bad_deployment import BadDeployment
from techmoda_ha.drills.incident_response.drill import IncidentDrill
from techmoda_ha.drills.incident_response.failed_backup import FailedBackup
from techmoda_ha.drills.incident_response.lost_region import LostRegion
from techmoda_ha.drills.incident_response.plan import IncidentPlan
from techmoda_ha.drills.incident_response.report import NAME, evidence_of
from techmoda_ha.drills.incident_response.responses import Responder
from techmoda_ha.drills.incident_response.scenario import Scenario, Site
from techmoda_ha.drills.incident_response.throttled_index import ThrottledIndex
from techmoda_ha.drills.incident_response.used_up_concurrency import UsedUpConcurrency
from techmoda_ha.drills.performing import keep, perform
from techmoda_ha.drills.plan import OutagePlan
from techmoda_ha.drills.runner import set_stage
from techmoda_ha.drills.stage import Stage
from techmoda_ha.environments import Environment, Target, Workspace
from techmoda_ha.evidence import Evidence


@dataclass(frozen=True)
class IncidentRun:
    """One run, with a person watching."""

    workspace: Workspace
    stage: Stage
    plan: IncidentPlan
    scenarios: tuple[Scenario, ...]
    sites: tuple[Site, ...]
    console: Console

    @classmethod
    def of(
        cls, workspace: Workspace, target: Target, variables: Mapping[str, str], plan: IncidentPlan,
        console: Console,
    ) -> IncidentRun:  # fmt: skip
        """Return a run on what is deployed; raise HaError when it lacks something that the drill needs."""
        usual = set_stage(workspace, target, variables, OutagePlan(fast=plan.fast))
        stage = replace(usual, folder=workspace.build / "drills" / NAME)
        outputs = [operations.outputs(workspace, one, variables) for one in Environment]
        sites = tuple(_site(stage, found) for found in outputs)
        return cls(workspace, stage, plan, _scenarios(stage, plan, sites, outputs[0]), sites, console)

    def touched(self) -> list[str]:
        """Say in words everything that the run would touch."""
        found = [f"{one.describe()}, and undo it ({one.name})" for one in self.scenarios]
        found.append(
            "forget in the responder's tables that its playbooks acted, so that a real incident finds them "
            "ready; the audit records stay"
        )
        if self.plan.fast:
            found.append("shorten the periods of these alarms, and set them back")
        return found

    def execute(self, document: Mapping[str, Any]) -> Evidence:
        """Run the experiment and write the evidence.

        Raises HaError when it could not be run to its end, or not everything could be undone.
        """
        with self.console.status("Setting the stage") as status:
            drill = IncidentDrill(
                self.stage, self.plan, self.scenarios, self.sites, say=self._say, show=status.update
            )
            performance = perform(document, drill, self.stage.folder)
        evidence = evidence_of(drill, performance)
        keep(evidence, performance, self.workspace.build / "evidence")
        return evidence

    def _say(self, event: str) -> None:
        self.console.print(event, markup=False, highlight=False, soft_wrap=True)


def _site(stage: Stage, outputs: Mapping[str, Any]) -> Site:
    region = outputs["region"]

    @cache  # Making a client takes longer than most calls.
    def clients(service: str) -> Any:
        return stage.clients(service, region)

    return Site(stage, region, Responder.from_outputs(outputs, clients), Alarms(clients("cloudwatch")))


def _scenarios(
    stage: Stage, plan: IncidentPlan, sites: tuple[Site, ...], primary: Mapping[str, Any]
) -> tuple[Scenario, ...]:
    """Return the plan's scenarios, in its order; raise HaError when a fault cannot be caused here."""
    here, away = sites

    def lost_region() -> Scenario:
        fault = make_fault(Variant.RESET, stage.bed, stage.failover.switch, stage.primary.name)
        return LostRegion(away, fault, plan.fast, plan.failback_deadline_seconds)

    makers: dict[str, Callable[[], Scenario]] = {
        "bad-deployment": lambda: BadDeployment(here),
        "throttled-index": lambda: ThrottledIndex(here),
        "used-up-concurrency": lambda: UsedUpConcurrency(here),
        "failed-backup": lambda: FailedBackup(here, primary["backup_plan_id"], primary["table_arn"]),
        "lost-region": lost_region,
    }
    return tuple(makers[name]() for name in plan.scenarios)
