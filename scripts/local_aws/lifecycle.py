"""Starting a local AWS in the background, finding it again, and ending it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from local_aws import client, instance
from local_aws.environment import INSTANCE_VARIABLE
from local_aws.instance import Instance
from local_aws.preflight import require_addresses
from local_aws.settings import Settings

START_SECONDS = 60.0
"""How long a start may take: about 2 s on an idle machine."""

_END_SECONDS = 10.0
_POLL_SECONDS = 0.05


class LifecycleError(RuntimeError):
    """Starting or ending failed; the message says what failed and the next step."""


@dataclass(frozen=True)
class Started:
    """What `up` did: `new` is False when the instance ran already, `lost` names one that had died."""

    instance: Instance
    new: bool
    lost: Instance | None = None


def up(settings: Settings, on_wait: Callable[[], None] = lambda: None) -> Started:
    """Start a local AWS and return when it is ready; `on_wait` is called while it starts.

    One that runs already is left as it is. What a lost one left behind is removed first. Raises
    LifecycleError, and PreflightError when an address or port cannot be used.
    """
    with _lock(settings.state_dir):
        lost = instance.read(settings.state_dir)
        if lost and lost.process():
            _require_same(lost.settings, settings)
            _wait_until_ready(lost, lost.process(), on_wait)
            return Started(lost, new=False)
        if lost:
            _clear(lost)
        require_addresses(settings)
        return Started(_start(settings, on_wait), new=True, lost=lost)


def down(state_dir: Path) -> Instance | None:
    """End the recorded instance with every process it started; None when there was none.

    It works as well when the server was killed: what it left behind goes. Raises LifecycleError.
    """
    with _lock(state_dir):
        recorded = instance.read(state_dir)
        if recorded:
            _clear(recorded)
        return recorded


def running(state_dir: Path) -> Instance | None:
    """The instance whose server process runs, ready or not."""
    recorded = instance.read(state_dir)
    return recorded if recorded and recorded.process() else None


def log_path(state_dir: Path) -> Path:
    """The log of the running instance, or of the last one."""
    return state_dir / "server.log"


def _start(settings: Settings, on_wait: Callable[[], None]) -> Instance:
    instance_id = uuid.uuid4().hex[:12]
    log = log_path(settings.state_dir)
    if log.exists():
        log.replace(log.with_name("server.previous.log"))
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "local_aws", "serve"],
            env={**os.environ, **settings.as_environment(), INSTANCE_VARIABLE: instance_id},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    started = Instance.of_process(instance_id, psutil.Process(server.pid), settings)
    started.write()
    try:
        _wait_until_ready(started, server, on_wait)
    except BaseException:
        # An interrupted or failed start leaves nothing running. poll() collects the exit status.
        _clear(started)
        server.poll()
        raise
    return started


def _wait_until_ready(
    started: Instance, server: subprocess.Popen[bytes] | psutil.Process | None, on_wait: Callable[[], None]
) -> None:
    """Return when the instance answers and is ready. Raises LifecycleError when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if isinstance(server, subprocess.Popen):
            server.poll()
        if started.process() is None:
            raise LifecycleError(_last_words(started.settings.state_dir))
        with contextlib.suppress(client.ControlError):
            answer = client.status(started.settings, timeout=1)
            if answer["instance"] == started.id and answer["ready"]:
                return
        on_wait()
        time.sleep(_POLL_SECONDS)
    raise LifecycleError(
        f"the local AWS was not ready after {START_SECONDS:.0f} s; see {log_path(started.settings.state_dir)}"
    )


def _clear(ended: Instance) -> None:
    """End the instance's processes, server first, and remove what it kept."""
    server = ended.process()
    if server:
        _end([server])
    _end(ended.workers())
    ended.remove_folder()
    ended.forget()


def _end(processes: list[psutil.Process]) -> None:
    """Ask the processes to end, and kill those that do not."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    alive = _still_alive(processes, _END_SECONDS)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    alive = _still_alive(alive, _END_SECONDS)
    if alive:
        pids = ", ".join(str(process.pid) for process in alive)
        raise LifecycleError(f"processes {pids} of the local AWS do not end, not even by SIGKILL")


def _still_alive(processes: list[psutil.Process], timeout: float) -> list[psutil.Process]:
    """Those of the processes that have not ended after that time."""
    deadline = time.monotonic() + timeout
    while alive := [process for process in processes if not instance.has_ended(process)]:
        if time.monotonic() > deadline:
            break
        time.sleep(_POLL_SECONDS)
    return alive


def _require_same(running_settings: Settings, wanted: Settings) -> None:
    """Raise LifecycleError when the running instance has other settings than the wanted ones."""
    runs, asked = running_settings.as_environment(), wanted.as_environment()
    differences = [
        f"{name}={runs[name]} instead of {asked[name]}" for name in asked if runs[name] != asked[name]
    ]
    if differences:
        raise LifecycleError(
            f"the local AWS runs already with {'; '.join(differences)}. End it first: ha local down"
        )


def _last_words(state_dir: Path) -> str:
    """Why the server ended, from the end of its log."""
    log = log_path(state_dir)
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    reason = next((line.strip() for line in reversed(lines) if line.strip()), "it left no message")
    return f"the local AWS ended while starting: {reason}\nThe whole log: {log}"


@contextlib.contextmanager
def _lock(state_dir: Path) -> Iterator[None]:
    """Let one `up` or `down` at a time work on a state folder."""
    state_dir.mkdir(parents=True, exist_ok=True)
    with (state_dir / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
