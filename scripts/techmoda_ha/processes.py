"""Processes that start others of their own: each has a process group, and nothing of it outlives it.

Terraform starts a process for each provider. A Terraform that is killed leaves them behind, waiting for
calls that never come.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

FOLLOW_POLL_SECONDS = 0.1
ENDING_SECONDS = 150.0  # longer than an interrupted Terraform is waited for


@contextmanager
def grouped(
    command: Sequence[str], folder: Path, variables: Mapping[str, str], output: int | IO[str]
) -> Iterator[subprocess.Popen[str]]:
    """Run a command in a group of its own while the block runs; what is left of it then is killed.

    Standard output and error go to `output`. A terminal's Ctrl-C does not reach the group.
    """
    with subprocess.Popen(
        command, cwd=folder, env=variables, text=True, stdin=subprocess.DEVNULL,
        stdout=output, stderr=subprocess.STDOUT, process_group=0,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            end_group(process.pid)


def finished(
    command: Sequence[str], folder: Path, variables: Mapping[str, str], timeout: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, and return what it said.

    Raises subprocess.TimeoutExpired, with its whole group killed, when it takes longer.
    """
    with subprocess.Popen(
        command, cwd=folder, env=variables, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0,
    ) as process:  # fmt: skip
        try:
            said, errors = process.communicate(timeout=timeout)
        finally:
            end_group(process.pid)
    return subprocess.CompletedProcess(list(command), process.returncode, said, errors)


def in_foreground(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> int:
    """Run a command, its words on this terminal; return its exit status.

    Interrupted, the whole group is told, and waited for: a Terraform among it writes its state first.
    """
    with subprocess.Popen(
        command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, process_group=0
    ) as process:
        try:
            return process.wait()
        except BaseException:
            _tell(process.pid, signal.SIGTERM)
            ends = time.monotonic() + ENDING_SECONDS
            while _tell(process.pid, 0) and time.monotonic() < ends:
                process.poll()
                time.sleep(FOLLOW_POLL_SECONDS)
            raise
        finally:
            end_group(process.pid)


def end_group(group: int) -> None:
    """Kill every process of a group; there may be none."""
    _tell(group, signal.SIGKILL)


def _tell(group: int, number: int) -> bool:
    """Send a signal to every process of a group; whether there was one."""
    with suppress(ProcessLookupError, PermissionError):  # the latter: macOS, of one that has ended
        os.killpg(group, number)
        return True
    return False


def follow(file: Path, process: subprocess.Popen[str]) -> Iterator[str]:
    """Yield each line that a process writes to a file, until it has ended.

    A file and no pipe: a process that writes to a pipe dies when its reader is killed.
    """
    with file.open(errors="replace") as said:
        begun = ""
        while True:
            ended = process.poll() is not None  # asked before reading, so that its last words are not missed
            while text := said.readline():
                begun += text
                if begun.endswith("\n"):
                    yield begun
                    begun = ""
            if ended:
                break
            time.sleep(FOLLOW_POLL_SECONDS)
        if begun:
            yield begun
