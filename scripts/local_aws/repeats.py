"""A call that an SDK sends again, because its answer got lost on the way, gets that answer.

On a machine with more to do than it can, about one answer in some thousands never reaches the client,
whose SDK then repeats the call. What creates something would conflict with itself ("already exists").
AWS's own endpoints hardly ever lose an answer, so this keeps a busy laptop from failing where AWS would not.

Only successful answers that were sent whole are kept: an error is answered anew, and an answer that a
fault withholds (a region cut off, a service whose answers are lost) was never sent, so such a call is
done again as on AWS.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from local_aws.asgi import App, Message, Receive, Scope, Send, call_of, header, read_body
from local_aws.faults import Faults

KEPT_SECONDS = 60.0
MOST_KEPT = 1000
LARGEST_BYTES = 65_536
_INVOCATION, _ATTEMPT = "amz-sdk-invocation-id", "amz-sdk-request"


@dataclass
class _Answer:
    """The messages of one answer, and when it was complete."""

    messages: list[Message] = field(default_factory=list)
    size: int = 0
    complete_at: float | None = None

    def take(self, message: Message, now: float) -> None:
        """Note a message that was sent."""
        self.messages.append(message)
        self.size += len(message.get("body", b""))
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.complete_at = now

    @property
    def worth_keeping(self) -> bool:
        """Whether it is a whole, successful and not too large answer."""
        status = self.messages[0].get("status", 0) if self.messages else 0
        return self.complete_at is not None and 200 <= status < 300 and self.size <= LARGEST_BYTES


class Repeats:
    """The app, answering a repeated call from the answer that was sent before."""

    def __init__(self, app: App, faults: Faults, clock: Callable[[], float] = time.monotonic) -> None:
        self._app, self._faults, self._clock = app, faults, clock
        self._sent: OrderedDict[str, _Answer] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or repeat its answer."""
        invocation = header(scope, _INVOCATION)
        if not invocation or not call_of(scope).service:
            await self._app(scope, receive, send)
            return
        cut_off = self._faults.cut(call_of(scope).touches) is not None
        if not cut_off and _is_repeated(scope) and (known := self._known(invocation)):
            await read_body(receive)
            for message in known.messages:
                await send(message)
            return
        answer = _Answer()

        async def note(message: Message) -> None:
            await send(message)
            answer.take(message, self._clock())

        await self._app(scope, receive, note)
        if answer.worth_keeping:
            self._keep(invocation, answer)

    def _known(self, invocation: str) -> _Answer | None:
        answer = self._sent.get(invocation)
        if answer is None or self._clock() - (answer.complete_at or 0) > KEPT_SECONDS:
            return None
        return answer

    def _keep(self, invocation: str, answer: _Answer) -> None:
        self._sent[invocation] = answer
        while len(self._sent) > MOST_KEPT:
            self._sent.popitem(last=False)


def _is_repeated(scope: Scope) -> bool:
    """Whether an SDK says that this is not its first attempt ("attempt=2; max=3")."""
    return header(scope, _ATTEMPT).partition(";")[0].strip() not in {"", "attempt=1"}
