"""DynamoDB fails behind the API: the answer is 503 in time, and what was acknowledged is there, once."""

from __future__ import annotations

import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from tests.local.conftest import Deployed
from tests.local.products import new_category, new_key, new_product

from local_aws.testing import eventually
from techmoda_ha.deployment import RegionDeployment

pytestmark = [pytest.mark.local, pytest.mark.slow]

MODES = ["throttle", "unavailable", "reset", "hang", "lost"]
# The function may take 10 s (modules/regional-api) and keeps to less; a second more for a busy machine.
BUDGET_SECONDS = 11.0
HEALTH_CHECKER_SECONDS = 2.0  # Route 53 gives up 2 s after it has connected
SENDERS = 4
WRITERS = 3
WRITES = 8
ATTEMPTS = 30
REPLICATION_SECONDS = 60.0
SERVES_WITHIN_SECONDS = 120.0

REQUESTS: dict[str, Callable[[httpx.Client], httpx.Response]] = {
    "a list": lambda api: api.get("/products"),
    "a category": lambda api: api.get("/products", params={"category": "coats"}),
    "a read": lambda api: api.get("/products/some-product"),
    "a create": lambda api: api.post("/products", json=new_product()),
    "a create with a key": lambda api: api.post("/products", json=new_product(), headers=new_key()),
    "an update": lambda api: api.put("/products/some-product", json=new_product(version=1)),
    "a delete": lambda api: api.delete("/products/some-product"),
}


@pytest.fixture
def east(deployed: Deployed) -> RegionDeployment:
    """Return the region whose DynamoDB fails. One is enough: both run the same function."""
    return deployed.deployment.primary


@pytest.fixture
def client(deployed: Deployed, east: RegionDeployment) -> Iterator[httpx.Client]:
    """Return a client of that region's API that may write."""
    with deployed.api(east, deployed.token()) as api:
        yield api


@pytest.mark.parametrize("mode", MODES)
def test_while_dynamodb_fails_every_request_is_told_to_try_again_within_the_budget(
    deployed: Deployed, east: RegionDeployment, mode: str
) -> None:
    until_all_serve(deployed, east)  # and no cold start is timed below
    with deployed.ha.aws.failing("dynamodb", east.region, mode):
        for name, (answer, seconds) in at_once(deployed, east).items():
            assert answer.status_code == 503, f"{name}: {answer.status_code} {answer.text}"
            assert answer.headers["content-type"].startswith("application/problem+json"), name
            assert answer.json()["type"].endswith(":unavailable"), answer.text
            assert int(answer.headers["retry-after"]) >= 1, name
            assert "Traceback" not in answer.text
            assert seconds < BUDGET_SECONDS, f"{name} took {seconds:.1f} s"
    assert_all_serve(deployed, east)


@pytest.mark.parametrize("mode", ["throttle", "hang"])
def test_health_says_in_time_for_a_health_checker_that_the_table_does_not_answer(
    deployed: Deployed, east: RegionDeployment, client: httpx.Client, mode: str
) -> None:
    assert eventually(lambda: client.get("/health").status_code == 200, 60)
    with deployed.ha.aws.failing("dynamodb", east.region, mode):
        answer = first_unhealthy(client)
        assert answer.json()["type"].endswith(":region-unhealthy"), answer.text
        assert answer.elapsed.total_seconds() < HEALTH_CHECKER_SECONDS
    assert eventually(lambda: client.get("/health").status_code == 200, 60)


def first_unhealthy(client: httpx.Client) -> httpx.Response:
    """Ask until an environment has forgotten the verdict of before; each remembers its own for 3 s."""
    until = time.monotonic() + 10
    while (answer := client.get("/health")).status_code == 200:
        assert time.monotonic() < until, answer.text
        time.sleep(0.1)
    return answer


def test_a_failing_dynamodb_in_one_region_is_not_felt_in_the_other(
    deployed: Deployed, east: RegionDeployment
) -> None:
    with deployed.ha.aws.failing("dynamodb", east.region, "hang"):
        assert_all_serve(deployed, deployed.deployment.dr)


def test_throttled_requests_count_in_the_tables_metrics(
    deployed: Deployed, east: RegionDeployment, client: httpx.Client
) -> None:
    def throttled() -> float:
        now = time.time()
        answer = deployed.client("cloudwatch", east).get_metric_statistics(
            Namespace="AWS/DynamoDB",
            MetricName="ThrottledRequests",
            Dimensions=[
                {"Name": "TableName", "Value": east.table_name},
                {"Name": "Operation", "Value": "GetItem"},
            ],
            StartTime=now - 3600,
            EndTime=now + 60,
            Period=3600,
            Statistics=["Sum"],
        )
        return sum(float(point["Sum"]) for point in answer["Datapoints"])

    before = throttled()
    with deployed.ha.aws.failing("dynamodb", east.region, "throttle"):
        assert client.get("/products/some-product").status_code == 503
    assert eventually(lambda: throttled() > before, 60)


@dataclass
class Writer:
    """A client that writes products of one category until each write is acknowledged.

    It keeps what was acknowledged: product id → name, None when deleted.
    """

    api: httpx.Client
    category: str
    seed: int
    answers: Counter[int] = field(default_factory=Counter)
    acknowledged: dict[str, str | None] = field(default_factory=dict)

    def run(self) -> None:
        """Create products, change every second of them and delete every third."""
        choice = random.Random(self.seed)  # noqa: S311 - a test's dice
        for number in range(WRITES):
            created = self._until_acknowledged(
                "POST", "/products", json=self._product(), headers=new_key(), wanted={201}
            ).json()
            self.acknowledged[created["id"]] = created["name"]
            if number % 2:
                self._rename(created)
            if number % 3 == 0:
                gone = choice.choice([key for key, name in self.acknowledged.items() if name])
                self._until_acknowledged("DELETE", f"/products/{gone}", wanted={204})
                self.acknowledged[gone] = None

    def _rename(self, product: dict[str, Any]) -> None:
        """Update, reading again after a conflict: an attempt whose answer was lost may have been stored."""
        path, change = f"/products/{product['id']}", self._product()
        answer = self._until_acknowledged(
            "PUT", path, json={**change, "version": product["version"]}, wanted={200, 409}
        )
        if answer.status_code == 409:
            answer = self._until_acknowledged("GET", path, wanted={200})
        assert answer.json()["name"] == change["name"], "a conflict with nobody but itself"
        self.acknowledged[product["id"]] = change["name"]

    def _product(self) -> dict[str, Any]:
        return new_product(category=self.category, name=f"Coat {uuid.uuid4().hex}")

    def _until_acknowledged(self, method: str, path: str, wanted: set[int], **request: Any) -> httpx.Response:
        for _ in range(ATTEMPTS):
            answer = self.api.request(method, path, **request)
            self.answers[answer.status_code] += 1
            if answer.status_code in wanted:
                return answer
            assert answer.status_code == 503, f"{method} {path}: {answer.status_code} {answer.text}"
            time.sleep(0.05)  # Retry-After says a second; the faults are as random after less
        raise AssertionError(f"{method} {path} was not acknowledged in {ATTEMPTS} attempts")


def test_under_random_faults_no_acknowledged_write_is_lost_and_no_retry_makes_a_duplicate(
    deployed: Deployed, east: RegionDeployment
) -> None:
    until_all_serve(deployed, east)
    category, token = new_category(), deployed.token()
    writers = [Writer(deployed.api(east, token), category, seed) for seed in range(WRITERS)]
    with (
        deployed.ha.aws.failing(
            "dynamodb", east.region, "throttle", "unavailable", "reset", "lost", share=0.6
        ),
        ThreadPoolExecutor(WRITERS) as executor,
    ):
        for finished in [executor.submit(writer.run) for writer in writers]:
            finished.result()
    for writer in writers:
        writer.api.close()
    answers = sum((writer.answers for writer in writers), Counter[int]())
    assert answers[503] > 0, "no fault came through: nothing was shown"
    acknowledged = {key: name for writer in writers for key, name in writer.acknowledged.items()}
    assert len(acknowledged) == WRITERS * WRITES
    kept = {key: name for key, name in acknowledged.items() if name is not None}
    for region in deployed.regions:
        assert_stored(deployed, region, category, kept)


def assert_stored(deployed: Deployed, region: RegionDeployment, category: str, kept: dict[str, str]) -> None:
    """The region's table holds just these of the category, once replication has brought them."""
    settled = eventually(lambda: stored(deployed, region, category) == kept, REPLICATION_SECONDS)
    assert settled, (region.region, stored(deployed, region, category), kept)


def stored(deployed: Deployed, region: RegionDeployment, category: str) -> dict[str, str]:
    """Return id → name of the category's products as the region's table holds them."""
    pages = deployed.client("dynamodb", region).get_paginator("scan").paginate(TableName=region.table_name)
    items = [item for page in pages for item in page["Items"]]
    return {item["id"]["S"]: item["name"]["S"] for item in items if item["category"]["S"] == category}


def at_once(deployed: Deployed, region: RegionDeployment) -> dict[str, tuple[httpx.Response, float]]:
    """Send every kind of request side by side; return the answers and their seconds."""

    def timed(send: Callable[[httpx.Client], httpx.Response]) -> tuple[httpx.Response, float]:
        with deployed.api(region, token) as api:
            started = time.monotonic()
            return send(api), time.monotonic() - started

    token = deployed.token()
    with ThreadPoolExecutor(SENDERS) as executor:
        return dict(zip(REQUESTS, executor.map(timed, REQUESTS.values()), strict=True))


def until_all_serve(deployed: Deployed, region: RegionDeployment) -> None:
    """Wait until all is as before the tests that ran until now: they load the region, and cut it off."""

    def serve() -> bool:
        return all(answer.status_code < 500 for answer, _seconds in at_once(deployed, region).values())

    assert eventually(serve, SERVES_WITHIN_SECONDS)


def assert_all_serve(deployed: Deployed, region: RegionDeployment) -> None:
    """Every kind of request is answered, if only with 404."""
    for name, (answer, _seconds) in at_once(deployed, region).items():
        assert answer.status_code < 500, f"{name}: {answer.status_code} {answer.text}"
