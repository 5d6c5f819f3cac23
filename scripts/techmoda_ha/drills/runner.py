"""`ha drill region-outage` from end to end: set the stage, run the experiment, write the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from techmoda_ha import operations
from techmoda_ha.aws_clients import AwsClients
from techmoda_ha.drills.faults import Fault, TestBed, make_fault
from techmoda_ha.drills.outage_report import NAME, evidence_of
from techmoda_ha.drills.performing import keep, perform
from techmoda_ha.drills.plan import OutagePlan
from techmoda_ha.drills.region_outage import RegionOutageDrill
from techmoda_ha.drills.stage import Region, Stage
from techmoda_ha.environments import Environment, Target, Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.evidence import Evidence
from techmoda_ha.failover.service import Failover, FailoverSetup
from techmoda_ha.network import Network


def experiment_file(workspace: Workspace) -> Path:
    """Return the experiment's file."""
    return workspace.root / "drills" / f"{NAME}.yaml"


def set_stage(workspace: Workspace, target: Target, variables: Mapping[str, str], plan: OutagePlan) -> Stage:
    """Return the stage of what is deployed; raise HaError when it lacks something that the drill needs."""
    outputs = {one: operations.outputs(workspace, one, variables) for one in Environment}
    for environment, found in outputs.items():
        if not found:
            raise HaError(f"envs/{environment} is not deployed.", f"Deploy it: make apply ENV={environment}")
    dr, primary = outputs[Environment.DR], outputs[Environment.PRIMARY]
    bed = TestBed.from_variables(variables)
    if bed is None and (plan.fast or plan.lag_seconds is not None):
        raise HaError(
            "Neither time nor replication can be changed here.", "Leave out --fast and --replication-lag."
        )
    network = Network.from_environment(variables, ttl_factor=plan.ttl_factor)
    clients = AwsClients(variables)
    return Stage(
        target=str(target),
        primary=Region.from_outputs(primary),
        dr=Region.from_outputs(dr),
        api_url=dr["api_url"],
        network=network,
        clients=clients,
        failover=Failover(FailoverSetup.from_outputs(dr), variables, network, clients),
        token=operations.write_token(workspace, target),
        bed=bed,
        folder=workspace.build / "drills" / NAME,
    )


def touched(stage: Stage, plan: OutagePlan, fault: Fault) -> list[str]:
    """Say in words everything that a run would touch."""
    found = [
        f"run {plan.readers} readers, {plan.writers} writers and an editor, {plan.rate:g} actions a second "
        f"each, against {stage.api_url}",
        f"write products of category {stage.category} to {stage.primary.table_name}, and delete them again",
        f"make a Route 53 health check (30 s x 3) of {stage.primary.host} and two TXT records "
        f"{stage.category}.{stage.domain}, and remove them again",
        fault.describe() + ", and undo it",
        f"release STOP (table {stage.failover.setup.stop_table_name} in {stage.dr.name}) when that is safe",
    ]
    if plan.lag_seconds is not None:
        found.append(f"slow replication down to {plan.lag_seconds:g} s, and set it back")
    if plan.fast:
        found.append(f"let health checks be {plan.check_speed:g} times faster, and set them back")
    return found


@dataclass(frozen=True)
class RegionOutageRun:
    """One run, with a person watching."""

    workspace: Workspace
    stage: Stage
    plan: OutagePlan
    console: Console

    @property
    def fault(self) -> Fault:
        """Return the fault of the plan's variant; raise HaError when it cannot be caused here."""
        return make_fault(
            self.plan.variant, self.stage.bed, self.stage.failover.switch, self.stage.primary.name
        )

    def execute(self, document: Mapping[str, Any]) -> Evidence:
        """Run the experiment and write the evidence.

        Raises HaError when it could not be run to its end, or not everything could be undone.
        """
        with self.console.status("Setting the stage") as status:
            drill = RegionOutageDrill(self.stage, self.plan, self.fault, self._say, status.update)
            performance = perform(document, drill, self.stage.folder)
        evidence = evidence_of(
            drill, performance.run.deviations, struck_safely=performance.steady_before,
            steady_after=performance.steady_after,
        )  # fmt: skip
        keep(evidence, performance, self.workspace.build / "evidence")
        return evidence

    def _say(self, event: str) -> None:
        self.console.print(event, markup=False, highlight=False, soft_wrap=True)
