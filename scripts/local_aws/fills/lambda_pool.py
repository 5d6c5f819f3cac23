"""Which environment an invocation gets, and when another one is started.

Contract: "Understanding Lambda function scaling" in the developer guide: an environment runs one
invocation at a time, and more are started as more invocations come at once. AWS starts them on machines
of its own; here each start takes a second of one of a few cores, so an invocation that finds all
environments busy waits a moment for one before another is started, and only some start at once. Without
this, ten callers at the same moment mean ten processes that start, and slow each other down for seconds.
Once there are more environments than the cores can feed, another one only takes time from them: then the
invocation waits longer.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ministack.core import lambda_runtime

from local_aws.fills.lambda_worker import PythonWorker

PATIENCE_SECONDS = 0.05
"""How long an invocation waits for a busy environment before another one is started."""

CROWDED_PATIENCE_SECONDS = 0.5
"""The same where there are more environments of a version than the cores can feed."""

_CORES = os.cpu_count() or 1
_STARTS_AT_ONCE = max(2, _CORES)
_CROWDED = 4 * _CORES
_RECHECK_SECONDS = 0.5


@dataclass(frozen=True)
class Lease:
    """An environment that is the caller's until it is released. `starts` when it is not initialized yet."""

    worker: PythonWorker
    starts: bool


class Pool:
    """Leases the environments in MiniStack's pool of workers. Any thread may use it."""

    def __init__(
        self,
        patience: float = PATIENCE_SECONDS,
        starts_at_once: int = _STARTS_AT_ONCE,
        crowded: int = _CROWDED,
        crowded_patience: float = CROWDED_PATIENCE_SECONDS,
    ) -> None:
        self._patience, self._crowded, self._crowded_patience = patience, crowded, crowded_patience
        self._starts_at_once = starts_at_once
        self._starting = 0
        self._changed = threading.Condition()

    def lease(self, config: Mapping[str, Any], code: bytes) -> Lease:
        """Wait for an environment of the version that the configuration describes."""
        key = lambda_runtime._worker_key(config["FunctionName"], config, config.get("Version", "$LATEST"))
        came = time.monotonic()
        with self._changed:
            while True:
                if worker := _take(key, ready=True):
                    return Lease(worker, starts=False)
                ready = _count_ready(key)
                patience = self._patience if ready < self._crowded else self._crowded_patience
                hopeful = ready > 0 and time.monotonic() < came + patience
                if not hopeful and self._starting < self._starts_at_once:
                    self._starting += 1
                    return Lease(_take(key, ready=False) or _added(key, config, code), starts=True)
                wait = came + patience - time.monotonic() if hopeful else _RECHECK_SECONDS
                self._changed.wait(max(wait, 0.001))

    def started(self) -> None:
        """Say that an environment whose lease `starts` has been initialized, or has failed to."""
        with self._changed:
            self._starting -= 1
            self._changed.notify_all()

    def release(self, lease: Lease) -> None:
        """Give the environment back."""
        lambda_runtime.release_worker(lease.worker)
        with self._changed:
            self._changed.notify_all()


def _take(key: str, *, ready: bool) -> PythonWorker | None:
    """A free environment, marked as leased: an initialized one, or one whose process has ended."""
    with lambda_runtime._lock:
        for worker in lambda_runtime._workers.get(key, []):
            if not worker.in_use and worker.ready == ready:
                worker.in_use, worker.last_used = True, time.time()
                found: PythonWorker = worker
                return found
    return None


def _count_ready(key: str) -> int:
    with lambda_runtime._lock:
        return sum(worker.ready for worker in lambda_runtime._workers.get(key, []))


def _added(key: str, config: Mapping[str, Any], code: bytes) -> PythonWorker:
    worker = PythonWorker(config["FunctionName"], config, code)
    worker.in_use, worker.last_used = True, time.time()
    with lambda_runtime._lock:
        lambda_runtime._workers.setdefault(key, []).append(worker)
    return worker
