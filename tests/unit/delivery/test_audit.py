"""Locked requirements are looked up; what could not be looked up is never called clean."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from techmoda_ha.delivery.audit import audit_requirements
from techmoda_ha.environments import Workspace
from techmoda_ha.errors import HaError, ViolationError

CLEAN = {"name": "boto3", "version": "1.0", "vulns": []}
BAD = {"name": "pyyaml", "version": "5.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["5.4"]}]}
SKIPPED = {"name": "wrapt", "skip_reason": "Dependency not found"}


def audit(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *entries: dict[str, Any], errors: str = ""
) -> dict[str, Any]:
    (folder / "requirements").mkdir()
    (folder / "requirements" / "tools.txt").write_text("")
    output = "" if errors else json.dumps({"dependencies": entries})
    ended = subprocess.CompletedProcess([], 1, output, errors)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)
    return audit_requirements(Workspace(folder, folder / "build"), Console(quiet=True))


def test_requirements_without_a_known_vulnerability_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = audit(tmp_path, monkeypatch, CLEAN, SKIPPED)
    assert report["files"] == {"requirements/tools.txt": 1}
    assert report["skipped"] == ["wrapt"]


def test_a_known_vulnerability_fails_and_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ViolationError, match="1 known vulnerabilities") as caught:
        audit(tmp_path, monkeypatch, CLEAN, BAD)
    assert "pyyaml==5.1 PYSEC-1" in caught.value.detail


@pytest.mark.parametrize("answer", [{"errors": "requests.exceptions.ConnectionError: refused"}, {}])
def test_without_an_answer_nothing_is_called_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: dict[str, str]
) -> None:
    report = audit(tmp_path, monkeypatch, SKIPPED, **answer)
    assert report["reachable"] is False
    assert report["files"] == {}
    assert json.loads((tmp_path / "build" / "evidence" / "audit.json").read_text()) == report


def test_a_pip_audit_that_breaks_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HaError, match="pip-audit failed"):
        audit(tmp_path, monkeypatch, errors="unrecognized arguments")
