"""The record of the running instance, and which processes are its own.

`serve` writes `<state dir>/instance.json` when it starts and removes it when it ends in order, so a
record without its process means that the instance was lost. A process is identified by its id together
with its start time, as ids are reused; Lambda workers by the instance id in their environment.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from local_aws.environment import INSTANCE_VARIABLE
from local_aws.settings import Settings

# The system derives a process's start time from the wall clock at boot, which may be corrected by a little.
_SAME_START_SECONDS = 2.0


@dataclass(frozen=True)
class Instance:
    """One started local AWS: `started_at` is RFC 3339, `process_start` seconds since the epoch."""

    id: str
    pid: int
    process_start: float
    started_at: str
    settings: Settings

    @classmethod
    def of_process(cls, instance_id: str, process: psutil.Process, settings: Settings) -> Instance:
        """The instance that the process serves, or is about to."""
        started_at = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(instance_id, process.pid, process.create_time(), started_at, settings)

    @property
    def folder(self) -> Path:
        """What belongs to this instance alone: its data and the Terraform state that describes it."""
        return instances_dir(self.settings.state_dir) / self.id

    @property
    def terraform_state(self) -> Path:
        """The folder for Terraform state."""
        return self.folder / "terraform"

    def process(self) -> psutil.Process | None:
        """The server's process, or None when it has ended or its id belongs to another process."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.process_start) < _SAME_START_SECONDS
        except psutil.Error:
            return None
        return process if same and not has_ended(process) else None

    def workers(self) -> list[psutil.Process]:
        """The processes started by the server, also when the server itself is gone."""
        return [
            process
            for process in psutil.process_iter(["environ"])
            if (process.info["environ"] or {}).get(INSTANCE_VARIABLE) == self.id and process.pid != self.pid
        ]

    def write(self) -> None:
        """Write the record, at once or not at all."""
        path = record_path(self.settings.state_dir)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(self._as_json(), indent=2) + "\n")
        temporary.replace(path)

    def forget(self) -> None:
        """Remove the record, unless another instance has written its own."""
        if (recorded := read(self.settings.state_dir)) and recorded.id == self.id:
            record_path(self.settings.state_dir).unlink(missing_ok=True)

    def remove_folder(self) -> None:
        """Remove the instance's data and its Terraform state, which describes nothing any more."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _as_json(self) -> dict[str, Any]:
        record = asdict(self)
        record["settings"] = {
            **asdict(self.settings),
            "state_dir": str(self.settings.state_dir),
            "regions": dict(self.settings.regions),
        }
        return record


def has_ended(process: psutil.Process) -> bool:
    """Whether the process is gone, or a zombie: where process 1 collects no orphans, one stays for ever."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def record_path(state_dir: Path) -> Path:
    """Where the record of the running instance stands."""
    return state_dir / "instance.json"


def instances_dir(state_dir: Path) -> Path:
    """The folder with one folder for each instance."""
    return state_dir / "instances"


def read(state_dir: Path) -> Instance | None:
    """The recorded instance, whether it runs or not; None when there is no readable record."""
    try:
        record: Mapping[str, Any] = json.loads(record_path(state_dir).read_text())
        settings = Settings(**{**record["settings"], "state_dir": Path(record["settings"]["state_dir"])})
        return Instance(**{**record, "settings": settings})
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
