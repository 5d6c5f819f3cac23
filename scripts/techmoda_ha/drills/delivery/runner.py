"""`ha drill delivery` from end to end: set the stage, run the experiment, write the evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Console

from techmoda_ha import operations
from techmoda_ha.drills.delivery.bad_release import BadRelease
from techmoda_ha.drills.delivery.checkout import Checkout
from techmoda_ha.drills.delivery.cut_short import CutShort
from techmoda_ha.drills.delivery.drill import DeliveryDrill
from techmoda_ha.drills.delivery.lost_region import LostRegion
from techmoda_ha.drills.delivery.plan import DeliveryPlan
from techmoda_ha.drills.delivery.refused_plan import RefusedPlan
from techmoda_ha.drills.delivery.report import NAME, evidence_of
from techmoda_ha.drills.delivery.running import HaCommand
from techmoda_ha.drills.delivery.scenario import Scenario, Site
from techmoda_ha.drills.delivery.states import States
from techmoda_ha.drills.delivery.two_applies import TwoApplies
from techmoda_ha.drills.faults import Variant, make_fault
from techmoda_ha.drills.incident_response.alarms import Alarms
from techmoda_ha.drills.incident_response.responses import Responder
from techmoda_ha.drills.performing import keep, perform
from techmoda_ha.drills.plan import OutagePlan
from techmoda_ha.drills.runner import set_stage
from techmoda_ha.environments import Environment, Target, Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.evidence import Evidence
from techmoda_ha.terraform import Terraform


@dataclass(frozen=True)
class DeliveryRun:
    """One run, with a person watching."""

    workspace: Workspace
    site: Site
    plan: DeliveryPlan
    scenarios: tuple[Scenario, ...]
    checkout: Checkout
    console: Console

    @classmethod
    def of(
        cls, workspace: Workspace, variables: Mapping[str, str], plan: DeliveryPlan, console: Console
    ) -> DeliveryRun:
        """Return a run on what is deployed; raise HaError when it lacks something that the drill needs."""
        usual = set_stage(workspace, Target.LOCAL, variables, OutagePlan())
        if usual.bed is None:
            raise HaError("No region can be cut off here.", "Drill on the local AWS: make local-up")
        stage = replace(usual, folder=workspace.build / "drills" / NAME)
        primary, dr = (operations.outputs(workspace, one, variables) for one in Environment)
        settings = {one: Terraform(workspace, one, variables).backend.settings() for one in Environment}
        regions = {Environment.PRIMARY: primary["region"], Environment.DR: dr["region"]}
        ha = HaCommand(workspace.root, workspace.build, stage.folder)
        site = Site(stage, workspace, ha, States(stage.clients, settings, regions), dr)
        checkout = Checkout(workspace, stage.folder / "checkout")
        return cls(workspace, site, plan, _scenarios(site, plan, checkout, primary), checkout, console)

    def touched(self) -> list[str]:
        """Say in words everything that the run would touch."""
        return [f"{one.describe()}, and undo it ({one.name})" for one in self.scenarios]

    def execute(self, document: Mapping[str, Any]) -> Evidence:
        """Run the experiment and write the evidence.

        Raises HaError when it could not be run to its end, or not everything could be undone.
        """
        self.checkout.remove()
        drill = DeliveryDrill(self.site, self.plan, self.scenarios, self._say)
        try:
            performance = perform(document, drill, self.site.stage.folder)
        finally:
            self.checkout.remove()
        evidence = evidence_of(drill, performance)
        keep(evidence, performance, self.workspace.build / "evidence")
        return evidence

    def _say(self, event: str) -> None:
        self.console.print(event, markup=False, highlight=False, soft_wrap=True)


def _scenarios(
    site: Site, plan: DeliveryPlan, checkout: Checkout, primary: Mapping[str, Any]
) -> tuple[Scenario, ...]:
    """Return the plan's scenarios, in its order."""
    usual, stage = site.concurrency(), site.stage
    fault = make_fault(Variant.RESET, stage.bed, stage.failover.switch, stage.primary.name)
    makers: dict[str, Callable[[], Scenario]] = {
        "two-applies": lambda: TwoApplies(site, usual),
        "cut-short": lambda: CutShort(site, usual),
        "lost-region": lambda: LostRegion(site, usual, fault, plan.failback_deadline_seconds),
        "refused-plan": lambda: RefusedPlan(site, checkout),
        "bad-release": lambda: BadRelease(site, checkout, primary, _unquiet(site)),
    }
    return tuple(makers[name]() for name in plan.scenarios)


def _unquiet(site: Site) -> Callable[[str], str]:
    """Return what says in words why the DR region is not quiet yet at a version, "" when it is."""

    def clients(service: str) -> Any:
        return site.stage.clients(service, site.dr["region"])

    responder = Responder.from_outputs(site.dr, clients)
    alarms = tuple(responder.alarms_of("roll-back"))
    alias = f"{site.dr['products_function_name']}:{site.dr['products_function_alias']}"

    def unquiet(version: str) -> str:
        known = responder.served(alias)
        if known is None or known[0] != version:
            return f"the incident responder has not seen that version {version} serves"
        return f"{', '.join(alarms)} in ALARM" if Alarms(clients("cloudwatch")).in_alarm(alarms) else ""

    return unquiet
