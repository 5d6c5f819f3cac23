"""AWS Backup for DynamoDB, in place of MiniStack's records.

Contract: the AWS Backup API Reference (botocore's model "backup", 2018-11-15); the modules of
`local_aws.backup` say which part of it each follows. Operations that it lacks, such as legal holds and
report plans, are MiniStack's: empty lists.

Two calls of the control API do at once what schedules do at their time:
POST /_local/backup/{region}/plans/{plan id}/rules/{rule name}/run → {"backup_job_ids": […]} and
POST /_local/backup/{region}/restore-testing-plans/{plan name}/run → {"restore_job_ids": […]}.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import backup

from local_aws.asgi import Receive, Scope, Send, send_json
from local_aws.backup.core import Core
from local_aws.backup.errors import BackupError
from local_aws.backup.rest_json import Answer, HttpCall
from local_aws.backup.service import Backup
from local_aws.backup.surroundings import MANAGED_KEY_ALIAS, caller_of
from local_aws.backup.timing import Timing
from local_aws.context import Context
from local_aws.fills import Fill, Tick
from local_aws.fills.patching import wrap
from local_aws.settings import ACCOUNT_ID, Settings

_TICK_SECONDS = 0.1
_RUN_RULE = re.compile(r"/_local/backup/(?P<region>[^/]+)/plans/(?P<plan>[^/]+)/rules/(?P<rule>[^/]+)/run")
_RUN_TEST = re.compile(r"/_local/backup/(?P<region>[^/]+)/restore-testing-plans/(?P<plan>[^/]+)/run")

_BACKUP = Backup(Core(time.time, Timing.from_environment()))


async def _handle(original: Callable[..., Any], *request: Any) -> Answer:
    method, path, headers, body, query = request
    caller = caller_of(get_account_id(), get_region(), headers, query)
    answer = _BACKUP.answer(caller, HttpCall(method, path, query, body))
    if answer is None:
        answer = await original(*request)
    return answer


def _install(_settings: Settings) -> None:
    wrap(backup, "handle_request", _handle)


def _create_managed_keys(context: Context) -> None:
    """Make the key that encrypts a vault for which no key is given."""
    for region in context.settings.regions:
        kms = context.client("kms", region)
        description = "Default key that protects my Backup data when no other key is defined"
        key = kms.create_key(Description=description)["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=MANAGED_KEY_ALIAS, TargetKeyId=key)


async def _control(scope: Scope, _receive: Receive, send: Send) -> None:
    path = scope["path"] if scope["method"] == "POST" else ""
    try:
        if rule := _RUN_RULE.fullmatch(path):
            jobs = _BACKUP.start_rule(ACCOUNT_ID, rule["region"], rule["plan"], rule["rule"])
            await send_json(send, {"backup_job_ids": [job.id for job in jobs]})
        elif test := _RUN_TEST.fullmatch(path):
            jobs = _BACKUP.start_test(ACCOUNT_ID, test["region"], test["plan"])
            await send_json(send, {"restore_job_ids": [job.id for job in jobs]})
        else:
            message = f"no {scope['method']} {scope['path']}"
            await send_json(send, {"message": message}, HTTPStatus.NOT_FOUND)
    except BackupError as error:
        await send_json(send, {"message": error.message}, HTTPStatus.NOT_FOUND)


async def _tick(context: Context) -> None:
    _BACKUP.runner.tick(context.faults.is_up)


FILL = Fill(
    name="backup",
    requires=(
        "ministack.services.backup.handle_request",
        "ministack.core.iam_evaluator._gather_role_policies",
        "ministack.core.iam_evaluator.evaluate",
        "ministack.core.iam_evaluator.evaluate_resource_policy",
        "ministack.core.iam_evaluator.request_caller_arn",
        "ministack.services.dynamodb._delete_table",
        "ministack.services.dynamodb._tables",
        "ministack.services.dynamodb._tags",
        "ministack.services.eventbridge._cron_next_fire",
        "ministack.services.eventbridge._parse_cron_fields",
        "ministack.services.eventbridge._put_events",
        "ministack.services.iam._roles",
        "ministack.services.kms._resolve_key",
        "ministack.services.sns.publish_internal",
        "ministack.services.sns.topic_policy_allows",
    ),
    install=_install,
    on_start=_create_managed_keys,
    control={"backup": _control},
    ticks=(Tick(_TICK_SECONDS, _tick),),
)
