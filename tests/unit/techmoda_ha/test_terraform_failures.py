"""A locked state names who holds it, a state that the bucket did not take is never lost, and so on."""

from __future__ import annotations

from pathlib import Path

from techmoda_ha.terraform_failures import Failed

APPLY = Failed("primary", "apply", "aws")
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
    error = APPLY.by_lock([{"summary": "something else"}, LOCKED])
    assert error
    assert "another run: apply by ana@laptop since 2026-01-02 03:04:05" in error.message
    assert "This apply touched nothing." in error.message
    unlock = "ha state unlock --env primary --target aws --id 0f1d52fb-3a9f-47a5-a8a2-2be6ad0c4f7e"
    assert unlock in error.next_step


def test_a_lock_is_known_from_plain_words_too() -> None:
    words = "\n".join(f"│ {line}" for line in f"Error: {LOCKED['summary']}\n{LOCKED['detail']}".splitlines())
    error = APPLY.by_lock([{"detail": words}])
    assert error
    assert "apply by ana@laptop" in error.message


def test_another_failure_is_not_taken_for_a_lock() -> None:
    assert APPLY.by_lock([{"summary": "creating KMS Key", "detail": "ID: 1"}]) is None
    assert APPLY.by_lock([{**LOCKED, "detail": "AccessDenied"}]) is None


def test_a_state_that_was_not_taken_is_kept_and_can_be_pushed(tmp_path: Path) -> None:
    root, kept = tmp_path / "envs" / "dr", tmp_path / "state" / "dr.errored.tfstate"
    root.mkdir(parents=True)
    (root / "errored.tfstate").write_text("state")
    error = Failed("dr", "apply").by_unwritten_state(root, kept)
    assert error
    assert kept.read_text() == "state"
    assert not (root / "errored.tfstate").exists()
    assert "ha state push --env dr" in error.next_step


def test_where_every_state_was_taken_nothing_is_said(tmp_path: Path) -> None:
    assert APPLY.by_unwritten_state(tmp_path, tmp_path / "kept") is None


def test_a_killed_run_does_not_claim_that_its_state_is_written() -> None:
    error = APPLY.by_signal(-9)
    assert "was killed (SIGKILL)" in error.message
    assert "may lack" in error.message
    assert "ha state unlock --env primary --target aws" in error.next_step


def test_an_interrupted_plan_says_how_to_plan_without_a_region_that_is_gone() -> None:
    error = Failed("dr", "plan", "aws").by_interrupt()
    assert "nothing was changed" in error.message
    assert "ha plan --env dr --target aws --no-refresh" in error.next_step


def test_where_nobody_answers_the_way_without_asking_is_named() -> None:
    error = APPLY.otherwise('Get "https://iam…": request send failed, dial tcp', Path("log"))
    assert "ha apply --env primary --target aws --no-refresh" in error.next_step
    assert "--no-refresh" not in APPLY.otherwise("AccessDenied", Path("log")).next_step
