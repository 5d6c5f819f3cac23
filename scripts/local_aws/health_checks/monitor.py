"""The health checkers at work: one task for each checker of each health check that monitors an endpoint."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from local_aws.health_checks.checker import Checker, Result, considered_healthy
from local_aws.health_checks.config import CHECKER_REGIONS, HealthCheck

Probe = Callable[[HealthCheck], Awaitable[Result]]
OnResult = Callable[[HealthCheck, Checker, Result], None]

logger = logging.getLogger("local_aws.health_checks")

_SYNC_SECONDS = 1.0


class Monitor:
    """Keeps the checkers of all health checks at work.

    checks: the health checks at present, by id. probe: sends one request. on_result: is told each result
    once it is taken in. Route 53 has two checkers or more in a region; one each shows the same behaviour
    for half the requests.
    """

    def __init__(
        self,
        checks: Callable[[], Mapping[str, HealthCheck]],
        probe: Probe,
        on_result: OnResult = lambda _check, _checker, _result: None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: random.Random | None = None,
    ) -> None:
        self._checks = checks
        self._probe = probe
        self._on_result = on_result
        self._now = now
        self._chance = chance or random.Random()  # noqa: S311 - spreads requests over time
        self._checkers: dict[str, dict[str, Checker]] = {}
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}
        self.speed = 1.0
        """How many times faster than on AWS the checkers' intervals pass."""

    def checkers(self, health_check_id: str) -> list[Checker]:
        """The checkers of a health check."""
        return list(self._checkers.get(health_check_id, {}).values())

    async def run(self, on_sync: Callable[[], None] = lambda: None) -> None:
        """Follow the health checks that are created, changed and deleted, until cancelled.

        `on_sync` is called about once a second.
        """
        try:
            while True:
                self._sync()
                on_sync()
                await asyncio.sleep(_SYNC_SECONDS)
        finally:
            await _end(list(self._tasks.values()))
            self._tasks.clear()

    def _sync(self) -> None:
        """Make the checkers those that the health checks call for."""
        wanted = {
            (check.id, region)
            for check in self._checks().values()
            if check.monitors_endpoint and not check.disabled
            for region in check.regions
        }
        for key in [key for key, task in self._tasks.items() if key not in wanted or _failed(task)]:
            self._tasks.pop(key).cancel()
            health_check_id, region = key
            self._checkers[health_check_id].pop(region)
        for key in sorted(wanted - self._tasks.keys()):
            self._start(*key)
        for health_check_id in [key for key, checkers in self._checkers.items() if not checkers]:
            del self._checkers[health_check_id]

    def _start(self, health_check_id: str, region: str) -> None:
        others = self._checkers.setdefault(health_check_id, {})
        # One that joins others at work does not turn their finding over before it has one of its own.
        checker = Checker(region, _address(region), healthy=considered_healthy(others.values()))
        others[region] = checker
        self._tasks[health_check_id, region] = asyncio.create_task(self._check(health_check_id, checker))

    async def _check(self, health_check_id: str, checker: Checker) -> None:
        """Send request after request. The checkers do not coordinate, so each starts when it likes."""
        part_of_interval = self._chance.random()
        while check := self._checks().get(health_check_id):
            await asyncio.sleep(part_of_interval * check.interval / self.speed)
            part_of_interval = 1.0
            # It may have been changed meanwhile.
            check = self._checks().get(health_check_id, check)
            result = await self._probe(check)
            checker.take(result, self._now(), check.failure_threshold)
            self._on_result(check, checker, result)


def _failed(task: asyncio.Task[None]) -> bool:
    """Whether the task ended by an exception, which is logged then."""
    if not task.done() or task.cancelled() or task.exception() is None:
        return False
    logger.error("a health checker failed", exc_info=task.exception())
    return True


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks, return_exceptions=True)


def _address(region: str) -> str:
    """An address for the checkers of a region, from a range for documentation (RFC 5737)."""
    number = CHECKER_REGIONS.index(region) if region in CHECKER_REGIONS else len(CHECKER_REGIONS)
    return f"198.51.100.{number + 1}"
