"""Sending events to their functions once more: taken out of the queue only once Lambda has taken them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.queues.queue import Held


@dataclass(frozen=True)
class Redriven:
    """How many events were sent again, and of how many nobody knows to whom."""

    sent: int
    unknown: int


@dataclass(frozen=True)
class Redriver:
    """Invokes functions asynchronously, as their events came; `usual` is for events that name none."""

    functions: Any
    usual: str | None

    def redrive(self, held: Sequence[Held], delete: Callable[[Sequence[Held]], None]) -> Redriven:
        """Send each event and `delete` it at once, so that a repetition after a failure sends none twice.

        Raises HaError when Lambda does not take one; that one and those after it stay in the queue.
        """
        sent = 0
        for one in held:
            if not (function := one.event.function_arn or self.usual):
                continue
            with aws_errors_as(
                f"{function} could not be given an event; {sent} of {len(held)} were sent.",
                "Check your right to invoke it and whether the region is up, then run it again.",
            ):
                self.functions.invoke(
                    FunctionName=function,
                    InvocationType="Event",
                    Payload=json.dumps(one.event.payload).encode(),
                )
            delete([one])
            sent += 1
        return Redriven(sent, len(held) - sent)
