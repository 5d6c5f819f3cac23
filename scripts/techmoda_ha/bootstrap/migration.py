"""Move a state from a file on this machine to its bucket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from techmoda_ha.errors import HaError
from techmoda_ha.terraform import Terraform

MOVED = ".moved"
NO_STATE: dict[str, Any] = {"resources": []}


@dataclass(frozen=True)
class Moved:
    """A state that lies in its bucket now: how many objects it holds, and where the former file is kept."""

    resources: int
    kept_as: Path


def objects_in(state: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """Return what a state says exists: module, type and name of each object, its index and its id.

    Lineage and serial are no part of it: `state push` gives a state in an empty bucket new ones.
    """
    return {
        (
            resource.get("module", ""),
            f"{resource['mode']}.{resource['type']}.{resource['name']}",
            str(instance.get("index_key", "")),
            str(instance.get("attributes", {}).get("id", "")),
        )
        for resource in state["resources"]
        for instance in resource["instances"]
    }


def migrate_state(terraform: Terraform, settings: dict[str, object]) -> Moved | None:
    """Push the state from its file to the bucket, read it back, and put the file aside; None without a file.

    Raises HaError when the bucket holds another state already, or what is read back is not what was pushed;
    the file stays where it is then.
    """
    file = terraform.backend.local_state
    if not file.is_file():
        return None
    try:
        state: dict[str, Any] = json.loads(file.read_text())
        objects = objects_in(state)
    except (OSError, ValueError, KeyError) as error:
        raise HaError(f"{file} is no Terraform state: {error}", "Look at it; nothing was moved.") from error
    terraform.init(settings)
    there = objects_in(terraform.pull_state() or NO_STATE)
    if there and there != objects:
        raise HaError(
            f"The bucket holds another state of envs/{terraform.environment} already; nothing was moved.",
            f"Decide which one is right; to keep the bucket's, rename {file}.",
        )
    if there != objects:  # or a move that was cut short has pushed it already
        terraform.push_state(file)
    if objects_in(terraform.pull_state() or NO_STATE) != objects:
        raise HaError(
            f"The state of envs/{terraform.environment} read back from its bucket is not what was written.",
            f"The former file is untouched: {file}. Compare it with `terraform state pull`.",
        )
    kept = file.with_name(file.name + MOVED)
    file.rename(kept)
    return Moved(len(objects), kept)
