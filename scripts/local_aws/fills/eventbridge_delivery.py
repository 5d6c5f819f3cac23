"""What EventBridge does with an event that it may not, or cannot, give to a function: the dead-letter queue.

Contract: EventBridge user guide, "Using dead-letter queues" and "Permissions for EventBridge". A rule invokes
a function only if the function's policy lets events.amazonaws.com do so for the rule's ARN. An error that a
retry cannot mend (no function, no permission) sends the event to the target's queue at once, as it came, with
the rule, the target and the error as attributes, if the queue's policy lets the rule send. Without a queue
the event is lost. Permissions matter only when IAM is enforced.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import eventbridge, lambda_svc, sqs

from local_aws.fills import Fill
from local_aws.fills.patching import wrap
from local_aws.fills.permissions import REQUIRES, service_may
from local_aws.settings import Settings

logger = logging.getLogger("local_aws")

_PRINCIPAL = "events.amazonaws.com"


def _invoke(
    original: Callable[..., None],
    target: Mapping[str, Any],
    event: Mapping[str, Any],
    rule: Mapping[str, Any],
    view: Any = None,
) -> None:
    arn = str(target.get("Arn", ""))
    objection = _objection(arn, rule["Arn"]) if arn.split(":")[2:3] == ["lambda"] else None
    if objection is None:
        original(target, event, rule, view)
        return
    code, message = objection
    logger.warning("rule %s: %s was not invoked: %s", rule.get("Name"), arn, message)
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    if queue:
        payload = json.dumps((view or eventbridge._pattern_event_view(event)).event_with_detail())
        told = {"RULE_ARN": rule["Arn"], "TARGET_ARN": arn, "ERROR_CODE": code, "ERROR_MESSAGE": message}
        _bury(str(queue), rule["Arn"], payload, told)


def _objection(function: str, rule_arn: str) -> tuple[str, str] | None:
    """Why the rule cannot invoke the function: the code and words of the error."""
    record, _config, _name = lambda_svc._get_func_record_for_ref(function)
    if record is None:
        return "NO_RESOURCE", f"Lambda function {function} does not exist"
    context = {"aws:SourceArn": rule_arn, "aws:SourceAccount": get_account_id()}
    if not service_may(_PRINCIPAL, "lambda:InvokeFunction", function, **context):
        return "NO_PERMISSIONS", f"{_PRINCIPAL} is not authorized to perform: lambda:InvokeFunction"
    return None


def _bury(queue_arn: str, rule_arn: str, payload: str, told: Mapping[str, str]) -> None:
    region, account, name = queue_arn.split(":")[3:6]
    url = sqs._queue_name_to_url.get_scoped(account, region, name)
    if url is None or not service_may(
        _PRINCIPAL, "sqs:SendMessage", queue_arn, **{"aws:SourceArn": rule_arn}
    ):
        logger.warning("rule %s may not send to %s", rule_arn, queue_arn)
        return
    attributes = {key: {"DataType": "String", "StringValue": value} for key, value in told.items()}
    message = {"QueueUrl": url, "MessageBody": payload, "MessageAttributes": attributes}
    sqs._act_send_message(message, url)


def _install(_settings: Settings) -> None:
    wrap(eventbridge, "_invoke_target", _invoke)


FILL = Fill(
    name="eventbridge_delivery",
    requires=(
        "ministack.services.eventbridge._invoke_target",
        "ministack.services.eventbridge._pattern_event_view",
        "ministack.services.lambda_svc._get_func_record_for_ref",
        "ministack.services.sqs._act_send_message",
        "ministack.services.sqs._queue_name_to_url",
        *REQUIRES,
    ),
    install=_install,
)
