"""Where the capacity model gets its numbers: plans, the capacity module, a settings file, objectives.yaml."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from techmoda_ha import capacity_command
from techmoda_ha.capacity import plan_reader, profiles
from techmoda_ha.capacity.configuration import Concurrency, Event, OnDemand, Provisioned, Throttle
from techmoda_ha.capacity.settings_file import read_settings
from techmoda_ha.capacity.simulation import simulate
from techmoda_ha.capacity.weakness import BY_NAME, weakened
from techmoda_ha.errors import HaError
from techmoda_ha.plan.model import Plan, Resource, Role
from techmoda_ha.plan.objectives import read_objectives

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = yaml.safe_load((ROOT / "objectives.yaml").read_text())
OBJECTIVES = read_objectives(DOCUMENT)

SETTINGS: dict[str, Any] = {
    "stage": {"rate": 200, "burst": 400},
    "writes": {"rate": 50, "burst": 100},
    "products": {"reserved": 100, "provisioned": [2, 50]},
    "authorizer": {"reserved": 20},
    "table": {"read": [50, 500, 70], "write": [15, 150, 70]},
    "index": "on_demand",
    "requests_per_address": 10_000,
}


def resource(kind: str, label: str, /, **values: Any) -> Resource:
    return Resource(
        values=values, unknown={}, role=Role.PRIMARY, address=f"{kind}.{label}", type=kind, name=label,
        module="", key=None, region="us-east-1", actions=("create",), before=None,
    )  # fmt: skip


def scaled(name: str, resource_id: str, dimension: str, low: int, high: int) -> list[Resource]:
    target = resource(
        "aws_appautoscaling_target", name, resource_id=resource_id, scalable_dimension=dimension,
        min_capacity=low, max_capacity=high,
    )  # fmt: skip
    policy = resource(
        "aws_appautoscaling_policy", name, resource_id=resource_id, scalable_dimension=dimension,
        target_tracking_scaling_policy_configuration=[{"target_value": 70}],
    )  # fmt: skip
    return [target, policy]


def functions() -> list[Resource]:
    return [
        resource("aws_lambda_function", name, function_name=f"shop-{name}", memory_size=1024,
                 reserved_concurrent_executions=reserved)
        for name, reserved in (("products", 100), ("authorizer", 20))
    ]  # fmt: skip


def methods() -> list[Resource]:
    return [
        resource("aws_api_gateway_method_settings", f"m{rate}", method_path=path,
                 settings=[{"throttling_rate_limit": rate, "throttling_burst_limit": 2 * rate}])
        for path, rate in (("*/*", 200), ("~1products/POST", 50))
    ]  # fmt: skip


def table(billing_mode: str = "PROVISIONED", **more: Any) -> Resource:
    index = {"name": "by-category", "hash_key": "category"}
    return resource(
        "aws_dynamodb_table", "this", name="shop-products", billing_mode=billing_mode,
        global_secondary_index=[index], **more,
    )  # fmt: skip


def firewall() -> Resource:
    rule = {"statement": [{"rate_based_statement": [{"limit": 10_000}]}]}
    return resource("aws_wafv2_web_acl", "this", rule=[{"statement": [{}]}, rule])


def plan_of(*changes: Resource) -> Plan:
    return Plan(Role.PRIMARY, "us-east-1", "us-west-2", changes, (), (), {}, "plan.json")


def environment() -> list[Resource]:
    dimensions = [
        ("table/shop-products", "dynamodb:table:ReadCapacityUnits", 50, 500),
        ("table/shop-products", "dynamodb:table:WriteCapacityUnits", 15, 150),
        ("table/shop-products/index/by-category", "dynamodb:index:ReadCapacityUnits", 51, 510),
        ("table/shop-products/index/by-category", "dynamodb:index:WriteCapacityUnits", 16, 160),
        ("function:shop-products:live", "lambda:function:ProvisionedConcurrency", 2, 50),
    ]
    scaling = [one for number, entry in enumerate(dimensions) for one in scaled(f"s{number}", *entry)]
    return [table(), *scaling, *functions(), *methods(), firewall()]


def test_an_environments_plan_says_every_limit() -> None:
    case = plan_reader.of_environment(plan_of(*environment()), "primary", OBJECTIVES)
    found = case.configuration
    assert found.throughputs == {
        "table_read": Provisioned(50, 500, 0.7), "table_write": Provisioned(15, 150, 0.7),
        "index_read": Provisioned(51, 510, 0.7), "index_write": Provisioned(16, 160, 0.7),
    }  # fmt: skip
    assert found.products == Concurrency(100, 2, 50, memory_gigabytes=1.0)
    assert found.authorizer == Concurrency(20, memory_gigabytes=1.0)
    assert (found.throttle, found.write_throttle) == (Throttle(200, 400), Throttle(50, 100))
    assert found.requests_per_address == 10_000
    assert case.normal_rate == OBJECTIVES.workload.requests_per_second


def test_a_table_on_demand_has_its_ceiling_only() -> None:
    ceiling = {"max_read_request_units": 900, "max_write_request_units": -1}
    plan = plan_of(table("PAY_PER_REQUEST", on_demand_throughput=[ceiling]), *functions(), *methods())
    found = plan_reader.of_environment(plan, "primary", OBJECTIVES).configuration.throughputs
    assert (found["table_read"], found["table_write"]) == (OnDemand(900), OnDemand())


@pytest.mark.parametrize(
    "missing", ["aws_dynamodb_table", "aws_lambda_function", "aws_api_gateway_method_settings"]
)
def test_a_plan_without_a_part_is_refused(missing: str) -> None:
    changes = [one for one in environment() if one.type != missing]
    with pytest.raises(HaError, match="primary"):
        plan_reader.of_environment(plan_of(*changes), "primary", OBJECTIVES)


def outputs(**changed: Any) -> Mapping[str, Any]:
    values = {
        "authorizer": {"reserved_concurrency": 20},
        "products": {"reserved_concurrency": 100, "provisioned": {"minimum": 2, "maximum": 50}},
        "table": {
            "target_utilization": 70, "read": {"baseline": 50, "maximum": 500},
            "write": {"baseline": 15, "maximum": 150},
        },
        "throttle": {"rate_limit": 200, "burst_limit": 400, "write_rate_limit": 50, "write_burst_limit": 100},
        **changed,
    }  # fmt: skip
    return {"planned_values": {"outputs": {name: {"value": value} for name, value in values.items()}}}


def test_the_capacity_modules_outputs_say_every_limit() -> None:
    found = plan_reader.of_capacity_module(outputs(), "ours", OBJECTIVES).configuration
    assert found.throughputs["index_write"] == Provisioned(15, 150, 0.7)
    assert found.products == Concurrency(100, 2, 50)


@pytest.mark.parametrize(
    "document", [{}, {"planned_values": {}}, outputs(table={"read": {}}), outputs(throttle=None)]
)
def test_outputs_that_lack_a_number_are_refused(document: Mapping[str, Any]) -> None:
    with pytest.raises(HaError, match="ours does not say what capacity there is"):
        plan_reader.of_capacity_module(document, "ours", OBJECTIVES)


def test_the_workload_is_the_one_that_is_promised() -> None:
    workload = plan_reader.workload_of(OBJECTIVES)
    assert workload.write_share == pytest.approx(OBJECTIVES.workload.write_share)
    shares = workload.list_share + workload.category_share + workload.item_share + workload.write_share
    assert shares == pytest.approx(1.0)
    # A write takes as much as objectives.yaml says, on average and rounded up to whole units.
    units = workload.create_share * workload.create_units + workload.update_share * workload.update_units
    assert units / workload.write_share <= OBJECTIVES.workload.write_units_per_write


def test_a_settings_file_says_every_limit() -> None:
    found = read_settings(SETTINGS, "mine")
    assert found.throughputs["table_read"] == Provisioned(50, 500, 0.7)
    assert found.throughputs["index_read"] == OnDemand()
    assert found.products == Concurrency(100, 2, 50)


def test_a_settings_file_may_hold_known_surges() -> None:
    event = {"from": 3600, "to": 7200, "table": {"read": [100, 1000]}, "index": {"write": [30, 300]}}
    found = read_settings({**SETTINGS, "events": [event]}, "mine")
    assert found.events == (Event(3600, 7200, {"table_read": (100, 1000), "index_write": (30, 300)}),)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"tabel": {}}, "unknown settings: tabel"),
        ({"stage": {"rate": 1}}, "not well formed"),
        ({"table": {"read": [50, 5, 70], "write": [1, 2]}}, "between 1 and its maximum"),
        ({"table": {"read": [50, 500]}}, "lacks 'write'"),
        ({"products": {}}, "lacks 'reserved'"),
        ({"events": [{"from": 10, "to": 5}]}, "before it ends"),
        ({"events": [{"from": 1, "to": 5, "table": {"reads": [1, 2]}}]}, "table_reads, which there is not"),
    ],
)
def test_a_settings_file_with_a_mistake_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(HaError, match=said):
        read_settings({**SETTINGS, **changed}, "mine")
    with pytest.raises(HaError, match="no settings"):
        read_settings(None, "mine")


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HA_BUILD_DIR", str(tmp_path))
    return tmp_path


def test_the_command_judges_a_settings_file_beside_the_original(built: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(SETTINGS))
    answer = CliRunner().invoke(
        capacity_command.capacity,
        ["--settings", str(file), "--without-search", "--json"],
        catch_exceptions=False,
    )
    assert answer.exit_code == 0
    verdicts = {one["configuration"]: one for one in json.loads(answer.output)["verdicts"]}
    assert (verdicts["seed"]["holds"], verdicts["mine"]["holds"]) == (False, True)
    assert "<svg" in (built / "evidence" / "capacity-plus-1000.html").read_text()


def test_the_command_fails_and_names_the_bottleneck_of_limits_that_are_too_low(
    built: Path, tmp_path: Path
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump({**SETTINGS, "products": {"reserved": 4}}))
    answer = CliRunner().invoke(
        capacity_command.capacity, ["--settings", str(file), "--without-search", "--without-seed"]
    )
    assert isinstance(answer.exception, HaError)
    assert answer.exception.exit_code == 1
    assert "products function's concurrency" in answer.exception.next_step


@pytest.mark.parametrize("weakness", list(BY_NAME))
def test_the_model_names_what_was_made_too_low(weakness: str) -> None:
    case = plan_reader.of_environment(plan_of(*environment()), "primary", OBJECTIVES)
    surge = profiles.named("plus-1000", case.normal_rate)
    low = weakened(case.configuration, BY_NAME[weakness], surge.peak)
    found = simulate(replace(case, configuration=low), surge)
    assert found.first_bottleneck == BY_NAME[weakness]
    assert found.throttled_share > 0.2
    assert simulate(case, surge).first_bottleneck is None


def test_the_command_keeps_what_is_broken_on_purpose_apart_from_evidence(built: Path, tmp_path: Path) -> None:
    file = tmp_path / "hand.yaml"
    file.write_text(yaml.safe_dump(SETTINGS))
    wanted = ["--settings", str(file), "--weakness", "stage-throttle", "--without-seed", "--without-search"]
    result = CliRunner().invoke(capacity_command.capacity, wanted)
    assert isinstance(result.exception, HaError)
    assert (result.exception.exit_code, "stage throttle" in result.exception.next_step) == (1, True)
    assert not list(built.glob("evidence/*"))


def test_the_command_judges_one_thing_only(tmp_path: Path) -> None:
    file = tmp_path / "any"
    file.touch()
    answer = CliRunner().invoke(capacity_command.capacity, ["--settings", str(file), "--plan", str(file)])
    assert (answer.exit_code, "either --plan or --settings" in answer.output) == (2, True)


def test_a_weakness_of_autoscaling_needs_autoscaling() -> None:
    case = read_settings({**SETTINGS, "table": "on_demand"}, "hand")
    with pytest.raises(HaError, match="on demand"):
        weakened(case, BY_NAME["autoscaling-max"], 100.0)


def test_a_profile_that_a_spreadsheet_saved_is_read_and_one_that_is_no_text_is_refused(
    tmp_path: Path,
) -> None:
    file = tmp_path / "rush.csv"
    file.write_bytes(b"\xef\xbb\xbfseconds,requests_per_second\r\n60,10\r\n")
    assert capacity_command.read_profile(str(file), 10.0).rates == (10.0,) * 60
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(HaError, match="UTF-8"):
        capacity_command.read_profile(str(file), 10.0)


def test_objectives_without_a_load_section_are_refused() -> None:
    with pytest.raises(HaError, match="section load"):
        capacity_command.load_objectives({})
