"""The load process: Locust runs this file (see `runner`), under gevent, with one worker or several.

Arrivals are open: each user stands for half a request a second and sends it whether or not earlier ones
were answered, so a slow system meets as much traffic as a fast one. The shape sets the number of users to
twice the scenario's rate.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dns.exception
import gevent  # type: ignore[import-untyped]
import gevent.pool  # type: ignore[import-untyped]
from locust import LoadTestShape, User, constant, task
from locust import events as locust_events
from locust.runners import MasterRunner, WorkerRunner

from techmoda_ha.drills.clients import ApiClient
from techmoda_ha.load.settings import LoadSettings
from techmoda_ha.load.visits import Visits, WrongAnswerError

USER_SECONDS = 2.0
"""One user sends a request each so many seconds."""

USERS_CHANGED_A_SECOND = 1000.0
"""A scenario's steps are sudden, down as well as up."""

WAITING_AT_MOST = 1000
"""Requests without an answer yet, in one process; beyond that an arrival counts as failed."""

_SETTINGS = LoadSettings.from_variables()
WARM_SECONDS = 0.3
"""What the plan reckons with for a request (modules/capacity); rate times this is how many run at once."""

WARM_ROUNDS = 3

PATIENCE_SECONDS = 30.0
"""As long as API Gateway waits for its integration: what is slow must count as slow, not as failed."""

_CLIENT = ApiClient(
    _SETTINGS.network,
    _SETTINGS.host,
    _SETTINGS.base_path,
    _SETTINGS.token,
    connections=WAITING_AT_MOST,
    connect_seconds=PATIENCE_SECONDS,
    answer_seconds=PATIENCE_SECONDS,
)
_VISITS = Visits(_CLIENT, _SETTINGS.category)
_EVENTS: Any = locust_events  # Locust has no types for its hooks.
_WAITING = gevent.pool.Pool(WAITING_AT_MOST)


def _visit(environment: Any, kind: str) -> None:
    """Make one visit and tell Locust what came of it."""
    name, act = _VISITS.kinds[kind]
    began = time.perf_counter()
    failure: Exception | None = None
    try:
        act()
    except dns.exception.DNSException as error:  # Its text differs each time; equal ones count together.
        failure = WrongAnswerError(f"DNS: {type(error).__name__}")
    except Exception as error:  # noqa: BLE001 - whatever went wrong, a customer met it
        failure = error
    environment.events.request.fire(
        request_type=name.partition(" ")[0],
        name=name,
        response_time=(time.perf_counter() - began) * 1000,
        response_length=0,
        exception=failure,
        context={},
    )


def _arrive(environment: Any, kind: str) -> None:
    """Begin a visit without waiting for it."""
    if _WAITING.full():
        environment.events.request.fire(
            request_type="GET", name="not sent", response_time=0, response_length=0,
            exception=RuntimeError(f"{WAITING_AT_MOST} requests wait for an answer"), context={},
        )  # fmt: skip
        return
    _WAITING.spawn(_visit, environment, kind)


class Visitor(User):
    """Half a request a second."""

    # A visit begins without being waited for, so this is its pace. Locust's constant_pacing would take the
    # time in on_start for the first visit's, make up for it, and have all users arrive at the same moment.
    wait_time = constant(USER_SECONDS)

    def on_start(self) -> None:
        """Begin at any moment, so that arrivals spread."""
        gevent.sleep(random.uniform(0, USER_SECONDS))  # noqa: S311 - chance, not cryptography

    @task
    def visit(self) -> None:
        """Send one request of the mix."""
        kinds, shares = zip(*_SETTINGS.shares.items(), strict=True)
        _arrive(self.environment, random.choices(kinds, shares)[0])  # noqa: S311


class Shape(LoadTestShape):
    """As many users as the scenario's rate of the moment asks for."""

    def tick(self) -> tuple[int, float] | None:
        """Return the number of users and how fast they change; None at the end."""
        shape: Any = self
        rate = _SETTINGS.scenario.rate_at(shape.get_run_time())
        if rate is None:
            return None
        return max(1, round(rate * USER_SECONDS)), USERS_CHANGED_A_SECOND


def _send_invalid(environment: Any) -> None:
    scenario = _SETTINGS.scenario
    gevent.sleep(scenario.invalid_from)
    for _ in range(scenario.invalid_writes):
        _arrive(environment, "invalid")
        gevent.sleep(1.0)


def _tell_progress(environment: Any) -> None:
    while True:
        gevent.sleep(1.0)
        total = environment.stats.total
        line = {
            "rate": total.current_rps,
            "requests": total.num_requests,
            "failures": total.num_failures,
            "p99_ms": total.get_current_response_time_percentile(0.99) or 0,
        }
        try:
            print(json.dumps(line), flush=True)  # noqa: T201 - the runner reads it
        except OSError:  # Who started this is gone.
            _stop(environment)


def _stop(environment: Any) -> None:
    """Keep what was measured so far, and end this process and its workers."""
    keep(environment)
    environment.runner.quit()
    os._exit(0)


def _warm_up() -> None:
    """Visit once in every way, then in as many places at once as the peak needs: environments start cold."""
    for _name, act in _VISITS.kinds.values():
        _quietly(act)
    at_once = math.ceil(_SETTINGS.scenario.peak * WARM_SECONDS)
    for _ in range(WARM_ROUNDS):
        gevent.joinall([gevent.spawn(_quietly, _VISITS.read_list) for _ in range(at_once)])


def _quietly(act: Callable[[], None]) -> None:
    with contextlib.suppress(Exception):  # What does not work will show in what is counted.
        act()


def begin(environment: Any, **_: Any) -> None:
    """Warm up, then start what runs beside the visitors; that in one process only, not in workers."""
    if not isinstance(environment.runner, MasterRunner):
        _warm_up()
    if isinstance(environment.runner, WorkerRunner):
        return
    # Locust's own handler is not there yet while a shape runs, and results would be lost.
    gevent.signal_handler(signal.SIGTERM, _stop, environment)
    gevent.spawn(_tell_progress, environment)
    if _SETTINGS.scenario.invalid_writes:
        gevent.spawn(_send_invalid, environment)


def end(**_: Any) -> None:
    """Wait for the last answers."""
    _WAITING.join(timeout=10)


def keep(environment: Any, **_: Any) -> None:
    """Write what came of it."""
    if not isinstance(environment.runner, WorkerRunner):
        Path(_SETTINGS.results).write_text(json.dumps(_results(environment)))


def _results(environment: Any) -> dict[str, Any]:
    stats = environment.stats
    entries = {name: _entry(entry) for (name, _method), entry in stats.entries.items()}
    failures = [
        {"name": error.name, "error": str(error.error), "count": error.occurrences}
        for error in stats.errors.values()
    ]
    return {"total": _entry(stats.total), "requests": entries, "failures": failures,
            "started_at": stats.start_time, "ended_at": stats.last_request_timestamp,
            "history": stats.history}  # fmt: skip


def _entry(entry: Any) -> dict[str, float]:
    percentile: Callable[[float], float] = entry.get_response_time_percentile
    return {
        "count": entry.num_requests,
        "failures": entry.num_failures,
        "p50_seconds": percentile(0.5) / 1000,
        "p95_seconds": percentile(0.95) / 1000,
        "p99_seconds": percentile(0.99) / 1000,
        "requests_per_second": entry.total_rps,
    }


_EVENTS.test_start.add_listener(begin)
_EVENTS.test_stop.add_listener(end)
_EVENTS.quitting.add_listener(keep)
