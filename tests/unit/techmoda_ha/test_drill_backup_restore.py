"""The backup-restore drill on a deployment of fakes: what it proves, what makes it fail, what it undoes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws
from rich.console import Console
from tests.unit.techmoda_ha.backup_drill_kit import (
    COPY_ARN,
    ERASURES,
    RESTORED,
    TABLE,
    Story,
    Vaults,
    rule,
    set_recovery,
)

from techmoda_ha.drills import experiment, performing
from techmoda_ha.drills.backup_restore import goods
from techmoda_ha.drills.backup_restore.losing import VaultDenied, make_loss
from techmoda_ha.drills.backup_restore.plan import BackupRestorePlan
from techmoda_ha.drills.backup_restore.plan import Loss as Kind
from techmoda_ha.drills.backup_restore.report import NAME, closing_table, evidence_of
from techmoda_ha.drills.faults import RegionCutOff, TestBed
from techmoda_ha.environments import Target, Workspace
from techmoda_ha.errors import HaError, ViolationError
from techmoda_ha.evidence import Evidence

EXPERIMENT = Workspace.from_environment().root / "drills" / f"{NAME}.yaml"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with mock_aws():
        yield Story(tmp_path)


def perform(story: Story) -> Evidence:
    """Run the whole experiment; the evidence."""
    document = experiment.load_experiment(EXPERIMENT)
    performance = performing.perform(document, story.drill, story.stage.folder)
    evidence = evidence_of(story.drill, performance)
    performing.keep(evidence, performance, story.stage.folder)
    return evidence


def nothing_is_left(story: Story) -> bool:
    tables = story.dynamodb.list_tables()["TableNames"]
    return RESTORED not in tables and (story.left(TABLE), story.left(ERASURES), story.vaults.lost) == (
        0,
        0,
        False,
    )


def test_a_restore_of_everything_in_the_other_region_passes_and_leaves_nothing(story: Story) -> None:
    evidence = perform(story)
    assert evidence.violations == []
    assert evidence.passed
    figures = evidence.measurements
    assert (figures["items_compared"], figures["items_erased"], figures["late_items_lost"]) == (27, 3, 4)
    assert figures["rto_seconds"] == 7
    assert story.manager.asked == [{"operacion": "restaurar", "puntoRecuperacion": COPY_ARN}]
    assert json.loads((story.stage.folder / f"{NAME}.json").read_text())["passed"] is True
    assert nothing_is_left(story)


def test_the_vault_is_given_back_before_the_steady_state_is_looked_at_again(story: Story) -> None:
    perform(story)
    assert story.loss.asked[:2] == ["cause", "mend"]
    assert any("is back" in words for words in story.said)


def lose_two(items: dict[str, Any]) -> None:
    for key in list(items)[:2]:
        del items[key]


def change_a_price(items: dict[str, Any]) -> None:
    key = next(iter(items))
    items[key] = {**items[key], "price": {"S": "9999.99"}}


def test_a_recovery_point_with_missing_items_fails_the_drill(story: Story) -> None:
    story.manager.spoil = lose_two
    assert "items_missing is 2, over the objective of 0" in perform(story).violations
    assert nothing_is_left(story)


def test_a_recovery_point_with_other_values_fails_the_drill(story: Story) -> None:
    story.manager.spoil = change_a_price
    assert "items_different is 1, over the objective of 0" in perform(story).violations


def test_an_erased_product_that_is_back_fails_the_drill(story: Story) -> None:
    def bring_back(items: dict[str, Any]) -> None:
        items |= story.drill.findings.written

    story.manager.spoil = bring_back
    assert "erased_items_back is 3, over the objective of 0" in perform(story).violations


def test_a_restored_table_without_recovery_fails_the_drill(story: Story) -> None:
    story.manager.recovers = False
    assert f"point-in-time recovery of {RESTORED} is off" in perform(story).violations


def test_a_vault_that_was_not_lost_fails_the_drill(story: Story) -> None:
    story.loss.works = False
    assert any("nothing was lost" in violation for violation in perform(story).violations)


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (
            lambda story: story.vaults.rules.append(rule("weekly", copies=False)),
            "the rule weekly makes no copy",
        ),
        (lambda story: story.vaults.rules.clear(), "the backup plan has no rule"),
        (lambda story: setattr(story.vaults, "locked", False), "is not locked"),
        (
            lambda story: set_recovery(story.dynamodb, TABLE, on=False),
            f"recovery of {TABLE} in us-east-1 is off",
        ),
        (lambda story: set_recovery(story.dynamodb, ERASURES, on=False), f"recovery of {ERASURES}"),
    ],
    ids=["no copy", "no rule", "no lock", "no recovery", "erasures without recovery"],
)
def test_what_would_fail_a_restore_is_found_before_anything_is_lost(
    story: Story, fault: Any, named: str
) -> None:
    fault(story)
    evidence = perform(story)
    assert named in evidence.violations[0]
    assert not evidence.passed
    assert "cause" not in story.loss.asked
    assert story.manager.asked == []


def test_a_restore_that_cannot_be_done_is_an_error_and_everything_is_undone(story: Story) -> None:
    story.manager.error = HaError("The backup manager failed.", "See its log.")
    with pytest.raises(HaError, match="The backup manager failed"):
        perform(story)
    assert story.loss.asked[-1] == "mend"
    assert nothing_is_left(story)


def test_what_could_not_be_undone_fails_the_drill(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise HaError("The vault stays away.", "")

    monkeypatch.setattr(story.drill, "_delete_restored", refuse)
    assert any("The vault stays away" in violation for violation in perform(story).violations)


def test_a_drill_that_compared_nothing_has_shown_nothing(story: Story) -> None:
    evidence = evidence_of(story.drill, performing.Performance(Run(), True, True))  # type: ignore[arg-type]
    assert "nothing was compared, so nothing was shown" in evidence.violations
    assert math.isnan(evidence.measurements["rto_seconds"])


class Run:
    """A run without deviations."""

    deviations: dict[str, str] = {}


def test_the_figures_are_shown_and_a_failure_is_a_violation(story: Story) -> None:
    console = Console(record=True, width=120)
    performing.report(perform(story), closing_table, console)
    assert "Items compared" in console.export_text()


def test_a_missed_objective_is_shown_and_raised(story: Story) -> None:
    story.manager.spoil = lose_two
    with pytest.raises(ViolationError, match="items_missing is 2"):
        performing.report(perform(story), closing_table, Console(record=True))


POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "Ours", "Effect": "Deny"}]})


@pytest.mark.parametrize("policy", [POLICY, None])
def test_a_vault_is_denied_to_everybody_and_gets_its_policy_back(policy: str | None) -> None:
    vaults = Vaults(policy=policy)
    denied = VaultDenied(vaults, "shop-vault")
    denied.cause()
    statements = json.loads(vaults.policy or "")["Statement"]
    assert (statements[0]["Effect"], statements[0]["Principal"]) == ("Deny", "*")
    assert {"backup:StartRestoreJob", "backup:StartCopyJob"} <= set(statements[0]["Action"])
    assert len(statements) == (2 if policy else 1)
    for _ in range(2):
        denied.mend()
        assert vaults.policy == policy


def test_a_region_is_cut_off_only_on_a_test_bed() -> None:
    bed = TestBed("http://127.0.0.1:1")
    assert isinstance(make_loss(Kind.REGION, bed, None, "v", "us-east-1"), RegionCutOff)
    assert isinstance(make_loss(Kind.VAULT, bed, None, "v", "us-east-1"), VaultDenied)
    with pytest.raises(HaError, match="cut off") as error:
        make_loss(Kind.REGION, None, None, "v", "us-east-1")
    assert "--loss vault" in error.value.next_step


def test_what_is_kept_is_what_was_written(tmp_path: Path) -> None:
    items = goods.new_items(5, "drill", "coat")
    goods.keep(items, tmp_path / "kept.jsonl")
    assert goods.kept(tmp_path / "kept.jsonl") == items
    assert len({json.dumps(item, sort_keys=True) for item in items.values()}) == 5


def test_the_experiments_configuration_is_read() -> None:
    document = experiment.load_experiment(EXPERIMENT)
    plan = BackupRestorePlan.from_configuration(document["configuration"], loss=Kind.REGION)
    assert (plan.products, plan.loss, plan.rto_objective_seconds) == (300, Kind.REGION, 3600)


def test_on_aws_somebody_must_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    assert performing.is_agreed(["x"], Target.LOCAL, dry_run=False)
    assert not performing.is_agreed(["x"], Target.LOCAL, dry_run=True)
    monkeypatch.setattr("click.prompt", lambda *_arguments, **_options: "yes")
    with pytest.raises(HaError, match="Not confirmed"):
        performing.is_agreed(["x"], Target.AWS, dry_run=False)
