"""What a page was made from: the commit, and the versions of what ran."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# The packages whose versions a reader needs to repeat a figure.
PACKAGES = ("ministack", "boto3", "chaostoolkit-lib", "locust")


@dataclass(frozen=True)
class Sources:
    """The commit (and when it was made; None outside a git checkout), the versions, and the moment."""

    commit: str
    committed_at: datetime | None
    is_dirty: bool
    versions: Mapping[str, str]
    made_at: datetime


def read_sources(root: Path, now: datetime) -> Sources:
    """Return the sources of a checkout; what cannot be found out is given as unknown."""
    committed = _output(["git", "log", "-1", "--format=%H %cI"], root).split()
    commit, moment = committed if len(committed) == 2 else ("unknown", None)
    return Sources(
        commit=commit[:12],
        committed_at=datetime.fromisoformat(moment).astimezone(UTC) if moment else None,
        is_dirty=bool(_output(["git", "status", "--porcelain", "--untracked-files=no"], root)),
        versions={
            "Python": platform.python_version(),
            "Terraform": _terraform_version(root),
            **{package: _package_version(package) for package in PACKAGES},
        },
        made_at=now,
    )


def _terraform_version(root: Path) -> str:
    try:
        return str(json.loads(_output(["terraform", "version", "-json"], root))["terraform_version"])
    except (ValueError, KeyError):
        return "unknown"


def _package_version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _output(command: list[str], folder: Path) -> str:
    try:
        ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
    except OSError:
        return ""
    return ended.stdout.strip() if ended.returncode == 0 else ""
