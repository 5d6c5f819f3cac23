"""Faults of the backups."""

from __future__ import annotations

from tests.plan.faults.fault import at, every, fault, whole

MODULE = "modules/backup"
PLAN = at("aws_backup_plan.this", "primary")


def of(kind: str, name: str, arguments: str) -> str:
    return f'resource "{kind}" "{name}" {{\n{arguments}\n}}\n'


def backup_rule(*, start: int = 60, lifecycle: str = "delete_after = 30", copied: bool = True) -> str:
    """Return one daily rule of a backup plan."""
    kept = f"lifecycle {{\n {lifecycle}\n }}"
    copy = f"copy_action {{\n destination_vault_arn = module.dr_vault.arn\n {kept}\n }}" if copied else ""
    return (
        f' rule {{\n rule_name = "starts-in-{start}"\n target_vault_name = module.vault.name\n'
        f' schedule = "cron(0 1 * * ? *)"\n start_window = {start}\n completion_window = 180\n'
        f" {kept}\n {copy}\n }}\n"
    )


def plan_of(*rules: str) -> str:
    return of("aws_backup_plan", "this", "".join(rules))


TWO_FAULTS = plan_of(
    backup_rule(lifecycle="cold_storage_after = 30\n delete_after = 90"),
    backup_rule(start=10),
)

FAULTS = (
    fault(
        "backup-daily",
        "a backup plan that selects nothing",
        MODULE,
        of("aws_backup_selection", "arns", " count = 0"),
        whole("primary"),
        group=2,
    ),
    fault(
        "backup-lifecycle",
        "the original template's 30 days cold, 90 days deleted",
        MODULE,
        TWO_FAULTS,
        PLAN,
        group=2,
    ),
    fault(
        "backup-copy",
        "backups that stay where the table is",
        MODULE,
        plan_of(backup_rule(copied=False)),
        PLAN,
        group=3,
    ),
    # Both stand in one plan, whose two rules have one fault each.
    fault("backup-window", "a backup that must start within ten minutes", MODULE, TWO_FAULTS, PLAN, group=2),
    # Among the faults of its group are vaults without a lock, so the lock has nothing to say about it.
    fault(
        "backup-retention",
        "backups that are kept for two years",
        MODULE,
        plan_of(backup_rule(lifecycle="delete_after = 730")),
        PLAN,
    ),
    fault(
        "backup-lock",
        "vaults without a lock",
        f"{MODULE}/modules/vault",
        of("aws_backup_vault_lock_configuration", "this", " count = 0"),
        every("aws_backup_vault"),
    ),
    fault(
        "backup-lock",
        "a lock that makes every job fail",
        f"{MODULE}/modules/vault",
        of("aws_backup_vault_lock_configuration", "this", " max_retention_days = 20"),
        every("aws_backup_vault_lock_configuration"),
        group=3,
    ),
    fault(
        "backup-restore-testing",
        "restore tests of nothing",
        f"{MODULE}/modules/restore",
        of("aws_backup_restore_testing_selection", "tables", " count = 0"),
        every("aws_backup_restore_testing_plan", lambda one: one.role == "primary"),
    ),
    fault(
        "backup-failures-told",
        "only good backups are told",
        MODULE,
        of("aws_backup_vault_notifications", "this", ' backup_vault_events = ["BACKUP_JOB_COMPLETED"]'),
        at("aws_backup_vault_notifications.this[0]", "primary"),
    ),
    fault(
        "backup-selection",
        "backups of another table",
        MODULE,
        of(
            "aws_backup_selection",
            "arns",
            ' resources = ["arn:aws:dynamodb:us-east-1:111111111111:table/somebody-elses"]',
        ),
        at("aws_backup_selection.arns[0]", "primary"),
    ),
    fault(
        "backup-vault-policy",
        "recovery points that anyone may end",
        f"{MODULE}/modules/vault",
        of("aws_backup_vault_policy", "this", " count = 0"),
        every("aws_backup_vault"),
    ),
)
