"""The botocore clients and their time budgets: all the numbers in one place.

botocore is used without boto3: the client objects are the same, and boto3's session, resources and
S3 transfer manager would cost import time that nothing here uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

    from products_api.deadline import Deadline


@dataclass(frozen=True, slots=True)
class Budget:
    """How long one attempt may take, in seconds, and how many attempts a call has."""

    connect: float
    read: float
    attempts: int

    @property
    def attempt(self) -> float:
        """The longest that one attempt can last."""
        return self.connect + self.read


# DynamoDB answers single-item calls in single-digit milliseconds; a second and a half means trouble.
# Standard mode waits at most 1 s, 2 s before the second and third attempt, so a call lasts at most
# 3 times 2 s plus 3 s, and less when the deadline cuts it short.
STORE = Budget(connect=0.5, read=1.5, attempts=3)
# A health checker of Route 53 gives up 2 s after connecting; the answer must be there before.
HEALTH = Budget(connect=0.3, read=0.6, attempts=1)
KEYS = Budget(connect=0.5, read=1.5, attempts=2)


class ClientFactory:
    """Makes clients for one region that respect the invocation's deadline."""

    def __init__(self, region: str, deadline: Deadline) -> None:
        self._region = region
        self._deadline = deadline
        self._session = botocore.session.get_session()

    def dynamodb(self, budget: Budget) -> DynamoDBClient:
        """Return a DynamoDB client."""
        return cast("DynamoDBClient", self._client("dynamodb", budget))

    def kms(self, budget: Budget) -> KMSClient:
        """Return a KMS client."""
        return cast("KMSClient", self._client("kms", budget))

    def _client(self, service: str, budget: Budget) -> Any:
        config = Config(
            region_name=self._region,
            connect_timeout=budget.connect,
            read_timeout=budget.read,
            retries={"mode": "standard", "total_max_attempts": budget.attempts},
            tcp_keepalive=True,
        )
        client = self._session.create_client(service, config=config)
        guard = self._deadline.refuse_attempts_longer_than(budget.attempt)
        client.meta.events.register(f"before-send.{service}", guard)
        return client
