"""What hinders Terraform, put into words: a state that is locked, or could not be written."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from techmoda_ha.errors import HaError

LOCK_FIELDS = re.compile(r"^ *(ID|Operation|Who|Created): *(.+?) *$", re.MULTILINE)
UNWRITTEN_STATE = (
    "errored.tfstate"  # Terraform leaves it in the root module when the backend refuses the state.
)


def locked_state_error(
    environment: str, verb: str, diagnostics: Iterable[Mapping[str, Any]]
) -> HaError | None:
    """Return the error of a state that another run holds, naming that run; None when it is something else."""
    for one in diagnostics:
        if "acquiring the state lock" not in str(one.get("summary", "")):
            continue
        lock = dict(LOCK_FIELDS.findall(str(one.get("detail", ""))))
        if "ID" not in lock:
            continue
        doing = lock.get("Operation", "").removeprefix("OperationType").lower() or "run"
        return HaError(
            f"envs/{environment} is being changed by another run: {doing} by {lock.get('Who', 'unknown')} "
            f"since {lock.get('Created', 'unknown')}. This {verb} touched nothing.",
            "Run it again when that one has ended. Only if it died: "
            f"terraform -chdir=envs/{environment} force-unlock {lock['ID']}",
        )
    return None


def unwritten_state_error(directory: Path, logs: Path, verb: str) -> HaError | None:
    """Put a state that could not be written to its bucket into the logs, and return the error that says so.

    None when there is no such state, or an empty one.
    """
    left = directory / UNWRITTEN_STATE
    if not left.is_file():
        return None
    kept = logs / f"{directory.name}-{UNWRITTEN_STATE}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(left, kept)
    return HaError(
        f"terraform {verb} in envs/{directory.name} could not write its state to the bucket.",
        f"The state is kept in {kept}. When the bucket answers again: "
        f"terraform -chdir=envs/{directory.name} state push {kept}",
    )
