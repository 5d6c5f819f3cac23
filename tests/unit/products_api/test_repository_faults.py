"""What the repository says when DynamoDB throttles, is slow, or refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from tests.unit.products_api.stored import CHANGE, FIRST, NOW, RECEIPT, repository_on

from products_api.errors import StoreError, StoreUnavailableError
from products_api.ports import Expected

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Refusing:
    """A client whose every call fails in one way."""

    def __init__(self, client: DynamoDBClient, failure: Exception) -> None:
        self.exceptions = client.exceptions
        self._failure = failure

    def __getattr__(self, _operation: str) -> Any:
        def fail(**_arguments: Any) -> None:
            raise self._failure

        return fail


def service_error(code: str, status: int = 400, operation: str = "GetItem") -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, operation)  # type: ignore[typeddict-item]


FAILING_CALLS = {
    "get": lambda repository: repository.get("p-1"),
    "list": lambda repository: repository.page(20, None, None),
    "list a category": lambda repository: repository.page(20, "coats", None),
    "create": lambda repository: repository.create(FIRST, None, NOW),
    "create with a key": lambda repository: repository.create(FIRST, RECEIPT, NOW),
    "update": lambda repository: repository.update("p-1", Expected(1), CHANGE),
    "delete": lambda repository: repository.delete("p-1", None),
}
TRANSIENT = {
    "throttled": service_error("ProvisionedThroughputExceededException"),
    "throttled on demand": service_error("ThrottlingException"),
    "over the account's limit": service_error("RequestLimitExceeded"),
    "fault of the service": service_error("SomethingNew", status=500),
    "slow": ReadTimeoutError(endpoint_url="https://dynamodb"),
}


@pytest.mark.parametrize("failure", TRANSIENT.values(), ids=TRANSIENT.keys())
@pytest.mark.parametrize("call", FAILING_CALLS.values(), ids=FAILING_CALLS.keys())
def test_a_store_that_is_throttled_or_slow_is_unavailable(
    offline: DynamoDBClient, call: Any, failure: Exception
) -> None:
    with pytest.raises(StoreUnavailableError):
        call(repository_on(Refusing(offline, failure)))


@pytest.mark.parametrize("call", FAILING_CALLS.values(), ids=FAILING_CALLS.keys())
def test_a_refusal_that_will_not_pass_is_told_apart(offline: DynamoDBClient, call: Any) -> None:
    with pytest.raises(StoreError) as caught:
        call(repository_on(Refusing(offline, service_error("AccessDeniedException"))))
    assert "AccessDeniedException" in caught.value.reason


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_transaction_cancelled_by_load_is_unavailable_for_a_moment(
    offline: DynamoDBClient, code: str
) -> None:
    cancelled = offline.exceptions.TransactionCanceledException(
        {
            "Error": {"Code": "TransactionCanceledException"},
            "CancellationReasons": [{"Code": "None"}, {"Code": code}],
        },
        "TransactWriteItems",
    )
    with pytest.raises(StoreUnavailableError) as caught:
        repository_on(Refusing(offline, cancelled)).create(FIRST, RECEIPT, NOW)
    assert caught.value.retry_after_seconds == 1


def test_a_transaction_cancelled_for_another_reason_is_an_error(offline: DynamoDBClient) -> None:
    cancelled = offline.exceptions.TransactionCanceledException(
        {
            "Error": {"Code": "TransactionCanceledException"},
            "CancellationReasons": [{"Code": "ValidationError"}],
        },
        "TransactWriteItems",
    )
    with pytest.raises(StoreError):
        repository_on(Refusing(offline, cancelled)).create(FIRST, RECEIPT, NOW)
