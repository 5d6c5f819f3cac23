"""`ha drill backup-restore` from end to end: set the stage, run the experiment, write the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Console

from techmoda_ha import operations
from techmoda_ha.backups.manager import BackupManager
from techmoda_ha.drills.backup_restore.drill import BackupRestoreDrill
from techmoda_ha.drills.backup_restore.ground import Ground
from techmoda_ha.drills.backup_restore.losing import make_loss
from techmoda_ha.drills.backup_restore.plan import BackupRestorePlan
from techmoda_ha.drills.backup_restore.report import NAME, evidence_of
from techmoda_ha.drills.faults import Fault
from techmoda_ha.drills.performing import keep, perform
from techmoda_ha.drills.plan import OutagePlan
from techmoda_ha.drills.runner import set_stage
from techmoda_ha.drills.stage import Stage
from techmoda_ha.environments import Environment, Target, Workspace
from techmoda_ha.evidence import Evidence


@dataclass(frozen=True)
class BackupRestoreRun:
    """One run, with a person watching."""

    workspace: Workspace
    stage: Stage
    ground: Ground
    plan: BackupRestorePlan
    manager: BackupManager
    console: Console

    @classmethod
    def of(
        cls, workspace: Workspace, target: Target, variables: Mapping[str, str], plan: BackupRestorePlan,
        console: Console,
    ) -> BackupRestoreRun:  # fmt: skip
        """Return a run on what is deployed; raise HaError when it lacks something that the drill needs."""
        usual = set_stage(workspace, target, variables, OutagePlan())
        stage = replace(usual, folder=workspace.build / "drills" / NAME)
        primary, dr = (operations.outputs(workspace, one, variables) for one in Environment)
        manager = BackupManager.of(dr, variables)
        return cls(workspace, stage, Ground.from_outputs(primary, dr), plan, manager, console)

    @property
    def fault(self) -> Fault:
        """Return the loss of the vault; raise HaError when it cannot be caused here."""
        ground = self.ground
        backup = self.stage.clients("backup", ground.primary_region)
        return make_loss(self.plan.loss, self.stage.bed, backup, ground.vault, ground.primary_region)

    def touched(self) -> list[str]:
        """Say in words everything that the run would touch."""
        ground, plan = self.ground, self.plan
        return [
            f"write {plan.products + plan.late} products of category {self.stage.category} to "
            f"{ground.table}, and delete them again",
            f"run the rule {plan.rule} of the backup plan now: a recovery point in {ground.vault} and its "
            f"copy in {ground.dr_vault}, which stay until they expire",
            f"list {plan.erased} of these products in {ground.erasures_table}, and delete the entries again",
            f"{self.fault.describe()}, and undo it",
            f"restore the copy to a new table in {ground.dr_region}, and delete that again",
        ]

    def execute(self, document: Mapping[str, Any]) -> Evidence:
        """Run the experiment and write the evidence.

        Raises HaError when it could not be run to its end, or not everything could be undone.
        """
        with self.console.status("Setting the stage") as status:
            drill = BackupRestoreDrill(
                self.stage,
                self.ground,
                self.plan,
                fault=self.fault,
                manager=self.manager,
                say=self._say,
                show=status.update,
            )
            performance = perform(document, drill, self.stage.folder)
        evidence = evidence_of(drill, performance)
        keep(evidence, performance, self.workspace.build / "evidence")
        return evidence

    def _say(self, event: str) -> None:
        self.console.print(event, markup=False, highlight=False, soft_wrap=True)
