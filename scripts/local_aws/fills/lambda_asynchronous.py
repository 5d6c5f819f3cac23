"""Asynchronous invocations: retries, destinations and dead-letter queues of the qualifier that was invoked.

Contract: "Asynchronous invocation" in the Lambda developer guide. An event that fails is tried again
(twice unless configured), one that is throttled until it is too old. What failed for good goes to the
OnFailure destination, with the record of the invocation, and to the dead-letter queue, as it came, with
the error in attributes; what succeeded goes to the OnSuccess destination. Each alias and version has a
configuration of its own. EventBridge and SNS invoke asynchronously. AWS waits a minute and then two
between attempts; here it is seconds (MiniStack's LAMBDA_ASYNC_RETRY_BASE_SECONDS, 1).
"""

from __future__ import annotations

import contextvars
import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import eventbridge, lambda_svc, sns, sqs

from local_aws.fills import Fill
from local_aws.fills.lambda_permissions import may_send
from local_aws.fills.patching import wrap
from local_aws.settings import Settings

logger = logging.getLogger("local_aws")

_DEFAULT_RETRIES = 2
_DEFAULT_AGE_SECONDS = 21_600
_ERROR_MESSAGE_LIMIT = 1024


@dataclass(frozen=True)
class _Event:
    """An event on its way: the function's record for it, and how its qualifier treats failures."""

    record: Mapping[str, Any]
    payload: Any
    settings: Mapping[str, Any]
    request_id: str
    received: float

    @property
    def config(self) -> Mapping[str, Any]:
        config: Mapping[str, Any] = self.record["config"]
        return config

    def destination(self, outcome: str) -> str:
        """The ARN for "OnSuccess" or "OnFailure"; empty when there is none."""
        configured = (self.settings.get("DestinationConfig") or {}).get(outcome) or {}
        return str(configured.get("Destination", ""))

    def too_old_after(self, seconds: float) -> bool:
        age = self.settings.get("MaximumEventAgeInSeconds", _DEFAULT_AGE_SECONDS)
        return time.time() + seconds - self.received > float(age)


def _invoke(_original: Callable[..., None], record: Mapping[str, Any], payload: Any) -> None:
    """Take an event; what becomes of it is not the caller's concern any more."""
    if "config" not in record:
        record = {"config": record}
    event = _Event(record, payload, _settings(record["config"]), str(uuid.uuid4()), time.time())
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(_process, event), daemon=True, name="lambda-event").start()


def _settings(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event invoke configuration of the qualifier that the configuration's ARN names."""
    region, account = config["FunctionArn"].split(":")[3:5]
    qualifier = ":".join(config["FunctionArn"].split(":")[7:])
    with request_scope(account, region):
        function = lambda_svc._functions.get(config["FunctionName"]) or {}
    found: Mapping[str, Any] = lambda_svc._event_invoke_config(function, qualifier or None) or {}
    return found


def _process(event: _Event) -> None:
    attempts, throttled = 0, 0
    retries = int(event.settings.get("MaximumRetryAttempts", _DEFAULT_RETRIES))
    while True:
        result = lambda_svc._execute_function_with_config_scope(event.record, event.payload)
        throttle = bool(result.get("throttle"))
        throttled, attempts = (throttled + 1, attempts) if throttle else (0, attempts + 1)
        if not result.get("error"):
            _finish(event, "Success", attempts, result)
            return
        wait = _wait_after(throttled or attempts)
        if event.too_old_after(wait):
            _finish(event, "EventAgeExceeded", attempts, result)
            return
        if not throttle and attempts > retries:
            _finish(event, "RetriesExhausted", attempts, result)
            return
        time.sleep(wait)


def _wait_after(failures: int) -> float:
    """Seconds to wait before the next attempt."""
    base: float = lambda_svc._LAMBDA_ASYNC_RETRY_BASE_SECONDS
    longest: float = lambda_svc._LAMBDA_ASYNC_RETRY_MAX_SECONDS
    return min(base * float(2 ** (failures - 1)), longest)


def _finish(event: _Event, condition: str, attempts: int, result: Mapping[str, Any]) -> None:
    succeeded = condition == "Success"
    destination = event.destination("OnSuccess" if succeeded else "OnFailure")
    if destination:
        _deliver(event, destination, json.dumps(_invocation_record(event, condition, attempts, result)))
    queue = (event.config.get("DeadLetterConfig") or {}).get("TargetArn")
    if queue and not succeeded:
        message = str((result.get("body") or {}).get("errorMessage", ""))[:_ERROR_MESSAGE_LIMIT]
        attributes = {
            "RequestID": {"DataType": "String", "StringValue": event.request_id},
            "ErrorCode": {"DataType": "Number", "StringValue": "429" if result.get("throttle") else "200"},
            "ErrorMessage": {"DataType": "String", "StringValue": message or "Unknown"},
        }
        _deliver(event, queue, json.dumps(event.payload), attributes)


def _invocation_record(
    event: _Event, condition: str, attempts: int, result: Mapping[str, Any]
) -> dict[str, Any]:
    version = event.config.get("Version", "$LATEST")
    arn = event.config["FunctionArn"]
    qualified = arn if arn.count(":") > 6 else f"{arn}:{version}"
    answer: dict[str, Any] = {"statusCode": 200, "executedVersion": version}
    if condition != "Success":
        answer["functionError"] = "Unhandled"
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": qualified,
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": event.payload,
        "responseContext": answer,
        "responsePayload": result.get("body"),
    }


def _deliver(event: _Event, target: str, body: str, attributes: Mapping[str, Any] | None = None) -> None:
    """Send to a queue, topic, bus or function; what cannot be delivered is lost, as on AWS."""
    service, region, account = target.split(":")[2:5]
    role = event.config.get("Role", "")
    with request_scope(account, region):
        if service == "sqs" and not may_send(role, target):
            logger.warning("%s may not send to %s", role, target)
        elif service == "sqs":
            _send_to_queue(target, body, attributes or {})
        elif service == "sns":
            sns._fanout(target, str(uuid.uuid4()), body, "", "", dict(attributes or {}))
        elif service == "lambda":
            record, config, _name = lambda_svc._get_func_record_for_ref(target)
            if record:
                lambda_svc.invoke_async_with_retry({**record, "config": config}, json.loads(body))
        elif service == "events":
            _send_to_bus(event, target, body)
        else:
            logger.warning("events of %s cannot be sent to %s", event.config["FunctionName"], target)


def _send_to_queue(arn: str, body: str, attributes: Mapping[str, Any]) -> None:
    region, account, name = arn.split(":")[3:6]
    url = sqs._queue_name_to_url.get_scoped(account, region, name)
    if url is None:
        logger.warning("there is no queue %s for failed events", arn)
        return
    sqs._act_send_message({"QueueUrl": url, "MessageBody": body, "MessageAttributes": attributes}, url)


def _send_to_bus(event: _Event, bus: str, body: str) -> None:
    kind = "Success" if json.loads(body)["requestContext"]["condition"] == "Success" else "Failure"
    entry = {
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {kind}",
        "Resources": [event.config["FunctionArn"]],
        "Detail": body,
        "EventBusName": bus,
    }
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)


def _from_event_bridge(_original: Callable[..., None], arn: str, payload: str) -> None:
    record, config, _name = lambda_svc._get_func_record_for_ref(arn)
    if record:
        lambda_svc.invoke_async_with_retry({**record, "config": config}, json.loads(payload))


def _from_sns(
    _original: Callable[..., None], arn: str, envelope: str, _topic: str, subscription: str, *_: Any
) -> None:
    record, config, _name = lambda_svc._get_func_record_for_ref(arn)
    if record:
        notification = {
            "EventVersion": "1.0",
            "EventSubscriptionArn": subscription,
            "EventSource": "aws:sns",
            "Sns": json.loads(envelope),
        }
        lambda_svc.invoke_async_with_retry({**record, "config": config}, {"Records": [notification]})


def _install(_settings: Settings) -> None:
    wrap(lambda_svc, "invoke_async_with_retry", _invoke)
    wrap(eventbridge, "_dispatch_to_lambda", _from_event_bridge)
    wrap(sns, "_deliver_to_lambda", _from_sns)


FILL = Fill(
    name="lambda_asynchronous",
    requires=(
        *(
            f"ministack.services.lambda_svc.{name}"
            for name in (
                "_LAMBDA_ASYNC_RETRY_BASE_SECONDS",
                "_LAMBDA_ASYNC_RETRY_MAX_SECONDS",
                "_event_invoke_config",
                "_execute_function_with_config_scope",
                "_functions",
                "_get_func_record_for_ref",
                "invoke_async_with_retry",
            )
        ),
        "ministack.services.eventbridge._dispatch_to_lambda",
        "ministack.services.eventbridge._put_events",
        "ministack.services.sns._deliver_to_lambda",
        "ministack.services.sns._fanout",
        "ministack.services.sqs._act_send_message",
        "ministack.services.sqs._queue_name_to_url",
    ),
    install=_install,
)
