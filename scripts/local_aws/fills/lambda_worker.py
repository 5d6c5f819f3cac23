"""One execution environment of a Python function: its process, and how an invocation goes through it.

Contract: "Lambda execution environment" in the developer guide. An exception in the handler leaves the
environment as it is; a timeout or an exit ends it, and the next invocation gets a fresh one. The log is
complete when an invocation ends, without waiting for output that may never come.
"""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime

from local_aws.fills.lambda_bootstrap import END_OF_LOG

BOOTSTRAP = Path(__file__).with_name("lambda_bootstrap.py")
_LOG_SECONDS = 1.0
_DEFAULT_TIMEOUT = 3

_Lines = queue.SimpleQueue[str | None]


class EnvironmentLostError(RuntimeError):
    """The process ended before it answered; `kind` is the error type that AWS reports."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Call:
    """One invocation. `arn` is the ARN that was invoked, with its qualifier."""

    event: Any
    request_id: str
    arn: str
    trace_id: str | None = None


@dataclass(frozen=True)
class Outcome:
    """How an invocation ended: `payload` is the result, or the error document when `failed`.

    `milliseconds` is the time in the handler; `init_milliseconds` is None unless the invocation started
    its environment.
    """

    payload: Any
    failed: bool
    log: str
    milliseconds: float
    peak_memory_mb: int = 0
    init_milliseconds: float | None = None


class PythonWorker(lambda_runtime.Worker):  # type: ignore[misc]
    """A worker that speaks lambda_bootstrap's protocol. Invocations of one worker never overlap.

    `provisioned` is set by what keeps workers warm; such an environment was not started on demand.
    """

    config: dict[str, Any]
    _proc: Any
    _stderr_queue: Any
    _stderr_thread: threading.Thread

    def __init__(self, func_name: str, config: Mapping[str, Any], code_zip: bytes) -> None:
        self.provisioned = False
        self._initialized = False
        version = config.get("Version", "$LATEST")
        self.log_stream = f"{datetime.now(UTC):%Y/%m/%d}/[{version}]{uuid.uuid4().hex}"
        self._answers: _Lines = queue.SimpleQueue()
        super().__init__(func_name, config, code_zip)

    @property
    def ready(self) -> bool:
        """Whether the process runs and has imported the handler."""
        return self._initialized and self._proc is not None and self._proc.poll() is None

    def run(self, call: Call, on_started: Callable[[], None]) -> Outcome:
        """Invoke the handler once; an environment that has ended is started again first.

        `on_started` is called when the environment is there, or could not be started.
        """
        with self._lock:
            init = None
            began = time.perf_counter()
            try:
                try:
                    if not self.ready:
                        init = self._start()
                finally:
                    on_started()
                began = time.perf_counter()
                answer = self._exchange(call)
            except EnvironmentLostError as lost:
                error = {
                    "errorType": lost.kind,
                    "errorMessage": f"RequestId: {call.request_id} Error: {lost}",
                }
                return Outcome(error, True, self._end(), _since(began), init_milliseconds=init)
            failed = answer["status"] == "error"
            return Outcome(
                payload=answer["error"] if failed else json.loads(answer["result"]),
                failed=failed,
                milliseconds=_since(began),
                log=self._log_of(call),
                peak_memory_mb=answer["peak_memory_mb"],
                init_milliseconds=init,
            )

    def _start(self) -> float:
        """Start the environment and return how long that took, in milliseconds."""
        began = time.perf_counter()
        try:
            self._spawn()
        except RuntimeError as error:
            kind, _, message = str(error).removeprefix("Worker init failed: ").partition(": ")
            known = kind.startswith("Runtime.")
            raise EnvironmentLostError(kind if known else "Runtime.Unknown", message or kind) from error
        return _since(began)

    def _spawn(self) -> None:
        """Start the process and import the handler. Raises RuntimeError when that fails."""
        kind = "provisioned-concurrency" if self.provisioned else "on-demand"
        self.config = _with_runtime_variables(self.config, kind)
        self._initialized = False
        super()._spawn()
        self._initialized = True
        self._answers = queue.SimpleQueue()
        read = threading.Thread(
            target=_read_lines, args=(self._proc.stdout, self._answers), daemon=True, name="lambda-answers"
        )
        read.start()

    def _read_stderr(self) -> None:
        """Collect the log in the worker's queue; None marks its end."""
        _read_lines(self._proc.stderr, self._stderr_queue)

    def _exchange(self, call: Call) -> dict[str, Any]:
        timeout = float(self.config.get("Timeout", _DEFAULT_TIMEOUT))
        context = {
            "request_id": call.request_id,
            "invoked_function_arn": call.arn,
            "timeout_ms": timeout * 1000,
            "trace_id": call.trace_id,
            "env": {"AWS_LAMBDA_LOG_STREAM_NAME": self.log_stream},
        }
        try:
            self._proc.stdin.write(json.dumps({"event": call.event, "ctx": context}) + "\n")
            self._proc.stdin.flush()
            line = self._answers.get(timeout=timeout)
        except queue.Empty as error:
            message = f"Task timed out after {timeout:.2f} seconds"
            raise EnvironmentLostError("Sandbox.Timedout", message) from error
        except BrokenPipeError as error:
            raise EnvironmentLostError("Runtime.ExitError", "Runtime exited before the invocation") from error
        if line is None:
            raise EnvironmentLostError("Runtime.ExitError", self._exit_reason())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _exit_reason(self) -> str:
        status = self._proc.wait()
        if status == 0:
            return "Runtime exited without providing a reason"
        reason = f"signal {-status}" if status < 0 else f"exit status {status}"
        return f"Runtime exited with error: {reason}"

    def _log_of(self, call: Call) -> str:
        """The lines that the invocation logged. The process wrote the last of them before its answer."""
        lines: list[str] = []
        with contextlib.suppress(queue.Empty):
            while (line := self._stderr_queue.get(timeout=_LOG_SECONDS)) is not None:
                if line == END_OF_LOG + call.request_id:
                    break
                lines.append(line)
        return "\n".join(lines)

    def _end(self) -> str:
        """End the process if it still runs, and return what it logged at last."""
        process, self._proc = self._proc, None
        if process is None:
            return str(self._drain_stderr())
        process.kill()
        process.wait()
        self._stderr_thread.join(_LOG_SECONDS)
        lines: list[str] = []
        with contextlib.suppress(queue.Empty):
            while (line := self._stderr_queue.get_nowait()) is not None:
                lines.append(line)
        return "\n".join(lines)


def _since(began: float) -> float:
    """Milliseconds since a reading of the performance counter."""
    return (time.perf_counter() - began) * 1000


def _read_lines(stream: Iterable[str], lines: Any) -> None:
    """Pass on every line of a pipe, then None."""
    with contextlib.suppress(ValueError):  # The pipe was closed under the reader.
        for line in stream:
            lines.put(line.rstrip("\n"))
    lines.put(None)


def _with_runtime_variables(config: Mapping[str, Any], initialization: str) -> dict[str, Any]:
    """The configuration with the variables that the managed runtime sets, in the developer guide's table."""
    name = config.get("FunctionName", "")
    group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}"
    variables = {
        **((config.get("Environment") or {}).get("Variables") or {}),
        "_HANDLER": config.get("Handler", ""),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.get('Runtime', '')}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": initialization,
        "AWS_LAMBDA_LOG_GROUP_NAME": group,
        "TZ": ":UTC",
    }
    return {**config, "Environment": {**(config.get("Environment") or {}), "Variables": variables}}
