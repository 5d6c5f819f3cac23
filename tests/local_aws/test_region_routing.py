"""Each region's API answers at the region's own address, by Host and base path."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.local_aws.deployer import Deployer

from local_aws.testing import LocalAws

_ECHO = """
import json, os

def handler(event, context):
    seen = {
        "region": os.environ["AWS_REGION"],
        "label": os.environ.get("LABEL"),
        "path": event["path"],
        "context_path": event["requestContext"]["path"],
        "domain": event["requestContext"].get("domainName"),
        "endpoint": os.environ["AWS_ENDPOINT_URL"],
    }
    return {"statusCode": 200, "body": json.dumps(seen)}
"""


@dataclass(frozen=True)
class Apis:
    """One API in each region behind the same domain."""

    domain: str
    east_id: str
    west_id: str


@pytest.fixture(scope="module")
def apis(east: Deployer, west: Deployer) -> Apis:
    domain = f"api-{uuid.uuid4().hex[:6]}.example"
    ids = []
    for deployer in (east, west):
        ids.append(deployer.api(deployer.function(_ECHO)))
        deployer.map_domain(domain, ids[-1])
    return Apis(domain, *ids)


def get(aws: LocalAws, region: str, host: str, path: str) -> httpx.Response:
    """Ask a region's data plane with that Host."""
    return httpx.get(f"{aws.settings.region_url(region)}{path}", headers={"Host": host}, trust_env=False)


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_the_same_domain_reaches_the_api_of_the_region_that_is_asked(
    aws: LocalAws, apis: Apis, region: str
) -> None:
    assert get(aws, region, apis.domain, "/v1/items").json()["region"] == region


def test_the_host_name_is_compared_without_case_and_port(aws: LocalAws, apis: Apis) -> None:
    answer = get(aws, "us-west-2", f"{apis.domain.upper()}:443", "/v1/items")
    assert answer.json()["region"] == "us-west-2"


def test_the_function_sees_the_domain_and_the_path_with_the_base_path(aws: LocalAws, apis: Apis) -> None:
    seen = get(aws, "us-east-1", apis.domain, "/v1/items/1").json()
    assert (seen["path"], seen["context_path"]) == ("/v1/items/1", "/v1/items/1")
    assert seen["domain"] == apis.domain


@pytest.mark.parametrize("path", ["/", "/v2/items", "/v1x/items"])
def test_a_path_that_no_base_path_covers_is_forbidden(aws: LocalAws, apis: Apis, path: str) -> None:
    answer = get(aws, "us-east-1", apis.domain, path)
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def test_a_host_that_no_api_is_registered_for_is_forbidden(aws: LocalAws) -> None:
    answer = get(aws, "us-east-1", "nobody.example", "/v1/items")
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def test_a_domain_of_one_region_only_is_forbidden_in_the_other(
    aws: LocalAws, east: Deployer, apis: Apis
) -> None:
    domain = f"only-{uuid.uuid4().hex[:6]}.example"
    east.map_domain(domain, apis.east_id)
    assert get(aws, "us-east-1", domain, "/v1/items").status_code == 200
    assert get(aws, "us-west-2", domain, "/v1/items").status_code == 403


def test_the_longest_base_path_wins(aws: LocalAws, east: Deployer, apis: Apis) -> None:
    domain = f"nested-{uuid.uuid4().hex[:6]}.example"
    longer = east.api(east.function(_ECHO, Environment={"Variables": {"LABEL": "longer"}}))
    east.map_domain(domain, apis.east_id, base_path="v1")
    east.map_domain(domain, longer, base_path="v1/new")
    assert get(aws, "us-east-1", domain, "/v1/items").json()["label"] is None
    assert get(aws, "us-east-1", domain, "/v1/new/items").json()["label"] == "longer"
    assert get(aws, "us-east-1", domain, "/v1/newer").json()["label"] is None


def test_the_default_endpoint_answers_in_its_own_region_until_it_is_disabled(
    aws: LocalAws, east: Deployer
) -> None:
    api_id = east.api(east.function(_ECHO))
    host = f"{api_id}.execute-api.us-east-1.amazonaws.com"
    assert get(aws, "us-east-1", host, "/live/items").json()["path"] == "/items"
    assert get(aws, "us-west-2", host, "/live/items").status_code == 403

    disable: dict[str, Any] = {"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "true"}
    east.client("apigateway").update_rest_api(restApiId=api_id, patchOperations=[disable])
    answer = get(aws, "us-east-1", host, "/live/items")
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def test_a_function_reaches_aws_through_its_own_region(aws: LocalAws, apis: Apis) -> None:
    seen = get(aws, "us-west-2", apis.domain, "/v1/items").json()
    assert seen["endpoint"] == aws.settings.region_url("us-west-2")


def test_signed_calls_act_in_the_region_of_their_signature(aws: LocalAws, apis: Apis) -> None:
    for region, api_id in (("us-east-1", apis.east_id), ("us-west-2", apis.west_id)):
        listed = {item["id"] for item in aws.client("apigateway", region).get_rest_apis()["items"]}
        assert api_id in listed
        assert not listed & ({apis.east_id, apis.west_id} - {api_id})
