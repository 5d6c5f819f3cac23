"""What can happen, as the playbooks see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

ALARM = "ALARM"
FAILED_JOB_STATES = frozenset({"FAILED", "EXPIRED"})  # ABORTED: somebody stopped it on purpose.


@dataclass(frozen=True, slots=True)
class AlarmChange:
    """An alarm went into another state. `at` is the change's own time (RFC 3339, UTC)."""

    name: str
    state: str
    previous: str
    reason: str
    at: str
    kind: ClassVar[str] = "alarm"

    @property
    def key(self) -> str:
        """Return what is the same whenever and however this change is told."""
        return f"{self.name}/{self.state}/{self.at}"

    @property
    def subject(self) -> str:
        """Return what the incident is about, in a word."""
        return self.name

    @property
    def is_over(self) -> bool:
        """Whether nothing is to be done: the incident is over, or nothing is known any more."""
        return self.state != ALARM


@dataclass(frozen=True, slots=True)
class BackupJobEnd:
    """A job of AWS Backup ended. `at` is the event's time."""

    job_id: str
    state: str
    resource_arn: str
    message: str
    at: str
    kind: ClassVar[str] = "backup-job"

    @property
    def key(self) -> str:
        """Return what is the same whenever and however this end is told."""
        return f"{self.job_id}/{self.state}"

    @property
    def subject(self) -> str:
        """Return what the incident is about, in a word."""
        return f"backup job {self.job_id}"

    @property
    def is_over(self) -> bool:
        """Whether this is the end of an incident: nothing is to be done."""
        return self.state not in FAILED_JOB_STATES


Incident = AlarmChange | BackupJobEnd


@dataclass(frozen=True, slots=True)
class Tick:
    """The schedule's minute: time to look which versions are served."""
