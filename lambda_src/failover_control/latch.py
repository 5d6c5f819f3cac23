"""The latch: once Route 53 has failed over by itself, the STOP switch keeps it there.

Without it Route 53 would lead clients back as soon as the primary region's checks are good again: into a
region that may still flap, and whose table lacks what was written in the DR region meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from common.clock import Clock, rfc3339
from failover_control.switch import Switch, SwitchChangedError, SwitchError, SwitchStore
from failover_control.whereabouts import Led

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

LATCH = "latch"
LOOKS_TO_ENGAGE = 2  # in a row: a single answer could be a stale one of a resolver


@dataclass(frozen=True, slots=True)
class Timing:
    """In seconds: between two looks, and from a change of the switch until DNS must have followed it."""

    look_every: float
    arm_after: float


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of a watch."""

    switch: Switch | None  # the last state that was read; None if none could be
    engaged_now: bool  # by this watch
    working: bool  # the switch could be read and, unless it is engaged, DNS said where it leads
    led: Led = Led.UNKNOWN  # where DNS led at the last look


class Latch:
    """Looks where DNS leads, and arms or engages the switch accordingly."""

    def __init__(
        self,
        store: SwitchStore,
        look: Callable[[], Led],
        timing: Timing,
        *,
        clock: Clock,
        sleep: Callable[[float], None],
        logger: Logger,
    ) -> None:
        self._store = store
        self._look = look
        self._timing = timing
        self._clock = clock
        self._sleep = sleep
        self._logger = logger

    def watch(self, seconds: float) -> Watched:
        """Look again and again for that long, or until the switch is engaged. Failed looks change nothing."""
        ends_at = self._clock.monotonic() + seconds
        last: Switch | None = None
        led = Led.UNKNOWN
        in_a_row, working = 0, False
        while True:
            try:
                last = self._store.read()
                if last.engaged:
                    return Watched(last, engaged_now=False, working=True, led=led)
                led = self._look()
                working = working or led is not Led.UNKNOWN
                in_a_row = in_a_row + 1 if led is Led.TO_DR else 0
                if led is Led.TO_PRIMARY and not last.armed and self._has_settled(last):
                    last = self._arm(last)
                elif last.armed and in_a_row >= LOOKS_TO_ENGAGE:
                    return Watched(self._engage(last), engaged_now=True, working=True, led=led)
            except SwitchChangedError:
                in_a_row = 0
            except SwitchError as error:
                self._logger.warning("the latch cannot use the switch", error=str(error))
            if self._clock.monotonic() + self._timing.look_every >= ends_at:
                return Watched(last, engaged_now=False, working=working, led=led)
            self._sleep(self._timing.look_every)

    def _has_settled(self, switch: Switch) -> bool:
        """Whether DNS had time to follow the last change, so that its answer says something about it."""
        if not switch.at:
            return True
        changed_at = datetime.fromisoformat(switch.at)
        return self._clock.now() - changed_at >= timedelta(seconds=self._timing.arm_after)

    def _arm(self, seen: Switch) -> Switch:
        new = self._change(seen, engaged=False, armed=True, reason="DNS leads to the primary region")
        self._logger.info("the latch is armed", version=new.version)
        return new

    def _engage(self, seen: Switch) -> Switch:
        new = self._change(seen, engaged=True, armed=False, reason="Route 53 failed over to the DR region")
        self._logger.warning("the latch engaged STOP", version=new.version)
        return new

    def _change(self, seen: Switch, *, engaged: bool, armed: bool, reason: str) -> Switch:
        now = rfc3339(self._clock.now())
        return self._store.change(seen, engaged=engaged, armed=armed, reason=reason, by=LATCH, at=now)
