"""A locked state names who holds it; a state that the bucket did not take is never lost."""

from __future__ import annotations

from pathlib import Path

from techmoda_ha.terraform_failures import locked_state_error, unwritten_state_error

LOCKED = {
    "severity": "error",
    "summary": "Error acquiring the state lock",
    "detail": """Error message: operation error S3: PutObject, https response error StatusCode: 412,
api error PreconditionFailed: At least one of the pre-conditions you specified did not hold
Lock Info:
  ID:        0f1d52fb-3a9f-47a5-a8a2-2be6ad0c4f7e
  Path:      techmoda-api-state-123456789012-us-east-1/envs/primary/terraform.tfstate
  Operation: OperationTypeApply
  Who:       ana@laptop
  Version:   1.11.4
  Created:   2026-01-02 03:04:05.678 +0000 UTC
  Info:      
""",  # noqa: W291 - as Terraform prints it
}


def test_a_locked_state_says_who_is_changing_it_and_how_to_go_on() -> None:
    error = locked_state_error("primary", "apply", [{"summary": "something else"}, LOCKED])
    assert error
    assert "another run: apply by ana@laptop since 2026-01-02 03:04:05" in error.message
    assert "This apply touched nothing." in error.message
    assert "force-unlock 0f1d52fb-3a9f-47a5-a8a2-2be6ad0c4f7e" in error.next_step


def test_another_failure_is_not_taken_for_a_lock() -> None:
    assert (
        locked_state_error("primary", "apply", [{"summary": "creating KMS Key", "detail": "ID: 1"}]) is None
    )
    assert locked_state_error("primary", "apply", [{**LOCKED, "detail": "AccessDenied"}]) is None


def test_a_state_that_was_not_taken_is_put_into_the_logs_and_can_be_pushed(tmp_path: Path) -> None:
    root, logs = tmp_path / "envs" / "dr", tmp_path / "logs"
    root.mkdir(parents=True)
    (root / "errored.tfstate").write_text("state")
    error = unwritten_state_error(root, logs, "apply")
    assert error
    kept = logs / "dr-errored.tfstate"
    assert kept.read_text() == "state"
    assert not (root / "errored.tfstate").exists()
    assert f"terraform -chdir=envs/dr state push {kept}" in error.next_step


def test_where_every_state_was_taken_nothing_is_said(tmp_path: Path) -> None:
    assert unwritten_state_error(tmp_path, tmp_path / "logs", "apply") is None
