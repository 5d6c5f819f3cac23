"""The backup-restore drill: its steps, in the order in which drills/backup-restore.yaml calls them.

Moments are seconds on the stage's monotonic clock. Whatever was changed is undone by `roll_back`, which may
be called at any time and more than once; only recovery points stay, for their vaults are locked.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.backups.erasing import Eraser, Erasure
from techmoda_ha.backups.jobs import BackedUp, PlanRunner
from techmoda_ha.backups.manager import BackupManager
from techmoda_ha.drills.backup_restore import goods
from techmoda_ha.drills.backup_restore.goods import Comparison, Item, Shelf
from techmoda_ha.drills.backup_restore.ground import Ground
from techmoda_ha.drills.backup_restore.plan import BackupRestorePlan
from techmoda_ha.drills.faults import Fault
from techmoda_ha.drills.stage import Stage
from techmoda_ha.drills.telling import Say, Telling
from techmoda_ha.errors import HaError
from techmoda_ha.evidence import timestamp

REASON, OPERATOR = "drill backup-restore", "operator:drill"


@dataclass
class Moments:
    """When what happened; None while it has not."""

    started: float
    backup_began: float | None = None
    disaster: float | None = None
    restore_asked: float | None = None
    ready: float | None = None
    compared: float | None = None


@dataclass
class Findings:
    """What a run found out so far."""

    backup: BackedUp | None = None
    table: str | None = None
    comparison: Comparison | None = None
    late_found: int | None = None
    written: dict[str, Item] = field(default_factory=dict)
    late: dict[str, Item] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)


class BackupRestoreDrill(Telling):
    """One run."""

    def __init__(
        self, stage: Stage, ground: Ground, plan: BackupRestorePlan, *, fault: Fault,
        manager: BackupManager, say: Say, show: Say = lambda _text: None,
    ) -> None:  # fmt: skip
        """Prepare; nothing is touched yet. `say` gets what happened, `show` what is going on now."""
        self.stage, self.ground, self.plan, self.fault, self.manager = stage, ground, plan, fault, manager
        super().__init__(stage.clock, say)
        self._show = show
        self.moments, self.findings = Moments(stage.clock()), Findings()

    # -- the method, step by step

    def prepare(self) -> None:
        """Write products, and keep what was written in a file of the drill's own."""
        self.findings.written = goods.new_items(self.plan.products, self.stage.category, "drill backup")
        goods.keep(self.findings.written, self.stage.folder / "written.jsonl")
        with self._errors():
            self.ground.products(self.stage).put(self.findings.written.values())
        self.note(f"{self.plan.products} products are written, and kept beside")

    def back_up(self) -> None:
        """Run the plan's rule now: a backup here, its copy in the DR region."""
        ground, stage = self.ground, self.stage
        self._show("backing up and copying")
        self.moments.backup_began = stage.clock()
        runner = PlanRunner(
            stage.clients("backup", ground.primary_region), ground.plan_id, stage.clock, stage.sleep
        )
        done = runner.run(ground.table_arn, self.plan.rule, self.plan.job_deadline_seconds)
        self.findings.backup = done
        self.note(f"Backed up in {done.seconds:.1f} s: {done.arn}")
        for copy in done.copies:
            self.note(f"Copied to {copy.region} in {copy.seconds:.1f} s: {copy.arn}")
        if not self._copies_away():
            self.fail(f"no copy of the backup is in {ground.dr_region}")

    def go_on(self) -> None:
        """Go on working after the backup: write more, and erase some customers' products for good."""
        ground, stage, findings = self.ground, self.stage, self.findings
        findings.late = goods.new_items(self.plan.late, stage.category, "drill after the backup")
        findings.erased = set(sorted(findings.written)[: self.plan.erased])
        client = stage.clients("dynamodb", ground.primary_region)
        with self._errors():
            ground.products(stage).put(findings.late.values())
        eraser = Eraser(client, ground.table, ground.erasures_table)
        for key in sorted(findings.erased):
            eraser.erase(Erasure(key, REASON, OPERATOR, timestamp(datetime.now(UTC))))
        self.note(f"{len(findings.late)} products written and {len(findings.erased)} erased after the backup")
        if not self.stage.until(self._erasures_replicated, self.plan.replication_deadline_seconds):
            self.fail(f"the erasure log did not reach {ground.dr_region} in time")

    def strike(self) -> None:
        """Take the primary vault away, and see that nothing can be restored from it."""
        self.fault.cause()
        self.moments.disaster = self.stage.clock()
        self.note(f"Disaster: {self.fault.describe()}")
        if self._primary_restores():
            self.fail("the primary vault still gave its recovery point away: nothing was lost")

    def restore(self) -> None:
        """Let the DR region's backup manager restore the copy, and wait until the table is ready."""
        copies = self._copies_away()
        if not copies:
            raise HaError("There is no copy to restore.", "See the failures above.")
        self._show(f"restoring in {self.ground.dr_region}")
        self.moments.restore_asked = self.stage.clock()
        started = self.manager.ask(operacion="restaurar", puntoRecuperacion=copies[0])
        self.findings.table = started["tabla"]
        self.note(f"The backup manager of {self.ground.dr_region} restores {self.findings.table}")
        self.manager.wait_until_ready(
            started["tabla"],
            self.plan.restore_deadline_seconds,
            clock=self.stage.clock,
            sleep=self.stage.sleep,
        )
        self.moments.ready = self.stage.clock()
        self.note(f"{self.findings.table} is ready: settings applied, erasures replayed")

    def compare(self) -> None:
        """Compare the restored table with the drill's own file, item by item, every attribute."""
        findings, stage = self.findings, self.stage
        written = goods.kept(stage.folder / "written.jsonl")
        shelf = Shelf(stage.clients("dynamodb", self.ground.dr_region), findings.table or "")
        with self._errors():
            findings.comparison = goods.compare(written, findings.erased, shelf.get(written))
            findings.late_found = len(shelf.get(findings.late))
        self.moments.compared = stage.clock()
        found = findings.comparison
        self.note(
            f"{found.compared} items compared: {len(found.missing)} missing, "
            f"{len(found.different)} different, {len(found.erased_back)} erased ones back"
        )
        for problem in self.ground.protection_problems(stage, findings.table or ""):
            self.fail(problem)

    def give_back(self) -> None:
        """Give the primary vault back."""
        self.fault.mend()
        self.note(f"The vault in {self.ground.primary_region} is back")

    # -- undoing

    def roll_back(self) -> None:
        """Undo everything that the drill changed; raise HaError at the end when something could not be."""
        problems = []
        for step in (self.fault.mend, self._delete_restored, self._delete_products):
            try:
                step()
            except HaError as error:
                problems.append(f"{error.message} {error.detail}".strip())
        if problems:
            raise HaError("Not everything could be undone.", "Do it by hand.", detail="\n".join(problems))

    def _delete_restored(self) -> None:
        if self.findings.table:
            self.ground.delete_restored(self.stage, self.findings.table)
            self.findings.table = None

    def _delete_products(self) -> None:
        """Delete the drill's products and its entries in the log of erasures."""
        findings, ground = self.findings, self.ground
        with self._errors():
            ground.products(self.stage).delete({*findings.written, *findings.late})
            ground.erasures(self.stage, ground.primary_region).delete(findings.erased)

    # -- looking

    def _copies_away(self) -> list[str]:
        """Return the ARNs of the copies in the DR region's own vault."""
        backup = self.findings.backup
        copies = backup.copies if backup else ()
        return [copy.arn for copy in copies if copy.vault_arn == self.ground.dr_vault_arn]

    def _erasures_replicated(self) -> bool:
        with self._errors():
            away = self.ground.erasures(self.stage, self.ground.dr_region)
            return away.get(self.findings.erased).keys() == self.findings.erased

    def _primary_restores(self) -> bool:
        """Whether the primary vault still gives the recovery point away."""
        backup = self.findings.backup
        if backup is None:
            return False
        try:
            self.stage.clients("backup", self.ground.primary_region).describe_recovery_point(
                BackupVaultName=self.ground.vault, RecoveryPointArn=backup.arn
            )
        except (BotoCoreError, ClientError):
            return False
        return True

    def _errors(self) -> AbstractContextManager[None]:
        return aws_errors_as("The drill's products could not be handled.", "Check your rights, then repeat.")
