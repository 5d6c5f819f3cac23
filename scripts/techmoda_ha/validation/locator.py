"""Finds where the resource blocks of this repository stand."""

from __future__ import annotations

import re
from pathlib import Path

from techmoda_ha.plan.model import Location

BLOCK = re.compile(r'^resource\s+"(\w+)"\s+"([\w-]+)"', re.MULTILINE)
FOLDERS = ("envs", "modules")


def resource_locations(root: Path) -> dict[tuple[str, str, str], Location]:
    """Return the place of every resource block below envs/ and modules/, by (folder, type, name).

    Folders and files are relative to the root, with forward slashes. Override files are left out: what
    they change is declared elsewhere.
    """
    found = {}
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*.tf")):
            if file.name.endswith("override.tf") or ".terraform" in file.parts:
                continue
            text, relative = file.read_text(), file.relative_to(root)
            for match in BLOCK.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                place = Location(relative.as_posix(), line)
                found[(relative.parent.as_posix(), match[1], match[2])] = place
    return found
