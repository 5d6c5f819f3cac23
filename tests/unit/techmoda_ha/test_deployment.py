"""Outputs become a deployment only when they are complete, and a route always names the real host."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from techmoda_ha.deployment import Deployment, RegionDeployment, Route, wait_until_healthy
from techmoda_ha.environments import Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.sample_catalogue import PRODUCTS, ensure_catalogue
from techmoda_ha.smoke import runner
from techmoda_ha.smoke.runner import read_junit
from techmoda_ha.teardown import stateful_resources

URL = "https://api-us-east-1.techmoda.example/v1"


def outputs(region: str) -> dict[str, Any]:
    names = [name for name in RegionDeployment.__dataclass_fields__ if name != "environment"]
    return {name: f"{name}-value" for name in names} | {"region": region, "alarm_names": ["latency"]}


def test_a_half_deployed_environment_is_named_with_what_is_missing() -> None:
    partial = outputs("us-east-1")
    del partial["table_name"]
    with pytest.raises(HaError, match="envs/primary has no output table_name"):
        RegionDeployment.from_outputs("primary", partial)


def test_a_deployment_survives_saving_and_loading(tmp_path: Path) -> None:
    both = Deployment(
        RegionDeployment.from_outputs("primary", outputs("us-east-1")),
        RegionDeployment.from_outputs("dr", outputs("us-west-2")),
    )
    both.save(tmp_path / "deployment.json")
    assert Deployment.load(tmp_path / "deployment.json") == both


def test_on_aws_a_route_connects_to_the_host_itself() -> None:
    assert Route.to(URL, "us-east-1", {}) == Route(URL, "api-us-east-1.techmoda.example")


def test_an_endpoint_variable_moves_the_connection_but_not_the_host() -> None:
    route = Route.to(URL, "us-east-1", {"HA_API_ENDPOINT_US_EAST_1": "http://127.0.0.2:4566/"})
    assert route == Route("http://127.0.0.2:4566/v1", "api-us-east-1.techmoda.example")
    assert route.curl("/products").endswith(" http://127.0.0.2:4566/v1/products")


def catalogue_api(
    existing: list[dict[str, Any]], status: int = 201
) -> tuple[httpx.Client, list[httpx.Request]]:
    writes: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"items": existing})
        writes.append(request)
        return httpx.Response(status, json={"detail": "refused"})

    return httpx.Client(transport=httpx.MockTransport(answer), base_url="https://api.example"), writes


def test_an_empty_catalogue_is_filled_with_retry_safe_writes() -> None:
    api, writes = catalogue_api([])
    assert ensure_catalogue(api) == len(PRODUCTS)
    assert len({request.headers["idempotency-key"] for request in writes}) == len(PRODUCTS)


def test_a_catalogue_with_products_is_left_alone() -> None:
    api, writes = catalogue_api([{"id": "1"}])
    assert ensure_catalogue(api) == 0
    assert writes == []


def test_a_refused_sample_product_is_reported() -> None:
    api, _ = catalogue_api([], status=403)
    with pytest.raises(HaError, match="refused a sample product: 403"):
        ensure_catalogue(api)


def test_an_api_that_does_not_answer_is_reported_without_a_traceback() -> None:
    def never(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("timed out", request=request)

    api = httpx.Client(transport=httpx.MockTransport(never), base_url="https://api.example")
    with pytest.raises(HaError, match="did not answer in time: timed out"):
        ensure_catalogue(api)


def health_api(*statuses: int) -> httpx.Client:
    answers = iter(statuses)
    return httpx.Client(
        transport=httpx.MockTransport(lambda _: httpx.Response(next(answers), text="cold")),
        base_url="https://api.example",
    )


def test_waiting_ends_with_the_first_healthy_answer() -> None:
    waited: list[float] = []
    wait_until_healthy(health_api(503, 503, 200), "us-east-1", clock=lambda: 0.0, sleep=waited.append)
    assert len(waited) == 2


def test_waiting_gives_up_with_the_last_answer() -> None:
    moments = iter([0.0, 60.0, 121.0])
    with pytest.raises(HaError, match="us-west-2 is not healthy after 120 s") as caught:
        wait_until_healthy(
            health_api(503, 502), "us-west-2", clock=lambda: next(moments), sleep=lambda _: None
        )
    assert caught.value.detail == "502 cold"


def test_smoke_results_keep_failures_errors_and_figures(tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    file.write_text(
        "<testsuites><testsuite>"
        '<testcase name="good" time="0.1">'
        '<properties><property name="lag x" value="0.5"/></properties></testcase>'
        '<testcase name="bad" time="0.2"><failure message="no">trace</failure></testcase>'
        '<testcase name="broken" time="0"><error message="fixture">trace</error></testcase>'
        '<testcase name="passed over" time="0"><skipped message="why"/></testcase>'
        "</testsuite></testsuites>"
    )
    checks, figures = read_junit(file)
    assert {check.name for check in checks if check.failure} == {"bad", "broken", "passed over"}
    assert figures == {"lag_x": 0.5}


def test_the_smoke_test_runs_with_the_callers_own_environment_such_as_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, str] = {}

    def run(_command: object, **options: Any) -> subprocess.CompletedProcess[str]:
        seen.update(options["env"])
        return subprocess.CompletedProcess([], 2, "no test ran")

    monkeypatch.setenv("AWS_PROFILE", "operations")
    monkeypatch.setattr(subprocess, "run", run)
    both = Deployment(
        *[RegionDeployment.from_outputs(name, outputs(name)) for name in ("us-east-1", "us-west-2")]
    )
    with pytest.raises(HaError, match="could not run"):
        runner.run_smoke(Workspace(tmp_path, tmp_path), both, {"HA_TARGET": "aws"}, "t", quiet=True)
    assert (seen["AWS_PROFILE"], seen["HA_TARGET"], seen["HA_TOKEN"]) == ("operations", "aws", "t")


def test_teardown_names_what_holds_data_in_every_module() -> None:
    table = {
        "address": "module.a.aws_dynamodb_table.this",
        "mode": "managed",
        "type": "aws_dynamodb_table",
        "values": {"arn": "arn:aws:dynamodb:us-east-1:1:table/t", "deletion_protection_enabled": True},
    }
    role = {"address": "aws_iam_role.r", "mode": "managed", "type": "aws_iam_role", "values": {}}
    looked_up = {**table, "mode": "data", "address": "data.aws_dynamodb_table.this"}
    state = {
        "values": {"root_module": {"resources": [role, looked_up], "child_modules": [{"resources": [table]}]}}
    }
    (found,) = stateful_resources(state)
    assert (found.address, found.protected) == ("module.a.aws_dynamodb_table.this", True)
