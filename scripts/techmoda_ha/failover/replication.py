"""How long replication takes now: a marker is written in one region and looked for in the other.

Markers go to the idempotency table, which is replicated like the products and lets its items expire, so
no product is ever touched. Replication keeps the order of a region's writes to an item only; a marker
that arrives in time shows that the way is open and not behind, it is no proof for each single write.
"""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

MARKER_LIFETIME_SECONDS = 3600
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class ReplicationProbe:
    """Measures one direction. Both clients are DynamoDB clients, of the regions of writing and reading."""

    source: Any
    destination: Any
    table: str
    clock: Callable[[], float] = time.monotonic
    wall_clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def seconds(self, limit: float) -> float:
        """Return how long a marker took, infinity when it did not arrive within `limit` seconds.

        An AWS call that fails counts as not arrived: neither region may be in the way of finding that out.
        """
        marker = f"replication-marker#{uuid.uuid4()}"
        expires = str(int(self.wall_clock()) + MARKER_LIFETIME_SECONDS)
        item = {"id": {"S": marker}, "expires_at": {"N": expires}}
        try:
            self.source.put_item(TableName=self.table, Item=item)
            written = self.clock()
            while self.clock() - written <= limit:
                if "Item" in self.destination.get_item(TableName=self.table, Key={"id": item["id"]}):
                    return self.clock() - written
                self.sleep(POLL_SECONDS)
        except (BotoCoreError, ClientError):
            pass
        return math.inf
