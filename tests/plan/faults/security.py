"""Faults of data protection."""

from __future__ import annotations

from tests.plan.faults.fault import at, every, fault

FUNCTION = "modules/lambda-function"
VAULT = "modules/backup/modules/vault"
EVERYTHING = (
    'jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", '
    'Action = "dynamodb:*", Resource = "*" }] })'
)
ANYONE = (
    'jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", '
    'Action = "kms:Decrypt", Resource = "*" }] })'
)


def of(kind: str, name: str, arguments: str) -> str:
    return f'resource "{kind}" "{name}" {{\n{arguments}\n}}\n'


FAULTS = (
    fault(
        "security-encryption",
        "logs without a key of the customer",
        FUNCTION,
        of("aws_cloudwatch_log_group", "function", " kms_key_id = null"),
        every("aws_cloudwatch_log_group", lambda one: one.name == "function"),
    ),
    fault(
        "security-encryption",
        "tables encrypted by AWS's own key",
        "modules/dynamodb-ha",
        of("aws_dynamodb_table", "this", " server_side_encryption {\n enabled = false\n }"),
        every("aws_dynamodb_table"),
        group=2,
    ),
    fault(
        "security-encryption",
        "a queue with the key of the service",
        FUNCTION,
        of("aws_sqs_queue", "failed_events", ' kms_master_key_id = "alias/aws/sqs"'),
        every("aws_sqs_queue", lambda one: one.name == "failed_events"),
        group=3,
    ),
    fault(
        "security-key-rotation",
        "keys that never change",
        VAULT,
        of("aws_kms_key", "vault", " enable_key_rotation = false"),
        at("aws_kms_key.vault", "primary"),
    ),
    fault(
        "security-key-deletion",
        "keys that are gone in a week",
        VAULT,
        of("aws_kms_key", "vault", " deletion_window_in_days = 7"),
        at("aws_kms_key.vault", "primary"),
    ),
    fault(
        "security-least-privilege",
        "functions that may do everything to every table",
        FUNCTION,
        of("aws_iam_role_policy", "function", f" policy = {EVERYTHING}"),
        every("aws_iam_role_policy", lambda one: one.name == "function"),
    ),
    fault(
        "security-least-privilege",
        "the original template's full access",
        "modules/api",
        of(
            "aws_iam_role_policy_attachment",
            "logs",
            ' policy_arn = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"',
        ),
        every("aws_iam_role_policy_attachment"),
    ),
    fault(
        "security-public-access",
        "a key for everyone",
        VAULT,
        of("aws_kms_key", "vault", f" policy = {ANYONE}"),
        at("aws_kms_key.vault", "primary"),
    ),
    fault(
        "security-public-access",
        "a function that any API may invoke",
        "modules/api",
        of("aws_lambda_permission", "integration", " source_arn = null"),
        at("aws_lambda_permission.integration"),
    ),
    fault(
        "security-approved-regions",
        "a topic in a region that nobody approved",
        "envs/primary",
        'provider "aws" {\n alias  = "elsewhere"\n region = "eu-west-1"\n}\n\n'
        'resource "aws_kms_key" "elsewhere" {\n provider = aws.elsewhere\n enable_key_rotation = true\n}\n',
        lambda _system: {("primary", "aws_kms_key.elsewhere")},
        is_override=False,
    ),
)
