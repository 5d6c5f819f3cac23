"""The REST JSON protocol from the server's side, driven by a service's API model.

Source: botocore's RestJSONSerializer and RestJSONParser, which this mirrors, and the Smithy
specification "AWS restJson1". Requests become dicts by the members' names, with timestamps as epoch
seconds; answers are cut down to the members that the model knows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from local_aws.backup.errors import BackupError, invalid_value, missing_value
from local_aws.fills.service_models import validation_message

Answer = tuple[int, dict[str, str], bytes]
Request = dict[str, Any]

_LABEL = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Caller:
    """Who calls and where."""

    account_id: str
    region: str
    principal_arn: str


Handler = Callable[[Caller, Request], Mapping[str, Any] | None]


@dataclass(frozen=True)
class HttpCall:
    """One HTTP request: its path is decoded, `query` holds each parameter's value or values."""

    method: str
    path: str
    query: Mapping[str, Any]
    body: bytes


@dataclass(frozen=True)
class _Route:
    method: str
    path: re.Pattern[str]
    labels: tuple[str, ...]
    fixed: int
    """How many characters of the path are not labels: the more there are, the closer the match."""
    operation: Any

    def values(self, method: str, path: str) -> dict[str, str] | None:
        match = self.path.fullmatch(path.rstrip("/")) if method == self.method else None
        return dict(zip(self.labels, map(unquote, match.groups()), strict=True)) if match else None


class RestJson:
    """Answers the calls of one service with a handler for each operation.

    `model` is its botocore ServiceModel. Operations without a handler are not answered.
    """

    def __init__(self, model: Any, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers
        routes = [_route(model.operation_model(name)) for name in model.operation_names]
        self._routes = sorted(routes, key=lambda route: -route.fixed)

    def answer(self, caller: Caller, call: HttpCall) -> Answer | None:
        """The answer to a call, or None when it is for no operation that has a handler."""
        for route in self._routes:
            labels = route.values(call.method, call.path)
            if labels is not None:
                return self._run(caller, call, route.operation, labels)
        return None

    def _run(
        self, caller: Caller, call: HttpCall, operation: Any, labels: Mapping[str, str]
    ) -> Answer | None:
        handler = self._handlers.get(operation.name)
        if handler is None:
            return None
        try:
            request = _read_request(operation.input_shape, labels, call.query, call.body)
            result = handler(caller, request)
        except BackupError as error:
            return _refusal(error)
        written = write(operation.output_shape, result or {}) if operation.output_shape else None
        content = b"" if written is None else json.dumps(written).encode()
        return operation.http.get("responseCode") or 200, {"Content-Type": "application/json"}, content


def _route(operation: Any) -> _Route:
    uri: str = operation.http["requestUri"].partition("?")[0].rstrip("/")
    parts = _LABEL.split(uri)
    pattern = "".join("(.+)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
    return _Route(
        method=operation.http["method"],
        path=re.compile(pattern),
        labels=tuple(parts[1::2]),
        fixed=sum(map(len, parts[::2])),
        operation=operation,
    )


def _refusal(error: BackupError) -> Answer:
    body = {"Code": error.code, "Message": error.message, "__type": error.code}
    headers = {"Content-Type": "application/json", "x-amzn-errortype": error.code}
    return error.status, headers, json.dumps(body).encode()


def _read_request(shape: Any, labels: Mapping[str, str], query: Mapping[str, Any], body: bytes) -> Request:
    if shape is None:
        return {}
    try:
        document = json.loads(body) if body else {}
    except ValueError as error:
        raise BackupError("SerializationException", str(error)) from error
    request = dict(_members(shape, labels, query, document))
    if message := validation_message(shape, request):
        wrong = missing_value if "must not be null" in message else invalid_value
        raise wrong(message)
    return request


def _members(
    shape: Any, labels: Mapping[str, str], query: Mapping[str, Any], document: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    for name, member in shape.members.items():
        place = member.serialization.get("location")
        wire = member.serialization.get("name", name)
        if place == "uri":
            yield name, labels[wire]
        elif place == "querystring" and wire in query:
            yield name, _query_value(member, query[wire])
        elif place is None and document.get(wire) not in (None, ""):
            # The AWS provider sends empty strings for what is not set, and AWS takes them as such.
            yield name, document[wire]


def _query_value(shape: Any, value: Any) -> Any:
    text = str(value[0] if isinstance(value, list) else value)
    try:
        match shape.type_name:
            case "timestamp":
                return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
            case "integer" | "long":
                return int(text)
            case "boolean":
                return text.lower() == "true"
    except ValueError as error:
        raise invalid_value(f"{text} is not a {shape.type_name}") from error
    return text


def write(shape: Any, value: Any) -> Any:
    """The value as the shape has it on the wire: unknown members and members that are None left out."""
    match shape.type_name:
        case "structure":
            return {
                member.serialization.get("name", name): write(member, value[name])
                for name, member in shape.members.items()
                if value.get(name) is not None
            }
        case "list":
            return [write(shape.member, item) for item in value]
        case "map":
            return {key: write(shape.value, item) for key, item in value.items()}
        case "timestamp":
            return round(float(value), 3)
        case _:
            return value
