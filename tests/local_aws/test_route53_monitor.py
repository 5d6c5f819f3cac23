"""The health checkers at work, with a probe that the test answers."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace

from local_aws.health_checks.checker import Checker, Result, considered_healthy
from local_aws.health_checks.config import HealthCheck
from local_aws.health_checks.monitor import Monitor

REGIONS = ("us-east-1", "us-west-1", "eu-west-1")
CHECK = HealthCheck("a", "HTTPS", interval=10, failure_threshold=2, regions=REGIONS)


class Watched:
    """A monitor whose seconds pass in hundredths of a second."""

    def __init__(self, *checks: HealthCheck) -> None:
        self.checks = {check.id: check for check in checks}
        self.success = True
        self.probed: list[HealthCheck] = []
        self.results: list[tuple[str, bool]] = []
        chance = random.Random(1)  # noqa: S311 - the same starts in every run
        self.monitor = Monitor(lambda: self.checks, self._probe, self._note, chance=chance)
        self.monitor.speed = 100.0

    async def _probe(self, check: HealthCheck) -> Result:
        self.probed.append(check)
        return Result(self.success, "")

    def _note(self, _check: HealthCheck, checker: Checker, result: Result) -> None:
        self.results.append((checker.region, result.success))

    def run(self, *steps: Callable[[], object], seconds: float = 0.45) -> None:
        """Run for some seconds before, between and after the steps; the checkers sync once a second."""

        async def go() -> None:
            task = asyncio.create_task(self.monitor.run())
            await asyncio.sleep(seconds)
            for step in steps:
                step()
                await asyncio.sleep(1 + seconds)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        asyncio.run(go())


def test_each_region_has_a_checker_that_probes_at_the_interval() -> None:
    watched = Watched(CHECK)
    watched.run()
    assert {checker.region for checker in watched.monitor.checkers("a")} == set(REGIONS)
    for region in REGIONS:
        times = [region for probed, _ in watched.results if probed == region]
        # An interval is a tenth of a second here; the first one is cut short by chance, and a busy
        # machine may be late.
        assert 2 <= len(times) <= 6


def test_an_endpoint_becomes_unhealthy_after_the_threshold_and_healthy_again() -> None:
    watched = Watched(CHECK)
    watched.success = False
    watched.run()
    assert not considered_healthy(watched.monitor.checkers("a"))
    watched = Watched(CHECK)
    watched.run(lambda: setattr(watched, "success", False), lambda: setattr(watched, "success", True))
    assert considered_healthy(watched.monitor.checkers("a"))


def test_a_disabled_check_sends_no_requests() -> None:
    watched = Watched(replace(CHECK, disabled=True))
    watched.run()
    assert watched.probed == []


def test_only_endpoints_are_probed() -> None:
    watched = Watched(HealthCheck("c", "CALCULATED"), HealthCheck("m", "CLOUDWATCH_METRIC"))
    watched.run()
    assert watched.probed == []


def test_a_deleted_check_is_probed_no_more() -> None:
    watched = Watched(CHECK)
    watched.run(watched.checks.clear, watched.probed.clear)
    assert watched.probed == []
    assert watched.monitor.checkers("a") == []


def test_a_changed_check_is_probed_as_it_is_now() -> None:
    watched = Watched(CHECK)
    watched.run(lambda: watched.checks.update(a=replace(CHECK, path="/v2/health")))
    assert watched.probed[-1].path == "/v2/health"


def test_a_checker_that_joins_an_unhealthy_endpoint_does_not_make_it_healthy() -> None:
    watched = Watched(CHECK)
    watched.success = False
    slow = replace(CHECK, interval=10_000, regions=("sa-east-1",))
    watched.run(lambda: watched.checks.update(a=replace(slow, regions=(*REGIONS, "sa-east-1"))))
    assert len(watched.monitor.checkers("a")) == 4
    assert not considered_healthy(watched.monitor.checkers("a"))


def test_no_checker_stays_at_work_after_the_end() -> None:
    watched = Watched(CHECK)

    async def go() -> set[asyncio.Task[object]]:
        task = asyncio.create_task(watched.monitor.run())
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(go()) == set()
