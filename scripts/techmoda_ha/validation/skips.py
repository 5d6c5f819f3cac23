"""Finds the checks of checkov that are skipped: in-line in the HCL, or for plans alone."""

from __future__ import annotations

import re
from pathlib import Path

from techmoda_ha.plan.compliance import Skip

IN_LINE = re.compile(r"#\s*checkov:skip=(\w+):?(.*)")
FOR_PLANS = re.compile(r"^  - (\w+) # (.+)$", re.MULTILINE)
FOLDERS = ("modules", "envs")
PLAN_CONFIGURATION = ".checkov-plan.yaml"


def skipped_checks(root: Path) -> list[Skip]:
    """Return every skip: in-line below modules/ and envs/ (without examples), and for plans alone."""
    text = (root / PLAN_CONFIGURATION).read_text()
    found = [Skip(check, PLAN_CONFIGURATION, reason) for check, reason in FOR_PLANS.findall(text)]
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*.tf")):
            if "examples" in file.parts or ".terraform" in file.parts:
                continue
            for check, reason in IN_LINE.findall(file.read_text()):
                found.append(Skip(check, file.relative_to(root).as_posix(), reason.strip()))
    return found
