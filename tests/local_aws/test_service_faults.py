"""One service of one region fails as asked, and nothing else fails."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from click.testing import CliRunner

from local_aws import client
from local_aws.cli import main
from local_aws.service_faults import Fault, FaultError, ServiceFaults, ServiceMode
from local_aws.testing import LocalAws, eventually

EAST, WEST = "us-east-1", "us-west-2"
QUICK: Any = {"connect_timeout": 1, "read_timeout": 0.5}


@pytest.fixture
def table(aws: LocalAws) -> Iterator[str]:
    name = f"faulty-{uuid.uuid4().hex[:8]}"
    dynamodb = aws.client("dynamodb", EAST)
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield name
    dynamodb.delete_table(TableName=name)


def put(aws: LocalAws, table: str, key: str = "1", **config: Any) -> None:
    aws.client("dynamodb", EAST, **config).put_item(TableName=table, Item={"id": {"S": key}})


def count(aws: LocalAws, table: str) -> int:
    return int(aws.client("dynamodb", EAST).scan(TableName=table)["Count"])


def test_a_throttled_call_gets_dynamodbs_own_error_and_is_not_carried_out(aws: LocalAws, table: str) -> None:
    dynamodb = aws.client("dynamodb", EAST)
    with (
        aws.failing("dynamodb", EAST, "throttle"),
        pytest.raises(dynamodb.exceptions.ProvisionedThroughputExceededException) as refused,
    ):
        dynamodb.put_item(TableName=table, Item={"id": {"S": "1"}})
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert count(aws, table) == 0


def test_throttling_of_kms_has_its_name(aws: LocalAws) -> None:
    with aws.failing("kms", EAST, "throttle"), pytest.raises(ClientError) as refused:
        aws.client("kms", EAST).list_keys()
    assert refused.value.response["Error"]["Code"] == "ThrottlingException"


@pytest.mark.parametrize(("mode", "failure"), [("reset", ConnectionClosedError), ("hang", ReadTimeoutError)])
def test_a_connection_that_breaks_or_hangs_leaves_the_work_undone(
    aws: LocalAws, table: str, mode: str, failure: type[Exception]
) -> None:
    with aws.failing("dynamodb", EAST, mode), pytest.raises(failure):
        put(aws, table, **QUICK)
    assert count(aws, table) == 0


def test_an_unavailable_service_answers_503(aws: LocalAws, table: str) -> None:
    with aws.failing("dynamodb", EAST, "unavailable"), pytest.raises(ClientError) as refused:
        put(aws, table)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503


def test_a_lost_answer_leaves_the_work_done(aws: LocalAws, table: str) -> None:
    with aws.failing("dynamodb", EAST, "lost"), pytest.raises(ConnectionClosedError):
        put(aws, table)
    assert count(aws, table) == 1


def test_a_call_that_hangs_ends_when_the_service_is_healed(aws: LocalAws, table: str) -> None:
    with ThreadPoolExecutor(1) as background:
        with aws.failing("dynamodb", EAST, "hang"):
            call = background.submit(put, aws, table, read_timeout=20)
            assert not eventually(call.done, 0.3)
        with pytest.raises(ConnectionClosedError):
            call.result(timeout=20)


def test_other_services_and_the_other_region_go_on(aws: LocalAws) -> None:
    with aws.failing("dynamodb", EAST, "reset"):
        aws.client("dynamodb", WEST, **QUICK).list_tables()
        aws.client("kms", EAST, **QUICK).list_keys()


def test_with_a_share_some_calls_fail_and_some_go_through(aws: LocalAws, table: str) -> None:
    failed = 0
    with aws.failing("dynamodb", EAST, "throttle", "unavailable", share=0.5):
        for number in range(40):
            try:
                put(aws, table, str(number))
            except ClientError:
                failed += 1
    assert 5 < failed < 35
    assert count(aws, table) == 40 - failed


@pytest.mark.parametrize(
    ("where", "modes", "share", "message"),
    [
        (("dynamodb", "eu-west-1"), ["reset"], 1.0, "region of: us-east-1, us-west-2"),
        (("dynamodb", EAST), ["slow"], 1.0, "one or several of: throttle"),
        (("dynamodb", EAST), [], 1.0, "needs a mode"),
        (("dynamodb", EAST), ["reset"], 1.5, "over 0 and at most 1"),
        (("s3", EAST), ["throttle"], 1.0, "known of dynamodb, kms only"),
    ],
)
def test_a_fault_that_cannot_be_had_is_refused_with_the_reason(
    aws: LocalAws, where: tuple[str, str], modes: list[str], share: float, message: str
) -> None:
    with pytest.raises(client.ControlError, match=message):
        client.set_service(aws.settings, *where, modes, share)
    assert client.call(aws.settings, "GET", "services", None)["faults"] == []


def test_the_command_line_sets_and_heals_a_fault(aws: LocalAws) -> None:
    run = CliRunner().invoke
    state_dir = ["--state-dir", str(aws.settings.state_dir)]
    fault = run(main, ["fault", "dynamodb", EAST, "throttle", "reset", "--share", "0.3", *state_dir])
    assert fault.output == "30% of dynamodb in us-east-1: throttle or reset\n"
    assert run(main, ["fault", "dynamodb", EAST, "up", *state_dir]).output == "No service fails.\n"
    assert run(main, ["fault", "dynamodb", EAST, "slow", *state_dir]).exit_code == 2


def test_the_same_calls_fail_in_each_run() -> None:
    def met() -> list[ServiceMode | None]:
        faults = ServiceFaults(random.Random(7))  # noqa: S311 - a test's dice
        faults.set("dynamodb", EAST, Fault((ServiceMode.RESET, ServiceMode.LOST), share=0.5))
        return [found[0] if (found := faults.meet("dynamodb", EAST)) else None for _ in range(20)]

    assert met() == met()
    assert set(met()) == {None, ServiceMode.RESET, ServiceMode.LOST}


@pytest.mark.parametrize("document", [None, [], {}, {"mode": 3}, {"mode": "reset", "share": True}])
def test_a_document_that_is_no_fault_is_refused(document: Any) -> None:
    with pytest.raises(FaultError):
        Fault.parse("dynamodb", document)
