"""Python functions run as on AWS: fast when they are silent, and alive after an exception.

MiniStack waits 55 ms to see whether a silent handler logs something, ends the process at every exception
in a handler, reports each as "Runtime.HandlerError" and makes a log stream for each invocation. Here
Python functions run in `lambda_worker.PythonWorker`, and an environment has one log stream, in text or,
with the log format JSON, as JSON ("Lambda advanced logging controls" in the developer guide). Lambda's
detection of recursive loops is not done for them.
"""

from __future__ import annotations

import contextvars
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from local_aws.fills import Fill
from local_aws.fills.lambda_pool import Pool
from local_aws.fills.lambda_worker import BOOTSTRAP, Call, Outcome, PythonWorker
from local_aws.fills.log_writer import append
from local_aws.fills.patching import wrap
from local_aws.settings import Settings

_POOL = Pool()
"""The environments of this process, like MiniStack's own pool of workers."""

_executed: contextvars.ContextVar[tuple[PythonWorker, Outcome] | None] = contextvars.ContextVar(
    "executed", default=None
)


def _execute(original: Callable[..., Any], record: Mapping[str, Any], event: Any, request_id: str) -> Any:
    """Run one invocation of a Python function on a free worker."""
    config = record.get("config") or record
    code = record.get("code_zip")
    if not code or not config.get("Runtime", "").startswith("python"):
        return original(record, event, request_id)
    lambda_svc._ensure_reaper_thread()
    call = Call(event, request_id, config["FunctionArn"], lambda_svc._xray_trace_id_for_invocation(config))
    lease = _POOL.lease(config, code)
    try:
        outcome = lease.worker.run(call, on_started=_POOL.started if lease.starts else _nothing)
    finally:
        _POOL.release(lease)
    _executed.set((lease.worker, outcome))
    result = {
        "body": outcome.payload,
        "log": outcome.log,
        "init_milliseconds": outcome.init_milliseconds,
    }
    return {**result, "error": True} if outcome.failed else result


def _nothing() -> None:
    """Do nothing: the environment was there already."""


def _emit_logs(original: Callable[..., None], record: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
    """Write an invocation's log to the stream of its environment."""
    executed = _executed.get()
    if executed is None:
        original(record, *args, **kwargs)
        return
    _executed.set(None)
    request_id, text, _failed, _milliseconds = args
    worker, outcome = executed
    config = record.get("config") or record
    logging = config.get("LoggingConfig") or {}
    group = logging.get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
    report = Report(request_id, config.get("Version", "$LATEST"), config, outcome)
    as_json = logging.get("LogFormat") == "JSON"
    lines = [*report.start(as_json=as_json), *text.splitlines(), *report.end(as_json=as_json)]
    append(group, worker.log_stream, lines, create_group=True)


@dataclass(frozen=True)
class Report:
    """The lines that Lambda itself logs around an invocation."""

    request_id: str
    version: str
    config: Mapping[str, Any]
    outcome: Outcome

    def start(self, *, as_json: bool) -> Iterator[str]:
        """Before the function's own lines."""
        if not as_json:
            yield f"START RequestId: {self.request_id} Version: {self.version}"
        elif self._wants_platform_events():
            yield self._event("platform.start", {"version": self.version})

    def end(self, *, as_json: bool) -> Iterator[str]:
        """After the function's own lines."""
        memory = self.config.get("MemorySize", 128)
        init = self.outcome.init_milliseconds
        if as_json:
            if self._wants_platform_events():
                metrics: dict[str, Any] = {
                    "durationMs": round(self.outcome.milliseconds, 2),
                    "billedDurationMs": math.ceil(self.outcome.milliseconds),
                    "memorySizeMB": memory,
                    "maxMemoryUsedMB": self.outcome.peak_memory_mb,
                }
                if init is not None:
                    metrics["initDurationMs"] = round(init, 2)
                status = "error" if self.outcome.failed else "success"
                yield self._event("platform.report", {"metrics": metrics, "status": status})
            return
        if self.outcome.failed and "requestId" not in self.outcome.payload:
            yield f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}Z {self.outcome.payload['errorMessage']}"
        yield f"END RequestId: {self.request_id}"
        yield (
            f"REPORT RequestId: {self.request_id}\tDuration: {self.outcome.milliseconds:.2f} ms\t"
            f"Billed Duration: {math.ceil(self.outcome.milliseconds)} ms\tMemory Size: {memory} MB\t"
            f"Max Memory Used: {self.outcome.peak_memory_mb} MB"
            + (f"\tInit Duration: {init:.2f} ms" if init is not None else "")
        )

    def _wants_platform_events(self) -> bool:
        """Whether the system log level, INFO unless set, lets through what is not a warning."""
        level = (self.config.get("LoggingConfig") or {}).get("SystemLogLevel", "INFO")
        return level in {"DEBUG", "INFO"}

    def _event(self, kind: str, record: Mapping[str, Any]) -> str:
        at = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
        return json.dumps({"time": at, "type": kind, "record": {"requestId": self.request_id, **record}})


def _worker_class(original: Callable[..., type], config: Mapping[str, Any]) -> type:
    return PythonWorker if config.get("Runtime", "").startswith("python") else original(config)


def _bootstrap(original: Callable[..., tuple[str, str]], runtime: str) -> tuple[str, str]:
    """The interpreter and the script that a worker runs."""
    binary, script = original(runtime)
    return binary, BOOTSTRAP.read_text() if runtime.startswith("python") else script


def _install(_settings: Settings) -> None:
    wrap(lambda_runtime, "_worker_class_for", _worker_class)
    wrap(lambda_runtime, "_detect_runtime_binary", _bootstrap)
    wrap(lambda_svc, "_execute_function_warm", _execute)
    wrap(lambda_svc, "_emit_lambda_logs", _emit_logs)


FILL = Fill(
    name="lambda_invocation",
    requires=(
        "ministack.core.lambda_runtime.Worker._drain_stderr",
        "ministack.core.lambda_runtime.Worker._read_stderr",
        "ministack.core.lambda_runtime.Worker._spawn",
        "ministack.core.lambda_runtime._detect_runtime_binary",
        "ministack.core.lambda_runtime._worker_class_for",
        "ministack.core.lambda_runtime._lock",
        "ministack.core.lambda_runtime._worker_key",
        "ministack.core.lambda_runtime._workers",
        "ministack.core.lambda_runtime.release_worker",
        "ministack.services.lambda_svc._emit_lambda_logs",
        "ministack.services.lambda_svc._ensure_reaper_thread",
        "ministack.services.lambda_svc._execute_function_warm",
        "ministack.services.lambda_svc._xray_trace_id_for_invocation",
    ),
    install=_install,
)
