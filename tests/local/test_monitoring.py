"""Monitoring of a deployment: the canaries look, the objectives are counted, the dashboards are drawn."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.local.conftest import Deployed

from local_aws.testing import eventually
from techmoda_ha.deployment import RegionDeployment

pytestmark = [pytest.mark.local, pytest.mark.slow]

TARGETS = {"public", "primary", "dr"}
PNG = b"\x89PNG\r\n"


def visit(deployed: Deployed, region: RegionDeployment) -> dict[str, bool]:
    """Start the region's canary and return which targets it found well."""
    function = region.products_function_name.removesuffix("-products") + "-canary:live"
    answer = deployed.client("lambda", region).invoke(FunctionName=function, Payload=b"{}")
    found: dict[str, bool] = json.loads(answer["Payload"].read())
    return found


def visits(deployed: Deployed, region: RegionDeployment, target: str) -> dict[str, Any]:
    """Return the statistics of a target's availability over the last ten minutes."""
    now = datetime.now(UTC)
    answer = deployed.client("cloudwatch", region).get_metric_statistics(
        Namespace="TechModa/Canary", MetricName="Available", StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=1), Period=900, Statistics=["SampleCount", "Minimum", "Maximum"],
        Dimensions=[{"Name": "service", "Value": "canary"}, {"Name": "target", "Value": target}],
    )  # fmt: skip
    return answer["Datapoints"][0] if answer["Datapoints"] else {"SampleCount": 0}


def test_each_region_looks_at_both_from_outside_and_publishes_it(
    deployed: Deployed, here: RegionDeployment
) -> None:
    assert visit(deployed, here) == dict.fromkeys(TARGETS, True)
    assert eventually(
        lambda: all(visits(deployed, here, target).get("Maximum") == 1 for target in TARGETS), 60
    )


def test_the_dr_region_sees_by_itself_that_the_primary_one_is_gone(deployed: Deployed) -> None:
    primary, dr = deployed.regions
    with deployed.ha.aws.cut_off(primary.region, "unavailable"):
        seen = visit(deployed, dr)
    assert (seen["primary"], seen["dr"]) == (False, True)
    assert eventually(lambda: visits(deployed, dr, "primary").get("Minimum") == 0, 60)
    assert eventually(lambda: visit(deployed, dr) == dict.fromkeys(TARGETS, True), 60)


def test_slo_counts_what_customers_got(deployed: Deployed) -> None:
    for region in deployed.regions:
        with deployed.api(region) as client:
            for _ in range(20):
                assert client.get("/products").status_code == 200
    standings = deployed.ha.json("slo", "--json")
    assert {(one["region"], one["objective"]) for one in standings} == {
        (region.region, objective) for region in deployed.regions for objective in ("availability", "latency")
    }
    for one in standings:
        assert one["requests"] >= 20
        assert set(one["burn_rates"]) == {"fast", "medium", "slow"}
        assert one["promised_percent"] == (99.99 if one["objective"] == "availability" else 99)


def test_the_dashboards_are_drawn_with_live_data(deployed: Deployed, tmp_path: Path) -> None:
    boards = ("--board", "dr", "--board", "global")
    rendered = deployed.ha.json(
        "dashboard", "render", *boards, "--hours", "1", "--out", str(tmp_path), "--json"
    )
    assert [one["name"] for one in rendered] == ["techmoda-api-us-west-2", "techmoda-api-global"]
    for one in rendered:
        assert Path(one["png"]).read_bytes().startswith(PNG)
    page = Path(rendered[0]["html"]).read_text()
    for title in ("Latencia de API", "Métricas de Lambda", "Capacidad de DynamoDB", "Alarms of us-west-2"):
        assert title in page
    seed = page[page.index("Latencia de API") : page.index("Capacidad de DynamoDB")]
    assert "no data in this range" not in seed
