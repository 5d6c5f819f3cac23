"""The API answers in each region, correctly, and what is written in one region appears in the other."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from techmoda_ha.deployment import Deployment, RegionDeployment, Route

SEED_INVALID_BODY = {"datos": "invalidos"}
REPLICATION_LIMIT_SECONDS = 60.0  # Far over the usual second; far under the RPO of 15 minutes.
# An index follows its table within a fraction of a second as a rule, and is never read consistently.
INDEX_LIMIT_SECONDS = 10.0


def new_product() -> dict[str, Any]:
    """Return a valid product in a category of its own."""
    return {
        "name": "Smoke test jacket",
        "category": f"smoke-{uuid.uuid4().hex[:12]}",
        "price": "89.90",
        "currency": "EUR",
        "stock": 3,
    }


def listed_within_the_limit(api: httpx.Client, category: str) -> list[str]:
    """Return the ids of a category's products as soon as there is one, or none when the limit is over."""
    began = time.monotonic()
    while True:
        answer = api.get("/products", params={"category": category})
        assert answer.status_code == 200, answer.text
        found = [item["id"] for item in answer.json()["items"]]
        if found or time.monotonic() - began >= INDEX_LIMIT_SECONDS:
            return found
        time.sleep(0.2)


def test_the_region_reports_itself_healthy(here: RegionDeployment, anonymous_api: httpx.Client) -> None:
    """A health check sees 200, and which region answers."""
    answer = anonymous_api.get("/health")
    assert answer.status_code == 200, answer.text
    assert answer.json()["region"] == here.region


def test_the_public_name_is_served_too(here: RegionDeployment) -> None:
    """After a failover the clients' own host name must work in this region."""
    with Route.to(here.api_url, here.region).client() as client:
        answer = client.get("/products", params={"limit": 1})
    assert answer.status_code == 200, answer.text


def test_a_product_lives_from_creation_to_deletion(api: httpx.Client) -> None:
    """Create, read, list, update, delete."""
    product = new_product()
    created = api.post("/products", json=product)
    assert created.status_code == 201, created.text
    location = f"/products/{created.json()['id']}"
    try:
        read = api.get(location)
        assert (read.status_code, read.json()) == (200, created.json()), read.text
        assert listed_within_the_limit(api, product["category"]) == [created.json()["id"]]
        changed = api.put(location, json={**product, "price": "59.90", "version": created.json()["version"]})
        assert (changed.status_code, changed.json()["price"]) == (200, "59.90"), changed.text
    finally:
        deleted = api.delete(location)
    assert deleted.status_code == 204, deleted.text
    assert api.get(location).status_code == 404


def test_a_write_without_a_token_is_refused(anonymous_api: httpx.Client) -> None:
    """Nobody writes anonymously."""
    answer = anonymous_api.post("/products", json=new_product())
    assert answer.status_code == 401, answer.text


def test_an_invalid_product_is_refused_naming_its_fields(api: httpx.Client) -> None:
    """The seed's invalid body gets a problem document that says which fields are wrong."""
    answer = api.post("/products", json=SEED_INVALID_BODY)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert "name" in answer.text
    assert "price" in answer.text


def test_an_unknown_product_is_not_found(anonymous_api: httpx.Client) -> None:
    """A missing product is a 404 with a problem document."""
    answer = anonymous_api.get(f"/products/{uuid.uuid4()}")
    assert answer.status_code == 404, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("direction", ["primary to dr", "dr to primary"])
def test_a_write_in_one_region_is_read_in_the_other(
    direction: str, deployment: Deployment, token: str, record_property: Callable[[str, object], None]
) -> None:
    """The global table replicates; the lag is measured from the acknowledged write to the first read."""
    source, target = (getattr(deployment, name) for name in direction.split(" to "))
    with ExitStack() as stack:
        there, elsewhere = (
            stack.enter_context(Route.to(region.regional_api_url, region.region).client(token))
            for region in (source, target)
        )
        created = there.post("/products", json=new_product())
        acknowledged = time.monotonic()
        assert created.status_code == 201, created.text
        location = f"/products/{created.json()['id']}"
        stack.callback(there.delete, location)
        while (read := elsewhere.get(location)).status_code != 200:
            assert time.monotonic() - acknowledged < REPLICATION_LIMIT_SECONDS, read.text
            time.sleep(0.05)
        lag = time.monotonic() - acknowledged
    assert read.json() == created.json()
    record_property(f"replication_lag_seconds {direction}", round(lag, 3))
