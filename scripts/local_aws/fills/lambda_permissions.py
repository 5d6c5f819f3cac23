"""What Lambda does with a function's role: it logs and passes failed events on only if the role may.

Contract: "Lambda execution role" and "Capturing records of Lambda asynchronous invocations" in the
developer guide. A role that may not write the log leaves none, and one that may not send to the queue
loses the event. An encrypted queue also takes kms:GenerateDataKey and kms:Decrypt. It matters only when
IAM is enforced.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import kms, lambda_svc, sqs

from local_aws.fills import Fill
from local_aws.fills.patching import wrap
from local_aws.fills.permissions import REQUIRES, role_may
from local_aws.settings import Settings


def _emit_logs(original: Callable[..., None], record: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
    config = record.get("config") or record
    group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
    region, account = config["FunctionArn"].split(":")[3:5]
    stream = f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:any"
    role = config.get("Role", "")
    if all(role_may(role, f"logs:{action}", stream) for action in ("CreateLogStream", "PutLogEvents")):
        original(record, *args, **kwargs)


def may_send(role: str, queue_arn: str) -> bool:
    """Whether a function's role may send to a queue, and use the queue's key."""
    if not role_may(role, "sqs:SendMessage", queue_arn):
        return False
    queue = sqs._queue_by_arn(queue_arn) or {}
    key = kms._resolve_key((queue.get("attributes") or {}).get("KmsMasterKeyId", ""))
    if not key:
        return True
    via = f"sqs.{queue_arn.split(':')[3]}.amazonaws.com"
    actions = ("kms:GenerateDataKey", "kms:Decrypt")
    return all(role_may(role, action, key["Arn"], kms__ViaService=via) for action in actions)


def _install(_settings: Settings) -> None:
    wrap(lambda_svc, "_emit_lambda_logs", _emit_logs)


FILL = Fill(
    name="lambda_permissions",
    requires=(
        *REQUIRES,
        "ministack.services.kms._resolve_key",
        "ministack.services.lambda_svc._emit_lambda_logs",
        "ministack.services.sqs._queue_by_arn",
    ),
    install=_install,
)
