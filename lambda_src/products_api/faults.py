"""What botocore's exceptions mean for a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from products_api.errors import StoreError, StoreUnavailableError

# Codes that say "not now": DynamoDB's and KMS's throttles and their own faults, as the services'
# API models in botocore name them.
TRANSIENT_CODES = frozenset(
    {
        "InternalServerError",
        "KMSInternalException",
        "DependencyTimeoutException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "ThrottledException",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


def code_of(error: ClientError) -> str:
    """Return the service's error code."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_transient(error: ClientError) -> bool:
    """Tell whether the same call may succeed soon: a throttle, or any answer of status 5xx."""
    metadata: dict[str, Any] = dict(error.response.get("ResponseMetadata", {}))
    return code_of(error) in TRANSIENT_CODES or int(metadata.get("HTTPStatusCode", 0)) >= 500


@contextmanager
def translated() -> Iterator[None]:
    """Turn botocore's exceptions into ours; let conditional failures be handled inside.

    Raises:
        StoreUnavailableError: a throttle, a time-out, a broken or refused connection.
        StoreError: a call that AWS will refuse again: a missing permission, a missing table.
    """
    try:
        yield
    except ClientError as error:
        reason = f"{error.operation_name}: {code_of(error)}"
        if is_transient(error):
            raise StoreUnavailableError(reason) from error
        raise StoreError(reason) from error
    except BotoCoreError as error:
        # Time-outs, refused and reset connections, name resolution: all of them are about reaching AWS.
        raise StoreUnavailableError(type(error).__name__) from error
