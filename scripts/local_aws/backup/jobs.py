"""What jobs of every kind have in common: they are opened once, kept, found and listed.

Contract: the Start…Job, Describe…Job and List…Jobs operations of the AWS Backup API Reference. A request
repeated with its idempotency token is answered with the job that it started the first time.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.backup import listing
from local_aws.backup.core import Core
from local_aws.backup.errors import not_found
from local_aws.backup.listing import Filter
from local_aws.backup.rest_json import Caller, Request
from local_aws.backup.store import Job, RegionStore

COMMON_FILTERS: Mapping[str, Filter] = {
    "ByAccountId": listing.any_account,
    "ByCompleteAfter": listing.after("CompletionDate"),
    "ByCompleteBefore": listing.before("CompletionDate"),
    "ByCreatedAfter": listing.after("CreationDate"),
    "ByCreatedBefore": listing.before("CreationDate"),
    "ByParentJobId": listing.equals("ParentJobId"),
    "ByResourceType": listing.equals("ResourceType"),
}
"""The filters that lists of jobs of every kind know."""


@dataclass(frozen=True)
class JobBook:
    """The jobs of one kind: BACKUP, COPY or RESTORE. `kept` gives a region's jobs by id."""

    core: Core
    kind: str
    kept: Callable[[RegionStore], dict[str, Job]]

    @property
    def _noun(self) -> str:
        """The kind as the API spells it in names of members: Backup, Copy, Restore."""
        return self.kind.capitalize()

    def started(self, store: RegionStore, request: Request, make: Callable[[], Job]) -> Job:
        """The job that a request starts, or started before if it is repeated."""
        token = (self.kind, request.get("IdempotencyToken") or str(uuid.uuid4()))
        if token not in store.tokens:
            store.tokens[token] = make().id
        return self.kept(store)[store.tokens[token]]

    def open(
        self, store: RegionStore, vault_name: str, facts: Mapping[str, Any], inputs: dict[str, Any]
    ) -> Job:
        """A new job with these facts and those that every job has; it is announced."""
        job_id = str(uuid.uuid4()).upper()
        common = {
            "AccountId": store.account_id,
            f"{self._noun}JobId": job_id,
            "CreationDate": self.core.clock(),
            "IsParent": False,
        }
        job = Job(self.kind, vault_name, job_id, {**common, **facts}, inputs, self.core.next_step())
        self.kept(store)[job_id] = job
        self.core.announce(store, job)
        return job

    def find(self, caller: Caller, request: Request) -> Job:
        """The job that a request names; ResourceNotFoundException without one."""
        job_id = request[f"{self._noun}JobId"]
        job = self.kept(self.core.store(caller)).get(job_id)
        if job is None:
            raise not_found(f"{self._noun} job {job_id} does not exist")
        return job

    def facts(self, caller: Caller) -> Iterable[dict[str, Any]]:
        """What the API shows of the jobs that a caller sees."""
        return [job.facts for job in self.kept(self.core.store(caller)).values()]

    def listed(self, caller: Caller, request: Request, filters: Mapping[str, Filter]) -> dict[str, Any]:
        """The page of jobs that a request asks for, newest first."""
        facts = listing.newest_first(self.facts(caller))
        return listing.listed(f"{self._noun}Jobs", facts, request, {**COMMON_FILTERS, **filters})
