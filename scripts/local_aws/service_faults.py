"""Faults of one AWS service in one region: which calls meet one, and which.

A region that is cut off (local_aws.faults) fails for every caller. Here only the calls to one service
fail, and, with a share, only some of them.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ServiceMode(StrEnum):
    """How a service fails.

    throttle: the call is refused with the service's own throttling error. unavailable: 503 at once.
    reset: the connection is closed before the work is done. hang: nothing is done or answered until the
    caller gives up. lost: the work is done, and the connection is closed instead of the answer.
    """

    THROTTLE = "throttle"
    UNAVAILABLE = "unavailable"
    RESET = "reset"
    HANG = "hang"
    LOST = "lost"


THROTTLES = {
    "dynamodb": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
    "kms": "ThrottlingException",
}
"""Service → its throttling error, status 400, as botocore's service models name it."""


class FaultError(ValueError):
    """The fault cannot be had; the message says why."""


@dataclass(frozen=True)
class Fault:
    """One fault: the modes of which each failing call meets one, and the share of calls that fail."""

    modes: tuple[ServiceMode, ...]
    share: float = 1.0
    changed: asyncio.Event = field(default_factory=asyncio.Event, compare=False)

    @classmethod
    def parse(cls, service: str, document: Any) -> Fault | None:
        """Read {"mode": one, several or "up", "share": 0 to 1}; "up" is no fault. Raises FaultError."""
        given = document.get("mode") if isinstance(document, dict) else None
        names = [given] if isinstance(given, str) else given
        if names == ["up"]:
            return None
        known = ", ".join([*ServiceMode, "up"])
        if not isinstance(names, list) or not names or not set(names) <= {*map(str, ServiceMode)}:
            raise FaultError(f"a fault needs a mode, one or several of: {known}")
        if ServiceMode.THROTTLE in names and service not in THROTTLES:
            raise FaultError(f"throttle is known of {', '.join(sorted(THROTTLES))} only, not of {service}")
        share = document.get("share", 1.0)
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
            raise FaultError("the share of failing calls must be over 0 and at most 1")
        return cls(tuple(map(ServiceMode, names)), float(share))


class ServiceFaults:
    """The faults at present. It belongs to the server's event loop.

    `chance` decides which calls fail. Its seed is fixed, so that the same calls in the same order fail.
    """

    def __init__(self, chance: random.Random | None = None) -> None:
        self._faults: dict[tuple[str, str], Fault] = {}
        self._chance = chance or random.Random(0)  # noqa: S311 - chance, not cryptography

    def set(self, service: str, region: str, fault: Fault | None) -> None:
        """Put a fault in place of the one before; None heals. Who waits for a change is told."""
        before = self._faults.pop((service, region), None)
        if fault is not None:
            self._faults[service, region] = fault
        if before is not None:
            before.changed.set()

    def meet(self, service: str, region: str) -> tuple[ServiceMode, Fault] | None:
        """How this call fails, or None."""
        fault = self._faults.get((service, region))
        if fault is None or self._chance.random() >= fault.share:
            return None
        return self._chance.choice(fault.modes), fault

    def as_list(self) -> list[dict[str, object]]:
        """The faults as JSON types."""
        return [
            {"service": service, "region": region, "mode": _names(fault.modes), "share": fault.share}
            for (service, region), fault in sorted(self._faults.items())
        ]


def _names(modes: Iterable[ServiceMode]) -> list[str]:
    return [str(mode) for mode in modes]
