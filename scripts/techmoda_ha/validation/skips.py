"""Finds the checks of checkov that are skipped in-line."""

from __future__ import annotations

import re
from pathlib import Path

from techmoda_ha.plan.compliance import Skip

IN_LINE = re.compile(r"#\s*checkov:skip=(\w+):?(.*)")
FOLDERS = ("modules", "envs")


def skipped_checks(root: Path) -> list[Skip]:
    """Return every in-line skip below modules/ and envs/, examples left out as checkov leaves them out."""
    found = []
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*.tf")):
            if "examples" in file.parts or ".terraform" in file.parts:
                continue
            for check, reason in IN_LINE.findall(file.read_text()):
                found.append(Skip(check, file.relative_to(root).as_posix(), reason.strip()))
    return found
