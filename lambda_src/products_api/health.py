"""Deep health: can this region's own table be read? Never asks about another region.

Route 53 decides on this answer which region serves (modules/failover), so it depends on nothing but
what a read of this region depends on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.clock import Clock, rfc3339
from products_api.errors import StoreError, StoreUnavailableError
from products_api.faults import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Every Route 53 checker location asks each interval, and each Lambda environment answers for itself:
# 3 s keeps the reads few and adds little to 3 failed checks at 10 s intervals.
CACHE_SECONDS = 3.0
PROBE_ID = "health-probe"  # no such product is needed: reading its absence proves as much


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the region can serve, why, and when that was found out (RFC 3339, UTC)."""

    healthy: bool
    region: str
    reason: str
    checked_at: str


class HealthCheck:
    """Reads one key of the table, strongly consistently, and remembers the outcome briefly."""

    def __init__(
        self, make_client: Callable[[], DynamoDBClient], table: str, region: str, clock: Clock
    ) -> None:
        self._make_client = make_client
        self._client: DynamoDBClient | None = None
        self._table = table
        self._region = region
        self._clock = clock
        self._known: tuple[float, Verdict] | None = None

    def verdict(self) -> Verdict:
        """Return the region's health, at most CACHE_SECONDS old. Failures are remembered as well."""
        now = self._clock.monotonic()
        if self._known is None or now - self._known[0] >= CACHE_SECONDS:
            self._known = (now, self._probe())
        return self._known[1]

    def _probe(self) -> Verdict:
        checked_at = rfc3339(self._clock.now())
        if self._client is None:  # made at the first question: not every environment is asked
            self._client = self._make_client()
        try:
            with translated():
                # Consistent: only the partition's leader can answer, and writes need it as well.
                self._client.get_item(
                    TableName=self._table,
                    Key={"id": {"S": PROBE_ID}},
                    ConsistentRead=True,
                    ProjectionExpression="id",
                )
        except (StoreUnavailableError, StoreError) as error:
            return Verdict(
                False, self._region, f"the products table does not answer: {error.reason}", checked_at
            )
        return Verdict(True, self._region, "the products table answers", checked_at)
