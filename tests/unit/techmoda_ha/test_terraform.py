"""Terraform's words reach the person whole, and its state goes where it belongs."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local_aws.testing import eventually
from techmoda_ha import terraform as terraform_module
from techmoda_ha.environments import Environment, Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.terraform import Interrupted, Terraform, graceful_interrupt
from techmoda_ha.terraform_run import Run, describe_diagnostic

FAKE_TERRAFORM = """#!{python}
import json, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends in order by itself
for event in {events!r}:
    print(event if isinstance(event, str) else json.dumps(event))
sys.exit({status})
"""


def diagnostic(summary: str, severity: str = "error") -> dict[str, Any]:
    return {
        "type": "diagnostic",
        "diagnostic": {
            "severity": severity,
            "summary": summary,
            "detail": "AccessDenied: not authorized to perform kms:CreateKey",
            "address": "module.data.aws_kms_key.this",
            "range": {"filename": "kms.tf", "start": {"line": 7}},
        },
    }


def changes(operation: str, add: int) -> dict[str, Any]:
    return {
        "type": "change_summary",
        "changes": {"operation": operation, "add": add, "change": 0, "remove": 0},
    }


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    for environment in Environment:
        (tmp_path / "envs" / environment).mkdir(parents=True)
        (tmp_path / "envs" / environment / "main.tf").write_text("")
    return Workspace(tmp_path, tmp_path / "build")


@pytest.fixture
def terraform(workspace: Workspace, tmp_path: Path) -> Terraform:
    return Terraform(workspace, Environment.PRIMARY, {"HA_STATE_DIR": str(tmp_path / "state")})


def install_fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, events: list[Any], status: int) -> None:
    file = tmp_path / "bin" / "terraform"
    file.parent.mkdir()
    file.write_text(FAKE_TERRAFORM.format(python=sys.executable, events=events, status=status))
    file.chmod(file.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(file.parent), prepend=":")


def test_an_error_is_shown_with_its_address_place_and_whole_detail() -> None:
    text = describe_diagnostic(diagnostic("creating KMS Key")["diagnostic"])
    assert text.splitlines() == [
        "Error: creating KMS Key",
        "  with module.data.aws_kms_key.this",
        "  on kms.tf line 7",
        "AccessDenied: not authorized to perform kms:CreateKey",
    ]


def test_warnings_are_not_reported_as_errors() -> None:
    run = Run()
    run.take(json.dumps(diagnostic("deprecated", "warning")))
    run.take(json.dumps(diagnostic("creating KMS Key")))
    assert "deprecated" not in run.error_text
    assert "creating KMS Key" in run.error_text


def test_words_that_are_no_json_are_kept_for_the_error() -> None:
    run = Run()
    assert run.take("panic: runtime error\n") is None
    assert run.error_text == "panic: runtime error"


def test_a_failed_apply_raises_with_every_error_and_the_next_step(
    terraform: Terraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_fake(tmp_path, monkeypatch, [diagnostic("first"), diagnostic("second")], 1)
    with pytest.raises(HaError, match="terraform apply failed in envs/primary") as caught:
        terraform.apply()
    assert "first" in caught.value.detail
    assert "second" in caught.value.detail
    assert "ha apply --env primary" in caught.value.next_step


def test_an_apply_reports_its_changes_and_every_event(
    terraform: Terraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_fake(tmp_path, monkeypatch, [changes("plan", 3), changes("apply", 3)], 0)
    heard: list[dict[str, Any]] = []
    run = terraform.apply(heard.append)
    assert run.summary["add"] == 3
    assert [event["changes"]["operation"] for event in heard] == ["plan", "apply"]


@pytest.mark.parametrize(("target", "parallel"), [("local", ["-parallelism=40"]), ("aws", [])])
def test_more_is_made_at_once_where_no_api_throttles(
    terraform: Terraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, parallel: list[str]
) -> None:
    program = tmp_path / "bin" / "terraform"
    install_fake(tmp_path, monkeypatch, [], 0)
    code = f"import sys; open('{tmp_path}/said', 'w').write(' '.join(sys.argv))"
    program.write_text(f"#!{sys.executable}\n{code}")
    terraform = replace(terraform, variables={**terraform.variables, "HA_TARGET": target})
    for verb in (terraform.apply, terraform.destroy):
        verb()
        said = (tmp_path / "said").read_text().split()
        assert [option for option in said if "parallelism" in option] == parallel


@pytest.mark.parametrize(("status", "expected"), [(0, False), (2, True)])
def test_a_plan_tells_whether_anything_would_change(
    terraform: Terraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, *, expected: bool
) -> None:
    install_fake(tmp_path, monkeypatch, [changes("plan", 0)], status)
    assert terraform.plan().has_changes is expected


def test_a_saved_plan_is_shown_in_terraforms_words(
    terraform: Terraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_fake(tmp_path, monkeypatch, [], 0)
    (tmp_path / "bin" / "terraform").write_text('#!/bin/sh\necho "$@"\n')
    assert terraform.show_plan(tmp_path / "a.tfplan") == f"show -no-color {tmp_path}/a.tfplan"


def test_a_saved_plan_that_cannot_be_shown_is_an_error_with_terraforms_words(
    terraform: Terraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_fake(tmp_path, monkeypatch, [], 0)
    (tmp_path / "bin" / "terraform").write_text('#!/bin/sh\necho "no plan" >&2\nexit 1\n')
    with pytest.raises(HaError, match="terraform show failed in envs/primary") as caught:
        terraform.show_plan(tmp_path / "a.tfplan")
    assert caught.value.detail == "no plan"


def initialised(workspace: Workspace, backend: dict[str, Any]) -> Terraform:
    """Return Terraform whose data folder looks as after `terraform init` with these backend settings."""
    data_dir = workspace.terraform_data_dir(Environment.PRIMARY)
    (data_dir / "providers").mkdir(parents=True)
    (data_dir / "modules").mkdir()
    (data_dir / "terraform.tfstate").write_text(json.dumps({"backend": backend}))
    (data_dir / "modules" / "modules.json").write_text("{}")
    return Terraform(workspace, Environment.PRIMARY, {"HA_STATE_DIR": str(workspace.build / "state")})


@pytest.mark.parametrize(
    ("backend", "again"),
    [
        ({"type": "s3", "config": {"bucket": "b", "region": "us-east-1", "profile": None}}, False),
        ({"type": "s3", "config": {"bucket": "other", "region": "us-east-1"}}, True),
        ({"type": "local", "config": {"path": "primary.tfstate"}}, True),
    ],
)
def test_init_runs_only_when_the_state_lies_elsewhere_than_before(
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    backend: dict[str, Any],
    *,
    again: bool,
) -> None:
    install_fake(tmp_path, monkeypatch, ["init ran"], 1)
    terraform = initialised(workspace, backend)
    settings = {"bucket": "b", "region": "us-east-1"}
    if not again:
        terraform.init(settings)
        return
    with pytest.raises(HaError, match="terraform init failed") as caught:
        terraform.init(settings)
    assert "bucket b, us-east-1" in caught.value.next_step


def test_a_state_whose_region_does_not_answer_is_given_up_in_time(
    terraform: Terraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(*_: Any, timeout: float) -> None:
        raise subprocess.TimeoutExpired("terraform output", timeout)

    monkeypatch.setattr(terraform_module, "finished", hang)
    with pytest.raises(HaError, match="was not read within 30 s"):
        terraform.outputs()


def test_a_build_folder_elsewhere_never_shares_terraform_data_with_the_checkout(tmp_path: Path) -> None:
    own, test = Workspace(tmp_path, tmp_path / "build"), Workspace(tmp_path, tmp_path / "build" / "test")
    assert own.terraform_data_dir(Environment.DR) == tmp_path / "envs" / "dr" / ".terraform"
    assert test.terraform_data_dir(Environment.DR) == tmp_path / "build" / "test" / "terraform" / "dr"


STOPPING = """
import pathlib, signal, sys, time
def stop(*_):
    pathlib.Path(sys.argv[1]).write_text("written")
    sys.exit(1)
signal.signal(signal.SIGINT, stop if sys.argv[2] == "heeds" else signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""


def stopping(tmp_path: Path, how: str) -> subprocess.Popen[str]:
    """Start a process that writes a file when it is interrupted, or does not heed that."""
    command = [sys.executable, "-c", STOPPING, str(tmp_path / "state"), how]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, process_group=0)
    assert process.stdout
    process.stdout.readline()
    return process


def test_an_interrupted_terraform_is_told_once_and_waited_for(tmp_path: Path) -> None:
    process = stopping(tmp_path, "heeds")
    with pytest.raises(Interrupted) as interrupted, graceful_interrupt(process):
        raise KeyboardInterrupt
    assert (tmp_path / "state").read_text() == "written"
    assert interrupted.value.exit_code == 1


def test_a_terraform_that_does_not_heed_an_interrupt_is_killed_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terraform_module, "INTERRUPT_PATIENCE_SECONDS", 0.1)
    with pytest.raises(Interrupted) as interrupted, graceful_interrupt(stopping(tmp_path, "ignores")):
        raise KeyboardInterrupt
    assert interrupted.value.exit_code == -signal.SIGKILL


def test_another_error_stops_terraform_too_and_is_told_itself(tmp_path: Path) -> None:
    process = stopping(tmp_path, "heeds")
    with pytest.raises(ValueError, match="the listener's"), graceful_interrupt(process):
        raise ValueError("the listener's")
    assert process.returncode == 1


def test_of_two_runs_at_once_neither_reads_what_the_other_one_says(
    terraform: Terraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_fake(tmp_path, monkeypatch, [changes("plan", 3)], 0)
    inner: list[Run] = []

    def run_another(_event: object) -> None:
        if not inner:
            inner.append(terraform.apply())

    outer = terraform.apply(run_another)
    assert [outer.summary["add"], inner[0].summary["add"]] == [3, 3]
    assert [log.name for log in (terraform.workspace.build / "logs" / "terraform").iterdir()] == [
        "primary-apply.jsonl"
    ]


def interrupting(_event: object) -> None:
    raise KeyboardInterrupt


def test_an_interrupted_apply_says_how_to_go_on(
    terraform: Terraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_fake(tmp_path, monkeypatch, [changes("plan", 3)], 0)
    with pytest.raises(HaError, match="its state is written") as caught:
        terraform.apply(interrupting)
    assert "ha apply --env primary" in caught.value.next_step


def test_an_interrupted_apply_whose_state_was_not_taken_says_so(
    terraform: Terraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_fake(tmp_path, monkeypatch, [changes("plan", 3)], 0)
    (terraform.directory / "errored.tfstate").write_text("{}")
    with pytest.raises(HaError, match="could not write its state"):
        terraform.apply(interrupting)
    with pytest.raises(HaError, match="is not in its bucket yet") as refused:
        terraform.apply()
    assert "ha state push --env primary" in refused.value.next_step


def test_a_killed_terraform_is_told_as_such_and_its_provider_does_not_outlive_it(
    terraform: Terraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_fake(tmp_path, monkeypatch, [], 0)
    provider = tmp_path / "provider"
    (tmp_path / "bin" / "terraform").write_text(
        f"#!/bin/sh\nsleep 60 &\necho $! > {provider}\nkill -KILL $$\n"
    )
    with pytest.raises(HaError, match=r"was killed \(SIGKILL\)"):
        terraform.apply()
    assert eventually(lambda: is_gone(int(provider.read_text())))


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has collected yet has ended, too."""
    ended = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], check=False, capture_output=True, text=True)
    return ended.stdout.strip()[:1] in {"", "Z"}
