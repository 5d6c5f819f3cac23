"""`ha validate` tells a plan that is refused (exit status 1) from input that is no plan (2)."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from rich.console import Console
from tests.unit.plan.plan_kit import ROOT, document, plan, resource, system, table

from techmoda_ha import operations
from techmoda_ha.cli import main
from techmoda_ha.errors import HaError
from techmoda_ha.plan.engine import judge
from techmoda_ha.plan.judging import RULES
from techmoda_ha.plan.model import Role
from techmoda_ha.plan.report import Report
from techmoda_ha.validation import commands, sources, tables
from techmoda_ha.validation.locator import resource_locations
from techmoda_ha.validation.skips import PLAN_CONFIGURATION, skipped_checks


def ha(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def write(file: Path, content: Any) -> Path:
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def test_a_plan_that_breaks_a_rule_is_refused_with_status_1(tmp_path: Path) -> None:
    file = write(tmp_path / "plan.json", document(table(deletion_protection_enabled=False)))
    ended = ha("validate", file)
    assert ended.exit_code == 1
    assert "data-deletion-protection" in ended.output
    assert "Refused" in ended.output


def test_one_plan_alone_says_how_many_rules_it_leaves_open_and_what_judges_them(tmp_path: Path) -> None:
    file = write(tmp_path / "plan.json", document(table(deletion_protection_enabled=False)))
    *_, counts, left_open, _summary, verdict = ha("validate", file).stdout.splitlines()
    numbers = [int(number) for number in re.findall(r"\d+", counts)]
    assert numbers[0] == sum(numbers[1:]) == len(RULES)
    alone = sum(not rule.needs <= {Role.PRIMARY} for rule in RULES.values())
    assert f" {alone} not judged" in counts
    assert left_open == (
        f"{alone} of {len(RULES)} rules cannot be judged from the plan of {file} alone; "
        "both together: ha validate PRIMARY_PLAN DR_PLAN"
    )
    assert verdict == f"Verdict on {file} alone: does not hold."


@pytest.mark.parametrize(
    ("target", "both"), [("local", "make validate"), ("aws", "make validate TARGET=aws")]
)
def test_an_environment_that_is_planned_now_names_the_target_that_judges_both(
    monkeypatch: pytest.MonkeyPatch, target: str, both: str
) -> None:
    monkeypatch.setattr(commands, "plan_environment", lambda *_, **__: plan(table()))
    said = ha("validate", "--env", "primary", "--target", target).stdout
    assert f"cannot be judged from the plan of envs/primary alone; both together: {both}\n" in said


def test_with_both_plans_no_rule_is_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "plan_environment", lambda _, one, *__, **___: plan(table(), role=one))
    said = ha("validate").stdout
    assert "cannot be judged" not in said
    assert said.endswith("Verdict on envs/primary and envs/dr: does not hold.\n")


def test_what_breaks_no_rule_and_no_objective_holds() -> None:
    judged = system(plan(table()))
    report = Report.of(judged, judge(judged, (), date(2026, 1, 1), rules=[]))
    said = io.StringIO()
    tables.show(report, Console(file=said, width=200), show_all=False, both="make validate")
    assert said.getvalue().endswith("Verdict on envs/primary: holds.\n")


@pytest.mark.parametrize(("options", "refresh"), [([], True), (["--no-refresh"], False)])
def test_a_region_can_be_judged_from_its_state_while_the_other_is_gone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: list[str], *, refresh: bool
) -> None:
    asked: list[bool] = []

    def planned(*_: Any, out: Path, refresh: bool, command: str) -> None:
        assert command == "validate"
        asked.append(refresh)
        raise HaError("no further", "")

    monkeypatch.setenv("HA_BUILD_DIR", str(tmp_path))
    monkeypatch.setattr(sources, "process_variables", lambda *_: {})
    monkeypatch.setattr(operations, "package", lambda *_: [])
    monkeypatch.setattr(operations, "plan", planned)
    ended = ha("validate", "--env", "dr", *options)
    assert (ended.exit_code, asked) == (2, [refresh])


@pytest.mark.parametrize(
    "content",
    ["", "   ", "not json", '{"format_version": "1.2", "resource_ch', "[]", '{"version": 4}', "\x00\x01\x02"],
    ids=["empty", "blank", "text", "cut short", "list", "foreign", "binary"],
)
def test_input_that_is_no_plan_is_a_clear_error_with_status_2(tmp_path: Path, content: str) -> None:
    ended = ha("validate", write(tmp_path / "input", content))
    assert ended.exit_code == 2
    assert "error:" in ended.output
    assert "input" in ended.output
    assert "Traceback" not in ended.output


def test_a_file_that_is_not_there_is_a_clear_error_with_status_2(tmp_path: Path) -> None:
    ended = ha("validate", tmp_path / "nowhere.tfplan")
    assert ended.exit_code == 2
    assert "nowhere.tfplan" in ended.output


def test_two_plans_of_one_environment_are_refused(tmp_path: Path) -> None:
    one, two = (write(tmp_path / name, document(table())) for name in ("one.json", "two.json"))
    ended = ha("validate", one, two)
    assert ended.exit_code == 2
    assert "both plans of envs/primary" in ended.output.replace("\n", " ")


def test_a_waiver_makes_its_violation_pass_and_an_unused_one_refuses(tmp_path: Path) -> None:
    file = write(tmp_path / "plan.json", document(table(deletion_protection_enabled=False)))
    granted = [
        {
            "rule": rule, "environment": "primary", "address": "aws_dynamodb_table.products",
            "reason": "a trial", "owner": "ana", "expires": date(2999, 1, 1),
        }
        for rule in ("data-deletion-protection", "data-pitr")
    ]  # fmt: skip
    waivers = write(tmp_path / "waivers.yaml", yaml.safe_dump({"waivers": granted}))
    report = tmp_path / "report.json"
    ha("validate", file, "--waivers", waivers, "--save-json", report)
    found = json.loads(report.read_text())
    assert [one["rule"] for one in found["waived"]] == ["data-deletion-protection"]
    assert [text.split(":")[0] for text in found["waivers_in_question"]] == ["Waives nothing any more"]


def test_objectives_that_are_malformed_are_an_error_with_status_2(tmp_path: Path) -> None:
    file = write(tmp_path / "plan.json", document(table()))
    for content in ("availability_percent: 99", "a: [", "workload: none"):
        ended = ha("validate", file, "--objectives", write(tmp_path / "objectives.yaml", content))
        assert ended.exit_code == 2, content
        assert "Traceback" not in ended.output


def test_every_form_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    file = write(tmp_path / "plan.json", document(table(), resource("aws_kms_key", "k", {})))
    out = {form: tmp_path / "reports" / f"validate.{form}" for form in ("json", "junit", "sarif")}
    ha("validate", file, *(part for form, path in out.items() for part in (f"--save-{form}", path)))
    assert json.loads(out["json"].read_text())["plans"] == [str(file)]
    assert out["junit"].read_text().startswith("<?xml")
    assert json.loads(out["sarif"].read_text())["version"] == "2.1.0"


def test_rules_are_listed_and_explained() -> None:
    listed = json.loads(ha("rules", "--json").output)
    assert [one["id"] for one in listed] == list(RULES)
    assert RULES["data-pitr"].why in ha("rules", "data-pitr").output
    assert ha("rules", "no-such-rule").exit_code == 2


def test_the_compliance_document_is_what_the_rules_say() -> None:
    stands = (ROOT / "docs" / "compliance.md").read_text()
    assert ha("rules", "--compliance").output == stands, (
        "make it anew: ha rules --compliance > docs/compliance.md"
    )


def test_every_skipped_check_gives_its_reason() -> None:
    skips = skipped_checks(ROOT)
    assert skips
    assert [skip for skip in skips if len(skip.reason) < 20] == []


def test_what_is_skipped_in_plans_is_skipped_in_the_hcl_or_says_why() -> None:
    skips = skipped_checks(ROOT)
    listed = yaml.safe_load((ROOT / PLAN_CONFIGURATION).read_text())["skip-check"]
    assert set(listed) <= {skip.check for skip in skips}


def test_resource_blocks_are_found_where_they_stand(tmp_path: Path) -> None:
    folder = tmp_path / "modules" / "m"
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text('# one\n\nresource "aws_x" "y" {\n}\n')
    (folder / "main_override.tf").write_text('resource "aws_x" "y" {\n}\n')
    found = resource_locations(tmp_path)
    assert {key: str(place) for key, place in found.items()} == {
        ("modules/m", "aws_x", "y"): "modules/m/main.tf:3"
    }
