"""What a run refuses, and how it fares beside another execution and when AWS fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from tests.unit.recovery_worker.kit import LIVE, REQUEST, RESTORED, Context, Shop

from common.environment import SettingError
from recovery_worker.application import TemporaryError
from recovery_worker.environment import Environment
from recovery_worker.repairing import NotComparedError
from techmoda_recovery.core.rules import Choice, RuleError
from techmoda_recovery.run_folder import OvertakenError, compared_name
from techmoda_recovery.runs import Mode, Request, RequestError, Segment

FIRST = Segment("restored", 0)


def call(shop: Shop, operation: str, request: Request = REQUEST, **more: Any) -> dict[str, Any]:
    event = {"operation": operation, "request": request.as_json(), "execution": "one", **more}
    return shop.application.handle(event, Context())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"run": "a/b"}, "name"),
        ({"restored_table": LIVE}, "itself"),
        ({"segments": 0}, "segments"),
        ({"write_share": 0.0}, "share"),
    ],
)
def test_a_request_that_cannot_be_carried_out_is_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(RequestError, match=reason):
        replace(REQUEST, **change)


def test_a_request_comes_back_as_it_was_written_and_with_nothing_unknown() -> None:
    assert Request.of(REQUEST.as_json()) == REQUEST
    with pytest.raises(RequestError, match="read"):
        Request.of({**REQUEST.as_json(), "unknown": 1})
    with pytest.raises(RequestError, match="read"):
        Request.of({"run": "one"})


def test_only_the_deployments_own_table_is_repaired(shop: Shop) -> None:
    with pytest.raises(RequestError, match="repairs products"):
        call(shop, "prepare", replace(REQUEST, table="others"))


@pytest.mark.parametrize("choice", [Choice(), Choice(undo=("price =",))])
def test_rules_that_say_nothing_or_cannot_be_read_are_refused_before_anything_is_read(
    shop: Shop, choice: Choice
) -> None:
    with pytest.raises(RuleError):
        call(shop, "prepare", replace(REQUEST, choice=choice))


def test_a_run_keeps_its_rules_but_not_its_shares(shop: Shop) -> None:
    call(shop, "prepare")
    call(shop, "prepare", replace(REQUEST, write_share=0.1, mode=Mode.PLAN))
    with pytest.raises(RequestError, match="other tables or rules"):
        call(shop, "prepare", replace(REQUEST, attributes=("price",)))


def test_a_run_does_not_go_on_with_another_table_of_the_same_name(shop: Shop) -> None:
    call(shop, "prepare")
    shop.ids[LIVE] = "another"
    with pytest.raises(RequestError, match="not the table"):
        call(shop, "compare", segment=FIRST.name)


def test_tables_with_different_keys_are_not_compared(shop: Shop) -> None:
    shop.dynamodb.create_table(
        TableName="other", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "sku", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "sku", "AttributeType": "S"}],
    )  # fmt: skip
    with pytest.raises(RequestError, match="another key"):
        call(shop, "prepare", replace(REQUEST, restored_table="other"))


def test_a_segment_that_is_not_compared_to_its_end_is_not_repaired(shop: Shop) -> None:
    call(shop, "prepare")
    with pytest.raises(NotComparedError):
        call(shop, "apply", segment=FIRST.name)


def test_larger_tables_are_cut_into_more_segments_within_limits(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_size = replace(REQUEST, segments=None)
    assert len(call(shop, "prepare", by_size)["segments"]) == 2 * 4

    def enlarged(parsed: dict[str, Any], **_: Any) -> None:
        parsed["Table"]["TableSizeBytes"] = 100 * 1024

    shop.dynamodb.meta.events.register("after-call.dynamodb.DescribeTable", enlarged)
    assert len(call(shop, "prepare", replace(by_size, run="larger"))["segments"]) == 2 * 100


def test_of_two_executions_at_work_on_a_segment_one_gives_way(shop: Shop) -> None:
    shop.corrupt(10)
    call(shop, "prepare")
    folder = shop.folder()
    read = folder.read(compared_name(FIRST))
    assert call(shop, "compare", segment=FIRST.name)["done"]
    with pytest.raises(OvertakenError):
        folder.replace(read, {"parts": []})
    # What the function answers then, the state machine asks again.
    original = shop.application.s3.put_object
    raced: list[Any] = []

    def racing(**given: Any) -> Any:
        if "IfNoneMatch" in given and not raced:
            raced.append(original(**{name: value for name, value in given.items() if name != "IfNoneMatch"}))
        return original(**given)

    shop.application.s3.put_object = racing
    live = Segment("live", 0).name
    assert call(shop, "compare", segment=live) == {"done": False}
    assert call(shop, "compare", segment=live) == {"done": True}


@pytest.mark.parametrize(
    ("error", "becomes"),
    [
        (ClientError({"Error": {"Code": "ThrottlingException"}}, "Scan"), TemporaryError),
        (
            ClientError(
                {"Error": {"Code": "X"}, "ResponseMetadata": {"HTTPStatusCode": 503}},  # type: ignore[typeddict-item]
                "Scan",
            ),
            TemporaryError,
        ),
        (EndpointConnectionError(endpoint_url="https://dynamodb"), TemporaryError),
        (ClientError({"Error": {"Code": "AccessDeniedException"}}, "Scan"), ClientError),
    ],
)
def test_only_what_may_be_gone_later_is_asked_for_again(
    shop: Shop, error: Exception, becomes: type[Exception]
) -> None:
    call(shop, "prepare")

    def failing(**_: Any) -> None:
        raise error

    shop.dynamodb.meta.events.register("before-call.dynamodb.Scan", failing)
    with pytest.raises(becomes):
        call(shop, "compare", segment=FIRST.name)


def test_reading_keeps_to_its_part_of_the_share(shop: Shop) -> None:
    shop.corrupt(50)
    waited: list[float] = []
    shop.application.sleep = waited.append

    def sized(parsed: dict[str, Any], **_: Any) -> None:
        parsed["Table"].update(ItemCount=50, TableSizeBytes=50 * 4096)

    shop.dynamodb.meta.events.register("after-call.dynamodb.DescribeTable", sized)
    call(shop, "prepare")
    call(shop, "compare", segment=Segment("live", 0).name)
    assert sum(waited) == 0, "a share of half the units is no reason to wait for so few items"
    # 12,000 units, a hundred-thousandth of them, two workers: a page of one item, and 8 s for each half unit.
    call(shop, "compare", replace(REQUEST, read_share=1e-5), segment=Segment("live", 1).name)
    assert sum(waited) > 8


@pytest.mark.parametrize("value", ["", "no number", "0", "inf"])
def test_a_setting_that_cannot_be_used_stops_the_cold_start(value: str) -> None:
    environ = {
        "PRODUCTS_TABLE": LIVE, "ERASURES_TABLE": RESTORED, "RUNS_BUCKET": "b", "MAX_CONCURRENCY": "2",
        "SLICE_SECONDS": "60", "SEGMENT_BYTES": "1024", "AWS_REGION": "us-east-1",
    }  # fmt: skip
    assert Environment.from_environ(environ).concurrency == 2
    with pytest.raises(SettingError):
        Environment.from_environ({**environ, "SLICE_SECONDS": value})
