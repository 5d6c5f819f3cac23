"""Look the locked requirements up in the advisory database, with pip-audit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from techmoda_ha.environments import Workspace
from techmoda_ha.errors import HaError, ViolationError

PATIENCE_SECONDS = 15  # for one answer of the advisory service
UNREACHABLE = ("ConnectionError", "ServiceError", "Timeout", "Max retries", "HTTPError", "RequestError")


def lock_files(root: Path) -> list[Path]:
    """Return every lock: what ships first, then the tools."""
    folder = root / "requirements"
    return [*sorted((folder / "lambda").glob("*.txt")), *sorted(folder.glob("*.txt"))]


def audit_requirements(workspace: Workspace, console: Console) -> dict[str, Any]:
    """Audit every lock and return what was found, also kept in build/evidence/audit.json.

    Where the advisory service cannot be reached, that is recorded and said, and is no failure: nothing was
    learned. Raises ViolationError for a known vulnerability, HaError when pip-audit itself fails.
    """
    report: dict[str, Any] = {
        "name": "audit",
        "reachable": True,
        "files": {},
        "skipped": [],
        "vulnerabilities": [],
    }
    for file in lock_files(workspace.root):
        name = file.relative_to(workspace.root).as_posix()
        with console.status(f"Looking up {name}"):
            found = _audit(file)
        # A package that pip-audit skips was not looked up: an index without advisories knows none of them.
        looked_up = [one for one in found or [] if "skip_reason" not in one]
        if not looked_up:
            report["reachable"] = False
            console.print("The advisory service cannot be reached: nothing was looked up.", style="yellow")
            break
        report["skipped"] += sorted({one["name"] for one in found or [] if "skip_reason" in one})
        report["files"][name] = len(looked_up)
        report["vulnerabilities"] += [
            {"file": name, "package": f"{one['name']}=={one['version']}", "id": bug["id"],
             "fixed_in": bug.get("fix_versions", [])}
            for one in looked_up for bug in one["vulns"]
        ]  # fmt: skip
    evidence = workspace.build / "evidence" / "audit.json"
    evidence.parent.mkdir(parents=True, exist_ok=True)
    evidence.write_text(json.dumps(report, indent=2) + "\n")
    if report["vulnerabilities"]:
        lines = [f"{one['file']}: {one['package']} {one['id']}" for one in report["vulnerabilities"]]
        raise ViolationError(
            f"{len(lines)} known vulnerabilities.", "Raise the versions: make lock", detail="\n".join(lines)
        )
    if report["reachable"]:
        console.print(f"No known vulnerability in {sum(report['files'].values())} locked packages.")
        if report["skipped"]:
            console.print(f"Not looked up: {', '.join(report['skipped'])}", style="yellow")
    return report


def _audit(file: Path) -> list[dict[str, Any]] | None:
    """Return pip-audit's entries for one lock; None when the advisory service cannot be reached."""
    ended = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--requirement", str(file), "--disable-pip", "--require-hashes",
         "--format", "json", "--progress-spinner", "off", "--timeout", str(PATIENCE_SECONDS)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    try:
        entries: list[dict[str, Any]] = json.loads(ended.stdout)["dependencies"]
    except (ValueError, KeyError) as error:
        if any(word in ended.stderr for word in UNREACHABLE):
            return None
        raise HaError("pip-audit failed.", "See its words above.", detail=ended.stderr.strip()) from error
    return entries
