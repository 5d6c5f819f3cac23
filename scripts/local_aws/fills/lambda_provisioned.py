"""Provisioned concurrency keeps that many environments of a version initialized.

Contract: "Configuring provisioned concurrency for a function" in the Lambda developer guide and the API
Reference. PutProvisionedConcurrencyConfig answers IN_PROGRESS; the status is READY once the environments
are there, and FAILED, with the reason, when the function's initialization fails. An alias that moves to
another version takes its provisioned concurrency along. Environments that end are replaced.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ministack.core import lambda_runtime
from ministack.core.responses import request_scope
from ministack.services import lambda_svc

from local_aws.context import Context
from local_aws.fills import Fill, Tick
from local_aws.fills.lambda_worker import PythonWorker
from local_aws.fills.patching import Answer, changed, wrap
from local_aws.settings import Settings

_TICK_SECONDS = 0.5
_STARTS_AT_ONCE = 2
"""Starting an environment takes about a second of one core."""

_Key = str
"""MiniStack's key of the workers of one version: account, region, function, version."""


@dataclass(frozen=True)
class _Version:
    """A version that shall have `wanted` warm environments."""

    account_id: str
    region: str
    record: Mapping[str, Any]
    wanted: int

    @property
    def key(self) -> _Key:
        config = self.record["config"]
        key: str = lambda_runtime._worker_key(config["FunctionName"], config, config["Version"])
        return key


@dataclass
class _Warmer:
    """Starts what is missing, a few at a time, and remembers which versions cannot be started."""

    failures: dict[_Key, str] = field(default_factory=dict)
    _pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_STARTS_AT_ONCE, thread_name_prefix="lambda-warm")
    )
    _starting: dict[_Key, set[Future[None]]] = field(default_factory=lambda: defaultdict(set))

    async def reconcile(self, _context: Context) -> None:
        """Bring the environments closer to what is configured."""
        wanted = {version.key: version for version in _wanted_versions()}
        self.failures = {key: reason for key, reason in self.failures.items() if key in wanted}
        with lambda_runtime._lock:
            for key, workers in lambda_runtime._workers.items():
                if key not in wanted:
                    for worker in workers:
                        worker.provisioned = False
        for version in wanted.values():
            self._replenish(version)

    def _replenish(self, version: _Version) -> None:
        starting = self._starting[version.key]
        starting -= {start for start in starting if start.done()}
        warm = warm_workers(version.key)
        for worker in warm[: version.wanted]:
            worker.provisioned = True
        missing = version.wanted - len(warm) - len(starting)
        if version.key in self.failures:
            return
        for _ in range(missing):
            starting.add(self._pool.submit(self._start, version))

    def _start(self, version: _Version) -> None:
        config = version.record["config"]
        worker = PythonWorker(config["FunctionName"], config, version.record["code_zip"])
        worker.provisioned = worker.in_use = True
        with lambda_runtime._lock:
            lambda_runtime._workers.setdefault(version.key, []).append(worker)
        try:
            with request_scope(version.account_id, version.region):
                lambda_runtime.ensure_spawned(worker)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the status's reason
            self.failures[version.key] = str(error)
            with lambda_runtime._lock:
                lambda_runtime._workers[version.key].remove(worker)
        finally:
            lambda_runtime.release_worker(worker)


def _wanted_versions() -> Iterator[_Version]:
    """Every version of a Python function with the environments that its aliases and itself want."""
    for (account_id, region, _name), function in list(lambda_svc._functions.all_items()):
        counts: dict[str, int] = defaultdict(int)
        for qualifier, config in (function.get("provisioned_concurrency") or {}).items():
            alias = function.get("aliases", {}).get(qualifier, {})
            counts[alias.get("FunctionVersion", qualifier)] += _requested(config)
        for number, count in counts.items():
            record = function.get("versions", {}).get(number) or {}
            if record.get("code_zip") and record["config"].get("Runtime", "").startswith("python"):
                yield _Version(account_id, region, record, count)


def warm_workers(key: _Key) -> list[PythonWorker]:
    """The initialized environments of a version, dead ones dropped."""
    with lambda_runtime._lock:
        workers = lambda_runtime._workers.get(key, [])
        dead = [worker for worker in workers if not worker.in_use and not _ready(worker)]
        workers[:] = [worker for worker in workers if worker not in dead]
        return [worker for worker in workers if _ready(worker)]


def _ready(worker: Any) -> bool:
    return isinstance(worker, PythonWorker) and worker.ready


def _requested(config: Mapping[str, Any]) -> int:
    return int(config["RequestedProvisionedConcurrentExecutions"])


def _put(original: Callable[..., Answer], name: str, qualifier: str, data: Mapping[str, Any]) -> Answer:
    requested = data.get("ProvisionedConcurrentExecutions", 0)
    function = lambda_svc._functions.get(name)
    reserved = (function or {}).get("concurrency")
    if reserved is not None and requested > reserved:
        refusal: Answer = lambda_svc.error_response_json(
            "InvalidParameterValueException",
            f"Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution "
            f"for function: {name}",
            400,
        )
        return refusal
    return changed(original(name, qualifier, data), _in_progress)


def _in_progress(document: dict[str, Any]) -> None:
    document |= {
        "AvailableProvisionedConcurrentExecutions": 0,
        "AllocatedProvisionedConcurrentExecutions": 0,
        "Status": "IN_PROGRESS",
    }


def _get(original: Callable[..., Answer], name: str, qualifier: str) -> Answer:
    def with_status(document: dict[str, Any]) -> None:
        function = lambda_svc._functions[name]
        number = function.get("aliases", {}).get(qualifier, {}).get("FunctionVersion", qualifier)
        record = function.get("versions", {}).get(number) or {}
        if not record.get("config", {}).get("Runtime", "").startswith("python"):
            return
        key = lambda_runtime._worker_key(name, record["config"], number)
        warm = min(len(warm_workers(key)), _requested(document))
        document |= {
            "AvailableProvisionedConcurrentExecutions": warm,
            "AllocatedProvisionedConcurrentExecutions": warm,
            "Status": "READY" if warm == _requested(document) else "IN_PROGRESS",
        }
        if key in _WARMER.failures:
            document |= {"Status": "FAILED", "StatusReason": _WARMER.failures[key]}

    return changed(original(name, qualifier), with_status)


def _spare_provisioned(original: Callable[..., int], *args: Any) -> int:
    """Keep MiniStack's reaper of idle workers away from provisioned ones."""
    with lambda_runtime._lock:
        spared = [
            w for ws in lambda_runtime._workers.values() for w in ws if getattr(w, "provisioned", False)
        ]
        for worker in spared:
            worker.last_used = time.time()
    return original(*args)


_WARMER = _Warmer()
"""The environments of this process, like MiniStack's own pool of workers."""


def _install(_settings: Settings) -> None:
    wrap(lambda_svc, "_put_provisioned_concurrency", _put)
    wrap(lambda_svc, "_get_provisioned_concurrency", _get)
    wrap(lambda_svc, "reap_idle_workers", _spare_provisioned)


FILL = Fill(
    name="lambda_provisioned",
    requires=(
        "ministack.core.lambda_runtime._lock",
        "ministack.core.lambda_runtime._worker_key",
        "ministack.core.lambda_runtime._workers",
        "ministack.core.lambda_runtime.ensure_spawned",
        "ministack.services.lambda_svc.reap_idle_workers",
        "ministack.services.lambda_svc._get_provisioned_concurrency",
        "ministack.services.lambda_svc._put_provisioned_concurrency",
    ),
    install=_install,
    ticks=(Tick(_TICK_SECONDS, _WARMER.reconcile),),
)
