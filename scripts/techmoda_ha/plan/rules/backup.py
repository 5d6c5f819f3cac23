"""Rules of the backups: taken, copied to another region, locked, kept not too long, restored in tests."""

from __future__ import annotations

from collections.abc import Iterator

from techmoda_ha.plan.judging import PRIMARY, Judgement, Severity, decide, missing, rule
from techmoda_ha.plan.model import Plan, Resource, System, known
from techmoda_ha.plan.schedules import hours_between
from techmoda_ha.plan.tables import TABLE
from techmoda_ha.plan.values import UNKNOWN, Truth, View, every, some

PLAN, VAULT, LOCK = "aws_backup_plan", "aws_backup_vault", "aws_backup_vault_lock_configuration"
COLD_DAYS = 90
DAY_HOURS = 24
SHORTEST_START_MINUTES = 60
FAILURES = {"BACKUP_JOB_FAILED", "COPY_JOB_FAILED"}


@rule(
    "backup-daily",
    severity=Severity.CRITICAL,
    title="A backup plan runs at least daily and selects something",
    why="Point-in-time recovery ends with the table; only backups outlive its deletion.",
    fix="Keep a daily rule and a selection of the products table (modules/backup).",
    source="AWS Backup developer guide; Well-Architected REL 9",
    answers=("gdpr-32-1-c", "wa-rel-9", "wa-rel-13"),
    needs=PRIMARY,
)
def daily(system: System) -> Iterator[Judgement]:
    """Judge the primary's backup plans together: one daily rule is enough."""
    for plan in _primary(system):
        plans = list(plan.of(PLAN))
        if not plans or not list(plan.of("aws_backup_selection")):
            yield missing(plan, "Nothing is backed up: there is no backup plan or no selection.")
        for one in plans:
            gaps = [hours_between(str(entry.value("schedule"))) for entry in one.blocks("rule")]
            holds = any(gap is not None and gap <= DAY_HOURS for gap in gaps)
            yield decide(one, holds, "None of its rules runs daily.")


@rule(
    "backup-lifecycle",
    severity=Severity.HIGH,
    title="Backups and copies stay at least 90 days in cold storage before they are deleted",
    why="AWS refuses the plan (or the job, at night) that deletes sooner; Terraform's provider "
    "does not notice.",
    fix="Set delete_after to cold_storage_after + 90 or more.",
    source="AWS Backup API, Lifecycle",
    answers=("wa-rel-9",),
)
def lifecycle(system: System) -> Iterator[Judgement]:
    """Judge each rule's lifecycle and that of its copies."""
    for plan in system.of(PLAN):
        for entry, one in _lifecycles(plan):
            cold, end = one.value("cold_storage_after"), one.value("delete_after")
            if not known(cold, end):
                yield decide(plan, UNKNOWN, "A lifecycle is one that AWS refuses.")
            elif cold and end:
                text = f"{entry.value('rule_name')}: cold after {cold} days, deleted after {end}."
                yield decide(plan, end >= cold + COLD_DAYS, text)


@rule(
    "backup-window",
    severity=Severity.MEDIUM,
    title="Every backup has an hour to start and more to end",
    why="AWS refuses a start window below 60 minutes, and a job that must end too soon is "
    "cancelled every night.",
    fix="Set start_window to 60 or more, and completion_window at least an hour above it.",
    source="AWS Backup API, BackupRule: start window of 60 minutes at least",
    answers=("wa-rel-9",),
)
def window(system: System) -> Iterator[Judgement]:
    """Judge the rules of backup plans."""
    for plan in system.of(PLAN):
        for entry in plan.blocks("rule"):
            start, end = entry.value("start_window"), entry.value("completion_window")
            if known(start, end) and start and end:
                holds = start >= SHORTEST_START_MINUTES and end >= start + SHORTEST_START_MINUTES
                text = f"{entry.value('rule_name')} starts within {start} and ends within {end} minutes."
                yield decide(plan, holds, text)


@rule(
    "backup-retention",
    severity=Severity.HIGH,
    title="Every backup and copy is deleted after a limited time",
    why="Erased persons have to leave the backups too, and those that never expire keep them.",
    fix="Set delete_after in every lifecycle, at most longest_retention_days of objectives.yaml.",
    source="GDPR, articles 5(1)(e) and 17; docs/decisions/0033",
    answers=("gdpr-5-1-e", "gdpr-17"),
)
def retention(system: System) -> Iterator[Judgement]:
    """Judge each rule's lifecycle and that of its copies."""
    longest = system.objectives.longest_retention_days
    for plan in system.of(PLAN):
        for entry, one in _lifecycles(plan):
            days = one.value("delete_after")
            holds = UNKNOWN if days is UNKNOWN else bool(days) and days <= longest
            text = f"{entry.value('rule_name')} keeps for {days} days; 1 to {longest} are allowed."
            yield decide(plan, holds, text)
        for entry in plan.blocks("rule"):
            if not entry.blocks("lifecycle"):
                yield decide(plan, False, f"{entry.value('rule_name')} keeps backups for ever.")


def _lifecycles(plan: Resource) -> Iterator[tuple[View, View]]:
    for entry in plan.blocks("rule"):
        for holder in (entry, *entry.blocks("copy_action")):
            for one in holder.blocks("lifecycle"):
                yield entry, one


@rule(
    "backup-copy",
    severity=Severity.CRITICAL,
    title="Every backup is copied to a vault in another region",
    why="A backup in the region that is lost, or in the account that deleted it, restores nothing.",
    fix="Give each rule a copy_action to the DR region's vault.",
    source="AWS Backup developer guide, cross-region copies; Well-Architected REL 9",
    answers=("gdpr-32-1-c", "wa-rel-9", "wa-rel-10"),
    needs=PRIMARY,
)
def copy(system: System) -> Iterator[Judgement]:
    """Judge each rule: the ARN of the copy's vault names its region."""
    for plan in system.of(PLAN):
        for entry in plan.blocks("rule"):
            copies = [_is_elsewhere(one.value("destination_vault_arn"), plan.region) for one in
                      entry.blocks("copy_action")]  # fmt: skip
            text = f"{entry.value('rule_name')} is not copied to another region than {plan.region}."
            yield decide(plan, some(*copies), text)


def _is_elsewhere(arn: str | None, region: str | None) -> Truth:
    return UNKNOWN if not known(arn) else str(arn).split(":")[3:4] not in ([], [region])


@rule(
    "backup-lock",
    severity=Severity.HIGH,
    title="Every vault is locked, and the lock takes the retention of every rule",
    why="Whoever gets the rights to the account deletes the backups first; and a lock that does "
    "not fit fails jobs.",
    fix="Lock the vault (modules/backup, input lock) with limits around the rules' retention.",
    source="AWS Backup developer guide, vault lock",
    answers=("gdpr-32-1-b", "wa-rel-9", "wa-sec-8"),
    needs=PRIMARY,
)
def lock(system: System) -> Iterator[Judgement]:
    """Judge vaults, and the locks against the rules of the backup plans."""
    for plan in system.plans:
        locks = {one.value("backup_vault_name"): one for one in plan.of(LOCK)}
        for vault in plan.of(VAULT):
            name = vault.value("name")
            yield decide(vault, UNKNOWN if not known(name) else name in locks, "It is not locked.")
        kept = [one.value("delete_after") for backup in plan.of(PLAN) for _entry, one in _lifecycles(backup)]
        for one in locks.values():
            yield decide(
                one, every(*(_fits(one, days) for days in kept)), "A rule's retention is out of its limits."
            )


def _fits(one: Resource, days: int | None) -> Truth:
    least, most = one.value("min_retention_days"), one.value("max_retention_days")
    if not known(least, most, days):
        return UNKNOWN
    return days is None or ((least or 0) <= days and (most is None or days <= most))


@rule(
    "backup-restore-testing",
    severity=Severity.HIGH,
    title="Backups are restored in tests, by a schedule",
    why="A backup that was never restored is a hope.",
    fix="Keep the restore testing plan and its selection (modules/backup/modules/restore).",
    source="AWS Backup developer guide, restore testing; Well-Architected REL 9",
    answers=("gdpr-32-1-d", "wa-rel-9", "wa-rel-12"),
    needs=PRIMARY,
)
def restore_testing(system: System) -> Iterator[Judgement]:
    """Judge the primary's restore testing plans: each needs a selection and a schedule that runs."""
    for plan in _primary(system):
        tests = list(plan.of("aws_backup_restore_testing_plan"))
        if not tests:
            yield missing(plan, "No backup is restored in a test.")
        chosen = {
            one.value("restore_testing_plan_name") for one in plan.of("aws_backup_restore_testing_selection")
        }
        for test in tests:
            name = test.value("name")
            yield decide(
                test, name in chosen or (UNKNOWN if UNKNOWN in chosen else False), "It selects nothing."
            )


@rule(
    "backup-failures-told",
    severity=Severity.HIGH,
    title="Failed backups and copies are told",
    why="Backups fail silently, night after night, until one is needed.",
    fix="Notify BACKUP_JOB_FAILED and COPY_JOB_FAILED of the vault, or send the events to a topic by a rule.",
    source="AWS Backup developer guide, notifications and EventBridge events",
    answers=("gdpr-33", "wa-rel-6", "wa-rel-9"),
    needs=PRIMARY,
)
def failures_told(system: System) -> Iterator[Judgement]:
    """Judge the primary's vault notifications."""
    for plan in _primary(system):
        notifications = list(plan.of("aws_backup_vault_notifications"))
        if not notifications:
            yield missing(plan, "No failed backup job is told to anyone.")
        for one in notifications:
            events = one.value("backup_vault_events")
            holds = UNKNOWN if events is UNKNOWN else set(events or []) >= FAILURES
            yield decide(
                one, holds, f"It tells only {sorted(events) if known(events) and events else 'nothing'}."
            )


@rule(
    "backup-selection",
    severity=Severity.CRITICAL,
    title="The backup plan's selection covers the products table",
    why="A plan that selects something else looks green and saves nothing.",
    fix="Select the table's ARN, or a tag that it has.",
    source="AWS Backup API, BackupSelection",
    answers=("gdpr-32-1-c", "wa-rel-9"),
    needs=PRIMARY,
)
def selection(system: System) -> Iterator[Judgement]:
    """Judge the selections by ARN; what a tag selects shows only in the account."""
    for plan in _primary(system):
        names = [
            table.value("name") for table in plan.of(TABLE) if table.value("billing_mode") == "PROVISIONED"
        ]
        for one in plan.of("aws_backup_selection"):
            chosen = one.value("resources")
            if one.is_set("selection_tag") is True:
                continue
            holds = UNKNOWN if not known(chosen, *names) else _covers(chosen or [], names)
            yield decide(one, holds, "It leaves a provisioned table out.")


def _covers(arns: list[str], names: list[str]) -> bool:
    return all(any(arn == "*" or arn.endswith(f":table/{name}") for arn in arns) for name in names)


def _primary(system: System) -> list[Plan]:
    return [system.primary] if system.primary else []


@rule(
    "backup-vault-policy",
    severity=Severity.HIGH,
    title="Every vault has an access policy that denies somebody something",
    why="Without a policy whoever has backup rights in the account may end the life of recovery points.",
    fix="Keep aws_backup_vault_policy with its denials (modules/backup/modules/vault).",
    source="AWS Backup developer guide, vault access policies",
    answers=("gdpr-32-1-b", "wa-sec-3", "wa-sec-8"),
)
def vault_policy(system: System) -> Iterator[Judgement]:
    """Judge vaults by the policies of their name."""
    for plan in system.plans:
        policies = {one.value("backup_vault_name"): one for one in plan.of("aws_backup_vault_policy")}
        for vault in plan.of(VAULT):
            policy = policies.get(vault.value("name"))
            yield decide(vault, _denies(policy), "No policy denies the deletion of its recovery points.")


def _denies(policy: Resource | None) -> Truth:
    if policy is None:
        return False
    text = policy.value("policy")
    return UNKNOWN if text is UNKNOWN else '"Deny"' in str(text)
