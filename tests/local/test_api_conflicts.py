"""Retries, conflicts and paging as a client meets them: through the gateway, in both regions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.local.conftest import Deployed
from tests.local.products import new_category, new_key, new_product

from local_aws.testing import eventually
from techmoda_ha.deployment import RegionDeployment

pytestmark = [pytest.mark.local, pytest.mark.slow]

REPLICATION_SECONDS = 60.0
PAGED = 7


@pytest.fixture
def elsewhere(here: RegionDeployment, deployed: Deployed) -> Iterator[httpx.Client]:
    """Return a client of the other region's API that may write."""
    (other,) = [region for region in deployed.regions if region is not here]
    with deployed.api(other, deployed.token()) as client:
        yield client


def created(api: httpx.Client, **fields: Any) -> httpx.Response:
    answer = api.post("/products", json=new_product(**fields))
    assert answer.status_code == 201, answer.text
    return answer


def location(answer: httpx.Response) -> str:
    return str(answer.headers["location"]).removeprefix("/v1")


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["type"]).rpartition(":")[2]


def listed(api: httpx.Client, **query: Any) -> list[str]:
    """Return the ids on all pages, reading on as the answers say."""
    ids: list[str] = []
    while True:
        answer = api.get("/products", params=query)
        assert answer.status_code == 200, answer.text
        ids += [item["id"] for item in answer.json()["items"]]
        if answer.json()["next_cursor"] is None:
            return ids
        query["cursor"] = answer.json()["next_cursor"]


def test_every_answer_names_its_region(here: RegionDeployment, api: httpx.Client) -> None:
    for answer in (api.get("/health"), api.get("/products/none"), created(api)):
        assert answer.headers["x-region"] == here.region


def test_a_repeated_create_is_answered_as_the_first_and_makes_no_second_product(api: httpx.Client) -> None:
    product, key = new_product(), new_key()
    first, again = (api.post("/products", json=product, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert eventually(
        lambda: listed(api, category=product["category"]) == [first.json()["id"]], REPLICATION_SECONDS
    )


def test_a_create_repeated_in_the_other_region_makes_no_second_product(
    api: httpx.Client, elsewhere: httpx.Client
) -> None:
    product, key = new_product(), new_key()
    first, again = (client.post("/products", json=product, headers=key) for client in (api, elsewhere))
    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert again.json()["id"] == first.json()["id"]
    for client in (api, elsewhere):
        assert eventually(
            lambda client=client: listed(client, category=product["category"]) == [first.json()["id"]],  # type: ignore[misc]
            REPLICATION_SECONDS,
        )


def test_a_key_used_again_for_another_body_is_refused(api: httpx.Client) -> None:
    key = new_key()
    assert api.post("/products", json=new_product(), headers=key).status_code == 201
    other = api.post("/products", json=new_product(), headers=key)
    assert problem(other) == (422, "idempotency-mismatch")


def test_of_two_updates_of_one_version_the_second_is_a_conflict(api: httpx.Client) -> None:
    product = created(api)
    change = {**new_product(), "version": product.json()["version"]}
    assert api.put(location(product), json=change).json()["version"] == 2
    late = api.put(location(product), json={**change, "name": "Late"})
    assert problem(late) == (409, "version-conflict")
    assert late.json()["current_version"] == 2
    assert api.get(location(product)).json()["name"] == change["name"]


def test_if_match_lets_a_write_through_only_over_the_state_it_names(api: httpx.Client) -> None:
    product = created(api)
    seen = {"If-Match": product.headers["etag"]}
    changed = api.put(location(product), json=new_product(), headers=seen)
    assert changed.status_code == 200, changed.text
    for late in (
        api.put(location(product), json=new_product(), headers=seen),
        api.delete(location(product), headers=seen),
    ):
        assert problem(late) == (412, "precondition-failed")
    gone = api.delete(location(product), headers={"If-Match": changed.headers["etag"]})
    assert (gone.status_code, gone.content) == (204, b"")


def test_an_update_that_names_no_state_is_refused(api: httpx.Client) -> None:
    late = api.put(location(created(api)), json=new_product())
    assert problem(late) == (428, "precondition-required")


def test_a_current_copy_is_not_sent_again(api: httpx.Client) -> None:
    product = created(api)
    seen = {"If-None-Match": product.headers["etag"]}
    unchanged = api.get(location(product), headers=seen)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["etag"] == product.headers["etag"]
    api.put(location(product), json={**new_product(), "version": 1})
    assert api.get(location(product), headers=seen).json()["version"] == 2


def test_paging_through_a_category_finds_each_product_once(api: httpx.Client) -> None:
    category = new_category()
    ids = {created(api, category=category).json()["id"] for _ in range(PAGED)}
    created(api)  # in another category
    assert eventually(lambda: len(listed(api, category=category)) == PAGED, REPLICATION_SECONDS)
    for limit in (1, 2, PAGED, 100):
        found = listed(api, category=category, limit=limit)
        assert (len(found), set(found)) == (PAGED, ids), limit


def test_a_cursor_of_one_region_reads_on_in_the_other(api: httpx.Client, elsewhere: httpx.Client) -> None:
    category = new_category()
    ids = {created(api, category=category).json()["id"] for _ in range(3)}
    assert eventually(lambda: len(listed(elsewhere, category=category)) == 3, REPLICATION_SECONDS)
    page = api.get("/products", params={"category": category, "limit": 1}).json()
    rest = listed(elsewhere, category=category, limit=1, cursor=page["next_cursor"])
    assert {page["items"][0]["id"], *rest} == ids
    assert len(rest) == 2


def test_a_cursor_that_was_changed_or_is_of_another_list_is_refused(api: httpx.Client) -> None:
    category = new_category()
    for _ in range(2):
        created(api, category=category)
    assert eventually(lambda: len(listed(api, category=category)) == 2, REPLICATION_SECONDS)
    cursor = api.get("/products", params={"category": category, "limit": 1}).json()["next_cursor"]
    changed = ("B" if cursor[0] == "A" else "A") + cursor[1:]
    for query in (
        {"category": category, "cursor": changed},
        {"category": category, "cursor": cursor[:-1]},
        {"category": new_category(), "cursor": cursor},
        {"cursor": cursor},
    ):
        refused = api.get("/products", params=query)
        assert problem(refused) == (400, "invalid-request"), query
        assert [error["field"] for error in refused.json()["errors"]] == ["cursor"]
