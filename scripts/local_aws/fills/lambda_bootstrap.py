"""What runs in a Python function's own process: imports the handler once, then answers invocations.

It stands alone, as the process has none of the server's modules. Standard input brings one JSON document
a line, first the function's identity, then one for each invocation; the answers go to the standard
output that the process was given. Whatever the handler prints goes to standard error, where a line of
`END_OF_LOG` and the request's id closes each invocation, so that the server need not wait to see whether
more comes.

Contract: the Lambda developer guide, "Building Lambda functions with Python": the shape of the context
object and of errors, and that an exception leaves the environment running.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

END_OF_LOG = "\x1e"


class InitError(RuntimeError):
    """The handler could not be imported; the message starts with the error type that AWS reports."""


class Context:
    """The context object of one invocation."""

    identity = None
    client_context = None

    def __init__(self, function: Mapping[str, Any], call: Mapping[str, Any]) -> None:
        """Take what the function is from `function` and what the invocation is from `call`."""
        self.function_name = function["function_name"]
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        self.memory_limit_in_mb = str(function["memory"])
        self.invoked_function_arn = call["invoked_function_arn"]
        self.aws_request_id = call["request_id"]
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME", "")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
        self._deadline = time.monotonic() + call["timeout_ms"] / 1000

    def get_remaining_time_in_millis(self) -> int:
        """How long the handler may still run, in milliseconds."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))

    def log(self, message: object) -> None:
        """Write to the function's log."""
        sys.stdout.write(f"{message}\n")


def error_of(exception: Exception, request_id: str) -> dict[str, Any]:
    """The error document of an exception that the handler raised."""
    frames = traceback.extract_tb(exception.__traceback__)[1:]
    return {
        "errorMessage": str(exception),
        "errorType": type(exception).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list(frames),
    }


def peak_memory_mb() -> int:
    """The most memory that this process used, in MB; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)


def join_network() -> None:
    """Let look-ups find what the local AWS serves, if the server says how (lambda_network.py)."""
    if path := os.environ.get("LOCAL_AWS_NETWORK_MODULE"):
        runpy.run_path(path)["install"]()


def load_handler(function: Mapping[str, Any]) -> Callable[[Any, Context], Any]:
    """Import the handler that the function's identity names. Raises InitError."""
    os.environ.update(function["env"])
    sys.path.insert(0, function["code_dir"])
    for layer in filter(None, os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep)):
        sys.path.insert(1, f"{layer}/python")
    name = function["module"]
    try:
        handler: Callable[[Any, Context], Any] = getattr(importlib.import_module(name), function["handler"])
    except ImportError as error:
        reason = f"Unable to import module '{name}': {error}"
        raise InitError(f"Runtime.ImportModuleError: {reason}") from error
    except AttributeError as error:
        reason = f"Handler '{function['handler']}' missing on module '{name}'"
        raise InitError(f"Runtime.HandlerNotFound: {reason}") from error
    return handler


def invoke(
    handler: Callable[[Any, Context], Any], function: Mapping[str, Any], message: Mapping[str, Any]
) -> dict[str, Any]:
    """Run the handler once and return the answer for the server."""
    call = message["ctx"]
    os.environ.update(call["env"])
    if call["trace_id"]:
        os.environ["_X_AMZN_TRACE_ID"] = call["trace_id"]
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    try:
        result = handler(message["event"], Context(function, call))
    except Exception as exception:  # noqa: BLE001 - whatever the handler raises is the answer
        traceback.print_exc()
        return {"status": "error", "error": error_of(exception, call["request_id"])}
    try:
        return {"status": "ok", "result": json.dumps(result)}
    except (TypeError, ValueError) as exception:
        error = error_of(exception, call["request_id"])
        error |= {
            "errorMessage": f"Unable to marshal response: {exception}",
            "errorType": "Runtime.MarshalError",
        }
        return {"status": "error", "error": error}


def main() -> None:
    """Serve invocations until standard input ends."""
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", buffering=1, closefd=False)

    def answer(document: Mapping[str, Any]) -> None:
        answers.write(json.dumps(document) + "\n")

    function = json.loads(requests.readline())
    try:
        join_network()
        handler = load_handler(function)
    except Exception as exception:  # noqa: BLE001 - whatever the module raises is the answer
        traceback.print_exc()
        known = isinstance(exception, InitError)
        kind = "" if known else f"Runtime.UserCodeException: {type(exception).__name__}: "
        answer({"status": "error", "error": f"{kind}{exception}"})
        return
    answer({"status": "ready"})
    for line in requests:
        message = json.loads(line)
        outcome = invoke(handler, function, message)
        sys.stdout.flush()
        sys.stderr.write(f"{END_OF_LOG}{message['ctx']['request_id']}\n")
        sys.stderr.flush()
        answer({**outcome, "peak_memory_mb": peak_memory_mb()})


if __name__ == "__main__":
    main()
