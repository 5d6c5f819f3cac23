"""The workflows are valid, run nothing that can change behind our back, and call what is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"^\s*(?:- )?uses: [\w.-]+(?:/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
OWN = re.compile(r"^\s*(?:- )?uses: \./\.github/workflows/[\w-]+\.yml$")
each_workflow = pytest.mark.parametrize("file", WORKFLOWS, ids=[file.name for file in WORKFLOWS])


def read(file: Path) -> dict[str, Any]:
    """Return a workflow; YAML 1.1 reads its key `on` as true."""
    workflow: dict[str, Any] = yaml.safe_load(file.read_text())
    return workflow


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


def commands_of(buildspec: str, phase: str) -> list[str]:
    """Return the commands of one phase of a buildspec."""
    found: list[str] = yaml.safe_load((ROOT / buildspec).read_text())["phases"][phase]["commands"]
    return found


def unpinned(text: str) -> list[str]:
    """Return every line that uses an action by something else than a commit, its version beside it."""
    lines = [line for line in text.splitlines() if re.match(r"\s*(?:- )?uses:", line)]
    return [line for line in lines if not PINNED.match(line) and not OWN.match(line)]


def schema_errors(*files: Path) -> str:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    ended = subprocess.run([*command, *map(str, files)], check=False, capture_output=True, text=True)
    return ended.stdout if ended.returncode else ""


def security_findings(folder: Path) -> str:
    zizmor = Path(sys.executable).with_name("zizmor")
    command = [str(zizmor), "--offline", "--no-progress", "--quiet", "--min-severity", "medium", str(folder)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    return ended.stdout + ended.stderr if ended.returncode else ""


def test_there_are_workflows() -> None:
    assert {file.stem for file in WORKFLOWS} == {"ci", "plan", "deploy", "deploy-environment", "drift"}


def test_every_workflow_keeps_the_schema() -> None:
    assert schema_errors(*WORKFLOWS) == ""


def test_a_workflow_against_the_schema_is_found(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text("on: push\njobs: {one: {steps: [{run: make}]}}\n")
    assert "runs-on" in schema_errors(tmp_path / "bad.yml")


def test_no_workflow_has_a_known_security_weakness() -> None:
    assert security_findings(ROOT / ".github" / "workflows") == ""


def test_a_security_weakness_is_found(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text(
        "on: pull_request_target\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps:\n"
        "      - run: echo ${{ github.event.pull_request.title }}\n"
    )
    assert "template-injection" in security_findings(tmp_path / "bad.yml")


@each_workflow
def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it(file: Path) -> None:
    assert unpinned(file.read_text()) == []


@pytest.mark.parametrize(
    "named", ["actions/checkout@v7", "a/b@main", f"a/b@{'0' * 39} # v1.0.0", f"a/b@{'0' * 40}"]
)
def test_an_action_that_can_change_is_found(named: str) -> None:
    assert unpinned(f"    - uses: {named}") != []


@each_workflow
def test_every_make_target_is_there(file: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    called = {
        name for step in steps(read(file)) for name in re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))
    }
    assert called <= targets


@each_workflow
def test_a_workflow_starts_with_read_rights_only_and_does_not_pile_up(file: Path) -> None:
    workflow = read(file)
    assert workflow["permissions"] == {"contents": "read"}
    assert "concurrency" in workflow or "workflow_call" in workflow[True]  # type: ignore[index]


@each_workflow
def test_aws_is_reached_by_a_token_of_the_run_and_no_stored_key(file: Path) -> None:
    text = file.read_text()
    assert not re.search(r"aws-access-key-id|AWS_SECRET_ACCESS_KEY", text)
    for name, job in read(file)["jobs"].items():
        reaches_aws = any(
            "configure-aws-credentials" in step.get("uses", "") for step in job.get("steps", [])
        )
        may = job.get("permissions", {}).get("id-token") == "write"
        assert may == (reaches_aws or "deploy-environment" in job.get("uses", "")), name


@each_workflow
def test_terraform_is_the_version_that_the_repository_names(file: Path) -> None:
    version = (ROOT / ".terraform-version").read_text().strip()
    used = [
        step["with"]["terraform_version"]
        for step in steps(read(file))
        if "setup-terraform" in step.get("uses", "")
    ]
    assert set(used) <= {version}


def test_primary_is_deployed_after_dr_and_a_failed_release_is_taken_back() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "deploy.yml")["jobs"]
    assert (jobs["dr"]["needs"], jobs["primary"]["needs"]) == ("validate", "dr")
    judged = [step["run"] for step in jobs["validate"]["steps"] if "run" in step]
    assert judged == [one.replace("$TARGET", "aws") for one in commands_of("buildspec.yml", "build")]
    called = steps(read(ROOT / ".github" / "workflows" / "deploy-environment.yml"))
    order = [step.get("run", "").split("\n")[0] for step in called if "make" in step.get("run", "")]
    assert order == [
        "make validate",
        "make apply > /dev/null",
        'make smoke-test ONLY="$REGIONS"',
        "make rollback",
    ]
    assert called[-1]["if"].startswith("failure()")
