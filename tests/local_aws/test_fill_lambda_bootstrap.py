"""The protocol between the server and a function's process, without a server."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_aws.fills.lambda_bootstrap import END_OF_LOG
from local_aws.fills.lambda_worker import BOOTSTRAP

SOURCE = """
import sys

def handler(event, context):
    if event == "read":
        return sys.stdin.read()
    if event == "print":
        print("printed")
    if event == "raise":
        raise KeyError("id")
    return {"remaining": context.get_remaining_time_in_millis(), "arn": context.invoked_function_arn}
"""


class Process:
    """A function's process, driven as the server drives it."""

    def __init__(self, folder: Path, source: str) -> None:
        (folder / "app.py").write_text(source)
        self._process = subprocess.Popen(
            [sys.executable, str(BOOTSTRAP)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        function = {
            "code_dir": str(folder),
            "module": "app",
            "handler": "handler",
            "env": {},
            "function_name": "app",
            "memory": 128,
        }
        self.ready = self._exchange(function)

    def invoke(self, event: object, request_id: str = "r1") -> tuple[dict[str, Any], list[str]]:
        """The answer, and the lines that were logged, the closing one included."""
        call = {
            "request_id": request_id,
            "invoked_function_arn": "arn:of:the:alias",
            "timeout_ms": 3000,
            "trace_id": None,
            "env": {},
        }
        answer = self._exchange({"event": event, "ctx": call})
        lines: list[str] = []
        assert self._process.stderr is not None
        while not lines or not lines[-1].startswith(END_OF_LOG):
            lines.append(self._process.stderr.readline().rstrip("\n"))
        return answer, lines

    def _exchange(self, document: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(document) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def end(self) -> int:
        """Close standard input, as happens when the server dies, and return the exit status."""
        _output, _errors = self._process.communicate(timeout=10)
        return self._process.returncode


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    started = Process(tmp_path, SOURCE)
    yield started
    started.end()


def test_a_silent_invocation_still_closes_its_log(process: Process) -> None:
    assert process.ready == {"status": "ready"}
    answer, lines = process.invoke(None, "quiet")
    assert json.loads(answer["result"])["arn"] == "arn:of:the:alias"
    assert lines == [f"{END_OF_LOG}quiet"]


def test_what_is_printed_comes_before_the_closing_line(process: Process) -> None:
    assert process.invoke("print")[1] == ["printed", f"{END_OF_LOG}r1"]


def test_a_handler_that_reads_standard_input_gets_none_of_the_protocol(process: Process) -> None:
    assert json.loads(process.invoke("read")[0]["result"]) == ""


def test_an_exception_is_the_answer_and_the_process_goes_on(process: Process) -> None:
    answer, lines = process.invoke("raise")
    assert answer["error"]["errorType"] == "KeyError"
    assert any("KeyError" in line for line in lines)
    assert process.invoke(None)[0]["status"] == "ok"


def test_the_process_ends_when_the_server_does(tmp_path: Path) -> None:
    assert Process(tmp_path, SOURCE).end() == 0


def test_a_module_that_fails_is_reported_instead_of_ready(tmp_path: Path) -> None:
    started = Process(tmp_path, "raise RuntimeError('no configuration')")
    assert started.ready["status"] == "error"
    assert "no configuration" in started.ready["error"]
    started.end()
