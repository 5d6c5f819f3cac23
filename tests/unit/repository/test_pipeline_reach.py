"""What the environments consist of the role `deploy` may make: a new kind of resource needs its action there.

Without this a module that begins to use another service would be found out by the first release of it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "modules" / "pipeline" / "policies" / "deploy.yaml"
RESOURCE = re.compile(r'^resource "(aws_\w+)"', re.MULTILINE)
# The permission without which the provider cannot make it; of types that begin so.
MADE_BY = {
    "aws_acm_certificate": "acm:RequestCertificate",
    "aws_api_gateway_": "apigateway:POST",
    "aws_appautoscaling_policy": "application-autoscaling:PutScalingPolicy",
    "aws_appautoscaling_scheduled_action": "application-autoscaling:PutScheduledAction",
    "aws_appautoscaling_target": "application-autoscaling:RegisterScalableTarget",
    "aws_backup_framework": "backup:CreateFramework",
    "aws_backup_plan": "backup:CreateBackupPlan",
    "aws_backup_region_settings": "backup:UpdateRegionSettings",
    "aws_backup_restore_testing_plan": "backup:CreateRestoreTestingPlan",
    "aws_backup_restore_testing_selection": "backup:CreateRestoreTestingSelection",
    "aws_backup_selection": "backup:CreateBackupSelection",
    "aws_backup_vault": "backup:CreateBackupVault",
    "aws_backup_vault_lock_configuration": "backup:PutBackupVaultLockConfiguration",
    "aws_backup_vault_notifications": "backup:PutBackupVaultNotifications",
    "aws_backup_vault_policy": "backup:PutBackupVaultAccessPolicy",
    "aws_cloudwatch_composite_alarm": "cloudwatch:PutCompositeAlarm",
    "aws_cloudwatch_dashboard": "cloudwatch:PutDashboard",
    "aws_cloudwatch_event_rule": "events:PutRule",
    "aws_cloudwatch_event_target": "events:PutTargets",
    "aws_cloudwatch_log_group": "logs:CreateLogGroup",
    "aws_cloudwatch_log_metric_filter": "logs:PutMetricFilter",
    "aws_cloudwatch_metric_alarm": "cloudwatch:PutMetricAlarm",
    "aws_dynamodb_contributor_insights": "dynamodb:UpdateContributorInsights",
    "aws_dynamodb_resource_policy": "dynamodb:PutResourcePolicy",
    "aws_dynamodb_table": "dynamodb:CreateTable",
    "aws_dynamodb_table_replica": "dynamodb:CreateTableReplica",
    "aws_iam_policy": "iam:CreatePolicy",
    "aws_iam_role": "iam:CreateRole",
    "aws_iam_role_policy": "iam:PutRolePolicy",
    "aws_iam_role_policy_attachment": "iam:AttachRolePolicy",
    "aws_kms_alias": "kms:CreateAlias",
    "aws_kms_key": "kms:CreateKey",
    "aws_kms_replica_key": "kms:ReplicateKey",
    "aws_lambda_alias": "lambda:CreateAlias",
    "aws_lambda_function": "lambda:CreateFunction",
    "aws_lambda_function_event_invoke_config": "lambda:PutFunctionEventInvokeConfig",
    "aws_lambda_permission": "lambda:AddPermission",
    "aws_lambda_provisioned_concurrency_config": "lambda:PutProvisionedConcurrencyConfig",
    "aws_route53_health_check": "route53:CreateHealthCheck",
    "aws_route53_record": "route53:ChangeResourceRecordSets",
    "aws_s3_bucket": "s3:CreateBucket",
    "aws_s3_bucket_lifecycle_configuration": "s3:PutLifecycleConfiguration",
    "aws_s3_bucket_ownership_controls": "s3:PutBucketOwnershipControls",
    "aws_s3_bucket_policy": "s3:PutBucketPolicy",
    "aws_s3_bucket_public_access_block": "s3:PutBucketPublicAccessBlock",
    "aws_s3_bucket_server_side_encryption_configuration": "s3:PutEncryptionConfiguration",
    "aws_s3_bucket_versioning": "s3:PutBucketVersioning",
    "aws_sfn_state_machine": "states:CreateStateMachine",
    "aws_sns_topic": "sns:CreateTopic",
    "aws_sns_topic_policy": "sns:SetTopicAttributes",
    "aws_sns_topic_subscription": "sns:Subscribe",
    "aws_sqs_queue": "sqs:CreateQueue",
    "aws_sqs_queue_policy": "sqs:SetQueueAttributes",
    "aws_wafv2_web_acl": "wafv2:CreateWebACL",
    "aws_wafv2_web_acl_association": "wafv2:AssociateWebACL",
    "aws_wafv2_web_acl_logging_configuration": "wafv2:PutLoggingConfiguration",
}
# Waits for something and makes nothing.
MAKES_NOTHING = {"aws_acm_certificate_validation"}


def kinds() -> set[str]:
    """Return every kind of resource that modules and environments consist of, but for the pipeline's own."""
    files = [*ROOT.glob("modules/**/*.tf"), *ROOT.glob("envs/*/*.tf")]
    ours = [file for file in files if not {"pipeline", "examples", "tests"} & set(file.parts)]
    return {kind for file in ours for kind in RESOURCE.findall(file.read_text())} - MAKES_NOTHING


def action_of(kind: str) -> str:
    """Return what makes a kind, "" when this table does not know it."""
    family = next((name for name in MADE_BY if name.endswith("_") and kind.startswith(name)), kind)
    return MADE_BY.get(family, "")


def allowed() -> set[str]:
    """Return all that the role may do."""
    statements = yaml.safe_load(DEPLOY.read_text())
    return {action for one in statements if one["Effect"] == "Allow" for action in one["Action"]}


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_kind_of_resource_can_be_made_by_a_release(kind: str) -> None:
    assert action_of(kind), f"say in MADE_BY which permission makes {kind}"
    assert action_of(kind) in allowed()


def test_the_table_names_nothing_that_is_not_there() -> None:
    found = kinds()
    assert [name for name in MADE_BY if not any(one == name or one.startswith(name) for one in found)] == []
