"""Rules of data protection: own keys, least privilege, nothing public, nothing outside approved regions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from techmoda_ha.plan.judging import Judgement, Outcome, Severity, decide, expect, judged, rule
from techmoda_ha.plan.model import Resource, System
from techmoda_ha.plan.policies import PolicyError, Statement, statements
from techmoda_ha.plan.values import UNKNOWN, Truth, every, some

# Where each kind of resource that holds data names its key.
KEYS = {
    "aws_backup_vault": "kms_key_arn",
    "aws_cloudwatch_log_group": "kms_key_id",
    "aws_dynamodb_table": "server_side_encryption.0.kms_key_arn",
    "aws_lambda_function": "kms_key_arn",
    "aws_sns_topic": "kms_master_key_id",
    "aws_sqs_queue": "kms_master_key_id",
}
AWS_MANAGED = "alias/aws/"
SHORTEST_DELETION_DAYS = 14
# Actions that name no resource (IAM service authorization reference); DescribeAlarms may ask for all alarms.
WITHOUT_RESOURCE = {
    "application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScalingPolicies",
    "application-autoscaling:DescribeScheduledActions", "backup:DescribeBackupJob",
    "backup:DescribeRestoreJob", "backup:ListBackupJobs", "backup:ListCopyJobs",
    "backup:ListRecoveryPointsByResource", "backup:ListRestoreJobs", "backup:PutRestoreValidationResult",
    "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:PutMetricData",
    "dynamodb:ListTables", "ec2:DescribeRegions", "kms:ListAliases", "lambda:GetAccountSettings",
    "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups", "logs:GetLogDelivery",
    "logs:ListLogDeliveries", "logs:UpdateLogDelivery", "sts:GetCallerIdentity",
    "tag:GetResources", "xray:GetSamplingRules", "xray:GetSamplingStatisticSummaries",
    "xray:GetSamplingTargets", "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}  # fmt: skip
BROAD_POLICIES = ("FullAccess", "AdministratorAccess", "PowerUserAccess", "IAMFullAccess")


@rule(
    "security-encryption",
    severity=Severity.HIGH,
    title="Tables, vaults, logs, queues, topics and function settings are encrypted with the customer's keys",
    why="A key of one's own can be revoked and is in the audit trail; default keys are neither.",
    fix="Name a KMS key of this deployment.",
    source="Well-Architected SEC 8; GDPR, article 32(1)(a)",
    answers=("gdpr-32-1-a", "wa-sec-8"),
)
def encryption(system: System) -> Iterator[Judgement]:
    """Judge everything that holds data by the key it names."""
    for kind, path in KEYS.items():
        for one in system.of(kind):
            if kind == "aws_lambda_function" and one.is_set("environment.0.variables") is False:
                continue
            key = one.value(path)
            is_own = UNKNOWN if key is UNKNOWN else bool(key) and AWS_MANAGED not in str(key)
            # A table names its key in a block that can be switched off.
            is_on = one.value("server_side_encryption.0.enabled") if kind == "aws_dynamodb_table" else True
            yield decide(one, every(is_own, is_on), f"Its key is {key!r}, none of the customer's.")


@rule(
    "security-key-rotation",
    severity=Severity.MEDIUM,
    title="Every symmetric key rotates",
    why="A key that never changes protects all data that was ever written with it.",
    fix="Set enable_key_rotation = true; KMS does not rotate HMAC and asymmetric keys.",
    source="KMS developer guide, rotating keys",
    answers=("gdpr-32-1-a", "wa-sec-8"),
)
def key_rotation(system: System) -> Iterator[Judgement]:
    """Judge symmetric encryption keys; replica keys follow their primary."""
    for key in system.of("aws_kms_key"):
        if key.value("customer_master_key_spec") in (None, "SYMMETRIC_DEFAULT"):
            yield expect(key, "enable_key_rotation", bool, "It never rotates.")


@rule(
    "security-key-deletion",
    severity=Severity.HIGH,
    title="A key that is deleted by mistake can be saved for at least two weeks",
    why="With the key everything that it encrypts is gone: tables, backups and logs of a region.",
    fix="Set deletion_window_in_days = 30.",
    source="KMS developer guide, deleting keys: 7 to 30 days",
    answers=("wa-rel-9", "wa-sec-8"),
)
def key_deletion(system: System) -> Iterator[Judgement]:
    """Judge keys and replica keys; without a window KMS waits for 30 days."""
    for key in system.of("aws_kms_key", "aws_kms_replica_key"):
        text = "It is gone {} days after its deletion was asked for."
        yield expect(
            key, "deletion_window_in_days", lambda days: days is None or days >= SHORTEST_DELETION_DAYS, text
        )


@rule(
    "security-least-privilege",
    severity=Severity.CRITICAL,
    title="No role may do everything of a service, or something to every resource",
    why="What a function may do, an attacker in it may do: to both regions, and to the backups.",
    fix="Name actions and ARNs; actions without a resource are the only ones that take *.",
    source="IAM user guide, least privilege; Well-Architected SEC 3",
    answers=("gdpr-32-1-b", "wa-sec-3"),
)
def least_privilege(system: System) -> Iterator[Judgement]:
    """Judge identity policies, and which managed policies roles get."""
    for one in system.of("aws_iam_role_policy", "aws_iam_policy"):
        yield _every_statement(one, "policy", _is_narrow, "It allows too much")
    for one in system.of("aws_iam_role_policy_attachment"):
        text = "It attaches {}."
        yield expect(one, "policy_arn", lambda arn: not str(arn).endswith(BROAD_POLICIES), text)


def _is_narrow(statement: Statement) -> bool:
    if not statement.allows:
        return True
    is_broad = any(action == "*" or action.endswith(":*") for action in statement.actions)
    on_all = "*" in statement.resources and not statement.has_condition
    needs_resource = [action for action in statement.actions if action not in WITHOUT_RESOURCE]
    return not (is_broad or statement.inverts or (on_all and needs_resource))


@rule(
    "security-public-access",
    severity=Severity.CRITICAL,
    title="No key, topic, vault, queue or function lets anyone in",
    why="A resource policy for everyone opens data and controls to every AWS account.",
    fix="Name the principal, or restrict it by a condition such as aws:SourceAccount.",
    source="IAM user guide, resource-based policies; Lambda developer guide, confused deputy",
    answers=("gdpr-32-1-b", "wa-sec-3"),
)
def public_access(system: System) -> Iterator[Judgement]:
    """Judge resource policies, and Lambda permissions by the source they demand."""
    kinds = (
        "aws_kms_key", "aws_kms_replica_key", "aws_sns_topic_policy", "aws_sqs_queue_policy",
        "aws_backup_vault_policy", "aws_dynamodb_resource_policy",
    )  # fmt: skip
    for one in system.of(*kinds):
        if one.is_set("policy") is not False:
            yield _every_statement(
                one, "policy", lambda statement: not statement.is_public, "It lets anyone in"
            )
    for one in system.of("aws_lambda_permission"):
        holds = some(one.is_set("source_arn"), one.is_set("source_account"))
        yield decide(one, every(one.value("principal") != "*", holds), "Anyone's resource may invoke it.")


def _every_statement(one: Resource, path: str, holds: Callable[[Statement], bool], message: str) -> Judgement:
    document = one.value(path)
    if document is UNKNOWN:
        return decide(one, UNKNOWN, f"{message}.")
    try:
        bad = [statement for statement in statements(document) if not holds(statement)]
    except PolicyError as error:
        return judged(one, Outcome.VIOLATED, f"Its policy is {error}.")
    shown = "; ".join(f"{', '.join(each.actions)} on {', '.join(each.resources)}" for each in bad)
    truth: Truth = not bad
    return decide(one, truth, f"{message}: {shown}.")


@rule(
    "security-approved-regions",
    severity=Severity.CRITICAL,
    title="Nothing is made outside the approved regions",
    why="Personal data must stay where the law allows it; a copy elsewhere is a transfer.",
    fix="Use the approved regions, or have another one approved in objectives.yaml.",
    source="GDPR, chapter V",
    answers=("gdpr-44", "wa-sec-8"),
)
def approved_regions(system: System) -> Iterator[Judgement]:
    """Judge the providers' regions by what is made there, once for each region."""
    approved = system.objectives.approved_regions
    for plan in system.plans:
        seen: set[str | None] = set()
        for one in plan.resources:
            if one.region in seen:
                continue
            seen.add(one.region)
            holds = UNKNOWN if one.region is None else one.region in approved
            yield decide(one, holds, f"It is made in {one.region}; approved are {', '.join(approved)}.")
