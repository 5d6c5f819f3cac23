"""A region that is cut off fails as a caller would see it, and nothing else fails."""

from __future__ import annotations

import socket
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from tests.local_aws.deployer import Deployer

from local_aws import client
from local_aws.control import PREFIX
from local_aws.testing import LocalAws

_QUICK: Any = {"connect_timeout": 1, "read_timeout": 1}

_SDK_FAILURES = [
    ("reset", ConnectionClosedError),
    ("hang", ReadTimeoutError),
    ("unavailable", ClientError),
]

_API_FAILURES = [("reset", httpx.TransportError), ("hang", httpx.ReadTimeout)]

# Calls STS in some regions, before and after each change that it asks the control API for. What came of each?
_CALL_STS = """
import boto3, json, urllib.request
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

def outcome(sts):
    try:
        sts.get_caller_identity()
        return "ok"
    except ClientError as error:
        return str(error.response["ResponseMetadata"]["HTTPStatusCode"])
    except BotoCoreError as error:
        return type(error).__name__

def change(url, mode):
    body = json.dumps({"mode": mode}).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(urllib.request.Request(url, data=body, method="PUT"), timeout=10).close()

def handler(event, context):
    config = Config(connect_timeout=2, read_timeout=2, retries={"max_attempts": 0})
    clients = {region: boto3.client("sts", region_name=region, config=config) for region in event["regions"]}
    seen = {region: [] for region in clients}
    for mode in [None, *event.get("modes", [])]:
        if mode:
            change(event["control"], mode)
        for region, sts in clients.items():
            seen[region].append(outcome(sts))
    return seen
"""

_API = """
import time

def handler(event, context):
    time.sleep(5 if event["path"].endswith("slow") else 0)
    return {"statusCode": 200, "body": "done"}
"""


_LAMBDA_FAILURES = {"reset": "ConnectionClosedError", "hang": "ReadTimeoutError", "unavailable": "503"}


@pytest.fixture
def background() -> Iterator[ThreadPoolExecutor]:
    """Runs calls beside the test."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        yield executor


@pytest.fixture(scope="module")
def sts_caller(east: Deployer) -> str:
    """A warm function of us-east-1 that calls STS."""
    function = east.function(_CALL_STS)
    east.invoke(function, {"regions": ["us-east-1"]})
    return function


@pytest.fixture(scope="module")
def domain(east: Deployer, west: Deployer) -> str:
    """A domain with an API in both regions, which is slow at one path."""
    name = f"faults-{uuid.uuid4().hex[:6]}.example"
    for deployer in (east, west):
        deployer.map_domain(name, deployer.api(deployer.function(_API)))
    return name


def get(aws: LocalAws, region: str, host: str, timeout: float = 5, path: str = "items") -> httpx.Response:
    url = f"{aws.settings.region_url(region)}/v1/{path}"
    return httpx.get(url, headers={"Host": host}, timeout=timeout, trust_env=False)


@pytest.mark.parametrize(("mode", "failure"), _SDK_FAILURES)
def test_signed_calls_to_the_region_fail(aws: LocalAws, mode: str, failure: type[Exception]) -> None:
    with aws.cut_off("us-east-1", mode), pytest.raises(failure) as caught:
        aws.client("dynamodb", "us-east-1", **_QUICK).list_tables()
    if isinstance(caught.value, ClientError):
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503


@pytest.mark.parametrize("service", ["s3", "sns", "cloudwatch", "lambda", "apigateway"])
def test_every_sdk_protocol_understands_unavailable(aws: LocalAws, service: str) -> None:
    calls = {"s3": "list_buckets", "sns": "list_topics", "cloudwatch": "list_metrics",
             "lambda": "list_functions", "apigateway": "get_rest_apis"}  # fmt: skip
    with aws.cut_off("us-east-1", "unavailable"), pytest.raises(ClientError) as caught:
        getattr(aws.client(service, "us-east-1", **_QUICK), calls[service])()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503


@pytest.mark.parametrize(("mode", "failure"), _API_FAILURES)
def test_calls_to_the_regions_api_fail(
    aws: LocalAws, domain: str, mode: str, failure: type[Exception]
) -> None:
    with aws.cut_off("us-east-1", mode), pytest.raises(failure):
        get(aws, "us-east-1", domain, timeout=0.5)


def test_calls_to_the_regions_api_find_it_unavailable(aws: LocalAws, domain: str) -> None:
    with aws.cut_off("us-east-1", "unavailable"):
        assert get(aws, "us-east-1", domain).status_code == 503


@pytest.mark.parametrize("mode", ["reset", "hang", "unavailable"])
def test_the_other_region_goes_on_and_the_region_comes_back(aws: LocalAws, domain: str, mode: str) -> None:
    with aws.cut_off("us-east-1", mode):
        assert get(aws, "us-west-2", domain).text == "done"
        aws.client("dynamodb", "us-west-2", **_QUICK).list_tables()
    assert get(aws, "us-east-1", domain).text == "done"
    aws.client("dynamodb", "us-east-1", **_QUICK).list_tables()


def test_reset_closes_the_connection_without_a_byte(aws: LocalAws) -> None:
    with (
        aws.cut_off("us-west-2", "reset"),
        socket.create_connection((aws.settings.regions["us-west-2"], aws.settings.port), timeout=2) as peer,
    ):
        peer.sendall(b"GET /v1/items HTTP/1.1\r\nHost: any.example\r\n\r\n")
        try:
            received = peer.recv(100)
        except ConnectionResetError:
            received = b""
        assert received == b""


def test_a_request_under_way_gets_no_answer_when_its_region_is_cut_off(
    aws: LocalAws, domain: str, background: ThreadPoolExecutor
) -> None:
    request = background.submit(get, aws, "us-east-1", domain, path="slow")
    time.sleep(0.3)
    with aws.cut_off("us-east-1", "reset"), pytest.raises(httpx.TransportError):
        request.result(timeout=10)


def test_a_hanging_request_ends_when_the_region_comes_back(
    aws: LocalAws, domain: str, background: ThreadPoolExecutor
) -> None:
    with aws.cut_off("us-east-1", "hang"):
        request = background.submit(get, aws, "us-east-1", domain, timeout=20)
        time.sleep(0.3)
        assert request.running()
    with pytest.raises(httpx.TransportError):
        request.result(timeout=10)


@pytest.mark.parametrize("mode", _LAMBDA_FAILURES)
def test_sdk_calls_inside_the_regions_functions_fail_wherever_they_go(
    aws: LocalAws, east: Deployer, sts_caller: str, mode: str
) -> None:
    # The function cuts its own region off: from outside that would hit another moment on a busy machine.
    control = f"{aws.settings.endpoint_url}{PREFIX}regions/us-east-1"
    event = {"regions": ["us-east-1", "us-west-2"], "control": control, "modes": [mode, "up"]}
    try:
        seen = east.invoke(sts_caller, event)
    finally:
        client.set_region(aws.settings, "us-east-1", "up")
    expected = ["ok", _LAMBDA_FAILURES[mode], "ok"]
    assert seen == {"us-east-1": expected, "us-west-2": expected}


def test_sdk_calls_inside_the_other_regions_functions_fail_only_where_they_need_it(
    aws: LocalAws, west: Deployer
) -> None:
    function = west.function(_CALL_STS)
    with aws.cut_off("us-east-1", "reset"):
        seen = west.invoke(function, {"regions": ["us-west-2", "us-east-1"]})
    assert seen == {"us-west-2": ["ok"], "us-east-1": ["ConnectionClosedError"]}


def test_the_control_api_answers_while_a_region_is_cut_off(aws: LocalAws) -> None:
    with aws.cut_off("us-east-1", "hang"):
        assert client.status(aws.settings)["regions"] == {"us-east-1": "hang", "us-west-2": "up"}
    assert client.status(aws.settings)["regions"] == {"us-east-1": "up", "us-west-2": "up"}


def test_a_region_that_is_not_served_cannot_be_cut_off(aws: LocalAws) -> None:
    with pytest.raises(client.ControlError, match="eu-west-1 is not served; served: us-east-1, us-west-2"):
        client.set_region(aws.settings, "eu-west-1", "reset")


def test_an_unknown_mode_is_refused_with_those_there_are(aws: LocalAws) -> None:
    with pytest.raises(client.ControlError, match="reset, hang, unavailable, up"):
        client.set_region(aws.settings, "us-east-1", "broken")
