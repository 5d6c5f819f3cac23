"""What the modules of operations share: state, clock, durations, the other services, announcements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from local_aws.backup import events
from local_aws.backup.errors import access_denied
from local_aws.backup.events import Event
from local_aws.backup.rest_json import Caller
from local_aws.backup.store import AccountStore, Job, RecoveryPoint, RegionStore, Vault
from local_aws.backup.surroundings import Surroundings
from local_aws.backup.timing import Timing


@dataclass
class Core:
    """One AWS Backup. `clock` gives epoch seconds; `around` the other services of an account's region."""

    clock: Callable[[], float]
    timing: Timing
    around: Callable[[str, str], Surroundings] = Surroundings
    stores: AccountStore = field(default_factory=AccountStore)

    def store(self, caller: Caller) -> RegionStore:
        """The state that a caller sees."""
        return self.stores.of(caller.account_id, caller.region)

    def beside(self, store: RegionStore) -> Surroundings:
        """The other services where that state is."""
        return self.around(store.account_id, store.region)

    def authorize(self, caller: Caller, vault: Vault, action: str, resource: str | None = None) -> None:
        """Raise AccessDeniedException when the vault's access policy denies the caller the action."""
        resource = resource or vault.arn
        around = self.around(caller.account_id, caller.region)
        if around.denies(vault.policy, caller.principal_arn, action, resource):
            raise access_denied(caller.principal_arn, action, resource)

    def next_step(self) -> float:
        """When a job that changes its state now changes it next."""
        return self.clock() + self.timing.backup_job_seconds

    def announce(self, store: RegionStore, job: Job) -> None:
        """Tell EventBridge and the vault's topic of a job's new state."""
        make_event: dict[str, Callable[[events.Facts], Event]] = {
            "BACKUP": events.backup_job_event,
            "COPY": events.copy_job_event,
            "RESTORE": events.restore_job_event,
        }
        self._put(store, make_event[job.kind](job.facts))
        vault = store.vaults.get(job.vault_name)
        wanted = vault.notifications if vault else None
        note = events.notification(job.kind, job.facts)
        if vault and wanted and note.names.intersection(wanted["BackupVaultEvents"]):
            around = self.beside(store)
            around.publish(wanted["SNSTopicArn"], vault.arn, note.subject, note.message, note.attributes)

    def announce_point(self, store: RegionStore, point: RecoveryPoint, status: str) -> None:
        """Tell EventBridge of a recovery point's new status."""
        self._put(store, events.recovery_point_event(point.document(), status))

    def _put(self, store: RegionStore, event: Event) -> None:
        self.beside(store).put_event(event.detail_type, event.resources, event.detail)

    def finish(self, store: RegionStore, job: Job, state: str, message: str | None = None) -> None:
        """End a job in that state and announce it."""
        restoring = job.kind == "RESTORE"
        job.facts["Status" if restoring else "State"] = state
        job.facts["CompletionDate"] = self.clock()
        if state == "COMPLETED":
            job.facts["PercentDone"] = "100.00%" if restoring else "100.0"
            job.facts["MessageCategory"] = "SUCCESS"
        if message:
            job.facts["StatusMessage"] = message
        job.next_at = None
        self.announce(store, job)
