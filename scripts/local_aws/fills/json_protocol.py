"""AWS's JSON 1.1 protocol: the operation's name in a header, the request and the answer as JSON documents.

Contract: the Smithy specification, "AWS JSON 1.1 protocol". Requests are checked by botocore's model of
the service.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from local_aws.asgi import Call, Receive, Scope, Send, call_of, header, read_body, send_aws_error, send_json
from local_aws.fills.service_models import service_model, validation_message

Operation = Callable[[Call, dict[str, Any]], dict[str, Any]]

_CONTENT_TYPE = "application/x-amz-json-1.1"


class RefusedError(Exception):
    """What a service refuses: `code` is the exception's name in the API model."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


async def answer(
    service: str,
    operations: Mapping[str, Operation],
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    authorize: Callable[[str, dict[str, Any]], None] = lambda _name, _request: None,
) -> None:
    """Answer one call of a service, whose operations and `authorize` may raise RefusedError."""
    name = header(scope, "x-amz-target").rpartition(".")[2]
    body = await read_body(receive)
    operation = operations.get(name)
    if operation is None:
        await send_aws_error(send, "UnknownOperationException", f"Unknown operation: {name}")
        return
    try:
        request = json.loads(body or b"{}")
        _check_model(service, name, request)
        authorize(name, request)
        await send_json(send, operation(call_of(scope), request), content_type=_CONTENT_TYPE)
    except json.JSONDecodeError as error:
        await send_aws_error(send, "SerializationException", str(error))
    except RefusedError as error:
        await send_aws_error(send, error.code, error.message)


def _check_model(service: str, operation: str, request: object) -> None:
    shape = service_model(service).operation_model(operation).input_shape
    if problem := validation_message(shape, request):
        raise RefusedError("ValidationException", problem)
