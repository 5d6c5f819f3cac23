"""The few ASGI types and helpers that the server and its fills share."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_CALL = "local_aws.call"


@dataclass(frozen=True)
class Call:
    """For whom and where a request acts.

    `service` is the SigV4 service name of a signed AWS API call, and empty for a call of the data plane.
    `through` is the region at whose own address the request came in, if it did. `domain` and
    `domain_path` are the custom domain and the path as the client sent it, base path included.
    """

    account_id: str
    region: str
    service: str = ""
    through: str | None = None
    domain: str = ""
    domain_path: str = ""

    @property
    def touches(self) -> tuple[str, ...]:
        """The regions that must be up for the call to be answered."""
        return (self.region,) if self.through in {None, self.region} else (self.region, self.through or "")


def call_of(scope: Scope) -> Call:
    """The call that the server resolved for this request, before any fill sees it."""
    call: Call = scope[_CALL]
    return call


def with_call(scope: Scope, call: Call) -> Scope:
    """A copy of the scope that `call_of` reads `call` from."""
    return {**scope, _CALL: call}


def header(scope: Scope, name: str) -> str:
    """The first header of that name (any case), or an empty string."""
    wanted = name.lower().encode()
    return next((value.decode("latin-1") for key, value in scope["headers"] if key.lower() == wanted), "")


async def read_body(receive: Receive) -> bytes:
    """The whole body of a request."""
    chunks: list[bytes] = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


async def send_json(
    send: Send,
    payload: object,
    status: int = 200,
    *,
    content_type: str = "application/json",
    headers: Iterable[tuple[str, str]] = (),
) -> None:
    """Answer with a JSON document."""
    body = json.dumps(payload).encode()
    pairs = [("content-type", content_type), ("content-length", str(len(body))), *headers]
    encoded = [(key.encode("latin-1"), value.encode("latin-1")) for key, value in pairs]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


async def send_aws_error(
    send: Send,
    code: str,
    message: str,
    status: int = 400,
    *,
    content_type: str = "application/x-amz-json-1.1",
) -> None:
    """Answer with an error as the AWS JSON protocols write it: `x-amzn-errortype` and `__type`."""
    await send_json(
        send,
        {"__type": code, "message": message, "Message": message},
        status,
        content_type=content_type,
        headers=[("x-amzn-errortype", code)],
    )


def replay(body: bytes) -> Receive:
    """A `receive` that gives a body that was read already, for handing a request on."""
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def rewrite_response(send: Send, rewrite: Callable[[int, bytes], bytes]) -> Send:
    """A `send` that passes the whole body through `rewrite(status, body)` and corrects content-length."""
    start: Message = {}
    chunks: list[bytes] = []

    async def collect(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
            return
        if message["type"] != "http.response.body":
            await send(message)
            return
        chunks.append(message.get("body", b""))
        if message.get("more_body"):
            return
        body = rewrite(start["status"], b"".join(chunks))
        kept = [(key, value) for key, value in start["headers"] if key.lower() != b"content-length"]
        await send({**start, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    return collect
