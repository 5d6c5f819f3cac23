"""What rules say in cases that the real environments do not show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.plan.plan_kit import document, objectives, plan, resource, system, table

import techmoda_ha.plan.rules  # noqa: F401 - registers the rules
from techmoda_ha.plan import compliance
from techmoda_ha.plan.judging import RULES, Outcome, Rule
from techmoda_ha.plan.model import Backend, Plan, System
from techmoda_ha.plan.parse import parse_plan


def outcomes(rule: str, *plans: Plan) -> list[str]:
    return [str(one.outcome) for one in RULES[rule].judge(system(*plans))]


def test_the_fault_of_a_table_is_violated_and_an_unknown_one_is_neither_passed_nor_violated() -> None:
    bad = plan(table(deletion_protection_enabled=False))
    values = table()["change"]["after"]
    unknown = resource("aws_dynamodb_table", "t", values, unknown={"deletion_protection_enabled": True})
    assert outcomes("data-deletion-protection", plan(table())) == [Outcome.HOLDS]
    assert outcomes("data-deletion-protection", bad) == [Outcome.VIOLATED]
    assert outcomes("data-deletion-protection", plan(unknown)) == [Outcome.UNKNOWN]


def test_an_environment_without_any_table_does_not_pass() -> None:
    assert outcomes("data-pitr", plan()) == [Outcome.VIOLATED]


def test_a_table_without_a_replica_is_left_open_until_the_other_plan_tells_whose_it_is() -> None:
    alone, same = plan(table()), plan(table(), role="dr")
    assert outcomes("data-replica", alone) == [Outcome.UNKNOWN]
    assert outcomes("data-replica", alone, plan(role="dr")) == [Outcome.VIOLATED]
    assert outcomes("data-replica", alone, same) == [Outcome.HOLDS]


def test_a_replica_block_counts_as_a_replica() -> None:
    with_block = plan(table(replica=[{"region_name": "us-west-2"}]))
    assert outcomes("data-replica", with_block, plan(role="dr")) == [Outcome.HOLDS]


def test_a_replica_belongs_to_its_table_by_arn() -> None:
    arn = "arn:aws:dynamodb:us-east-1:111111111111:table/products"
    replica = resource(
        "aws_dynamodb_table_replica",
        "r",
        {"global_table_arn": arn},
        module="module.else",
        provider="aws.replica",
    )
    assert outcomes("data-replica", plan(table(arn=arn), replica), plan(role="dr")) == [Outcome.HOLDS]
    other = plan(table(arn=f"{arn}-other"), replica)
    assert outcomes("data-replica", other, plan(role="dr")) == [Outcome.VIOLATED]


def backup(**rule: Any) -> Plan:
    good = {"rule_name": "r", "schedule": "cron(0 1 * * ? *)", "lifecycle": [{"delete_after": 30}]}
    return plan(
        resource("aws_backup_plan", "p", {"rule": [{**good, **rule}]}),
        resource("aws_backup_selection", "s", {}),
    )


@pytest.mark.parametrize(
    ("rule", "faulty"),
    [
        ("backup-daily", {"schedule": "cron(0 2 ? * SUN *)"}),
        ("backup-daily", {"schedule": "every blue moon"}),
        ("backup-lifecycle", {"lifecycle": [{"cold_storage_after": 30, "delete_after": 119}]}),
        (
            "backup-lifecycle",
            {"copy_action": [{"lifecycle": [{"cold_storage_after": 1, "delete_after": 90}]}]},
        ),
        ("backup-retention", {"lifecycle": [{"delete_after": None}]}),
        ("backup-retention", {"lifecycle": []}),
        ("backup-window", {"start_window": 60, "completion_window": 90}),
        ("backup-copy", {"copy_action": []}),
        (
            "backup-copy",
            {
                "copy_action": [
                    {"destination_vault_arn": "arn:aws:backup:us-east-1:111111111111:backup-vault:v"}
                ]
            },
        ),
    ],
)
def test_a_fault_of_a_backup_rule_is_found(rule: str, faulty: dict[str, Any]) -> None:
    assert Outcome.VIOLATED in outcomes(rule, backup(**faulty))


def test_ninety_days_of_cold_storage_are_enough() -> None:
    lifecycle = [{"cold_storage_after": 30, "delete_after": 120}]
    assert outcomes("backup-lifecycle", backup(lifecycle=lifecycle)) == [Outcome.HOLDS]


def state(kind: str, **settings: Any) -> Plan:
    return parse_plan(document(role="dr"), "envs/dr", backend=Backend(kind, settings))


def test_the_state_of_dr_must_lie_in_the_dr_region() -> None:
    assert outcomes("state-own-region", state("s3", region="us-west-2")) == [Outcome.HOLDS]
    assert outcomes("state-own-region", state("s3", region="us-east-1")) == [Outcome.VIOLATED]
    assert outcomes("state-own-region", state("remote", region="us-west-2")) == [Outcome.VIOLATED]


def test_a_state_without_a_lock_or_encryption_is_found() -> None:
    assert outcomes("state-locked", state("s3", use_lockfile=True, encrypt=True)) == [Outcome.HOLDS]
    assert outcomes("state-locked", state("s3", use_lockfile=True)) == [Outcome.VIOLATED]
    assert outcomes("state-locked", state("s3", encrypt=True)) == [Outcome.VIOLATED]


def test_where_a_plan_files_state_lies_is_not_known() -> None:
    assert outcomes("state-own-region", plan(role="dr")) == [Outcome.UNKNOWN]
    assert outcomes("state-locked", plan(role="dr")) == [Outcome.UNKNOWN]


def test_two_environments_in_one_region_are_found() -> None:
    one = replace(plan(), dr_region="us-east-1")
    assert outcomes("dr-another-region", one) == [Outcome.VIOLATED]


@pytest.mark.parametrize(
    ("statement", "holds"),
    [
        ('{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}', True),
        ('{"Effect": "Deny", "Action": "*", "Resource": "*"}', True),
        ('{"Effect": "Allow", "Action": "xray:PutTraceSegments", "Resource": "*"}', True),
        ('{"Effect": "Allow", "Action": "logs:CreateLogDelivery", "Resource": "*"}', True),
        ('{"Effect": "Allow", "Action": "logs:PutResourcePolicy", "Resource": "*"}', False),
        ('{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}', False),
        ('{"Effect": "Allow", "Action": ["s3:GetObject", "dynamodb:*"], "Resource": "arn:x"}', False),
        ('{"Effect": "Allow", "NotAction": "iam:*", "Resource": "arn:x"}', False),
    ],
)
def test_a_policy_is_narrow_or_it_is_found(statement: str, holds: bool) -> None:
    policy = resource("aws_iam_policy", "p", {"policy": f'{{"Statement": [{statement}]}}'})
    wanted = Outcome.HOLDS if holds else Outcome.VIOLATED
    assert outcomes("security-least-privilege", plan(policy)) == [wanted]


def test_a_policy_that_is_no_document_does_not_pass() -> None:
    policy = resource("aws_iam_policy", "p", {"policy": "oops"})
    assert outcomes("security-least-privilege", plan(policy)) == [Outcome.VIOLATED]


def test_an_unapproved_region_is_found_once() -> None:
    approved = replace(objectives(), approved_regions=("us-east-1",))
    both = plan(resource("aws_x", "a", {}), *(resource("aws_x", n, {}, provider="aws.replica") for n in "bc"))
    judged = RULES["security-approved-regions"].judge(System(approved, both))
    assert [(one.outcome, one.address) for one in judged] == [
        (Outcome.HOLDS, "aws_x.a"),
        (Outcome.VIOLATED, "aws_x.b"),
    ]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_says_what_why_and_how_in_whole_sentences(rule: Rule) -> None:
    assert rule.title[0].isupper()
    assert not rule.title.endswith(".")
    assert rule.why.endswith(".")
    assert rule.fix.endswith(".")
    assert rule.source
    assert rule.answers
    assert set(rule.answers) <= compliance.DEMANDS.keys()


@pytest.mark.parametrize("code", compliance.DEMANDS)
def test_every_demand_is_answered_by_a_rule(code: str) -> None:
    assert [rule.id for rule in RULES.values() if code in rule.answers]
