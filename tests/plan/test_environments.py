"""The environments as they are keep every rule and promise, also when they are only written differently."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.plan.bench import Bench, read
from tests.plan.conftest import TODAY
from tests.plan.restyle import restyle

from local_aws import testing
from techmoda_ha.cli import main
from techmoda_ha.plan.assessment.measure import Verdict
from techmoda_ha.plan.engine import Findings, judge
from techmoda_ha.plan.model import System
from techmoda_ha.plan.report import Report


@pytest.fixture(scope="session")
def restyled(aws: testing.LocalAws, documents: object, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A copy of the Terraform with other names, order and format; the lookups are made already."""
    bench = Bench.make(tmp_path_factory.mktemp("plan") / "restyled", aws)
    restyle(bench.folder)
    bench.initialise()
    return bench


def test_both_environments_break_no_rule(unchanged: Findings) -> None:
    assert {f"{rule} {env} {address}" for rule, env, address in unchanged.places} == set()


def test_every_rule_found_something_to_judge(unchanged: Findings) -> None:
    assert [rule.id for rule in unchanged.without_subject] == []
    assert unchanged.not_judged == []


def test_every_promise_holds_by_the_plans_own_numbers(system: System, unchanged: Findings) -> None:
    report = Report.of(system, unchanged)
    verdicts = {measure.name: measure.verdict for measure in report.measures}
    assert {name for name, verdict in verdicts.items() if verdict is not Verdict.HOLDS} == set()
    assert report.bottleneck is not None


def test_other_names_another_order_and_another_format_change_no_judgement(
    restyled: Bench, system: System, unchanged: Findings
) -> None:
    documents = restyled.plan_both()
    found = judge(System(system.objectives, read(documents["primary"]), read(documents["dr"])), (), TODAY)
    assert found.places == set()
    assert found.held == unchanged.held
    assert by_rule(found) == by_rule(unchanged)


def by_rule(found: Findings) -> Counter[str]:
    return Counter(one.rule.id for one in found.unknown)


@pytest.mark.usefixtures("documents")
def test_saved_plans_of_both_environments_pass_the_command(
    saved_plans: dict[str, Path], tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    ended = CliRunner().invoke(
        main, ["validate", *map(str, saved_plans.values()), "--save-json", str(report)]
    )
    assert ended.exit_code == 0, ended.output
    found = json.loads(report.read_text())
    assert found["passed"]
    assert "violated" not in found["rules"].values()
    assert found["assessment"]["availability"]["verdict"] == "holds"


@pytest.mark.usefixtures("documents")
def test_a_saved_plan_that_was_cut_short_is_refused_with_status_2(
    saved_plans: dict[str, Path], tmp_path: Path
) -> None:
    whole = saved_plans["primary"].read_bytes()
    cut = tmp_path / "cut.tfplan"
    cut.write_bytes(whole[: len(whole) // 2])
    ended = CliRunner().invoke(main, ["validate", str(cut)])
    assert ended.exit_code == 2
    assert "cut.tfplan" in ended.output.replace("\n", "")


@pytest.mark.usefixtures("documents")
def test_one_environment_alone_is_judged_and_says_what_needs_both(saved_plans: dict[str, Path]) -> None:
    ended = CliRunner().invoke(main, ["validate", str(saved_plans["primary"]), "--json"])
    assert ended.exit_code == 0, ended.output
    states = json.loads(ended.output)["rules"]
    assert states["parity-routes"] == "needs both plans"
    assert states["data-pitr"] == "holds"
