"""A shop of its own for tests of recovery: a global table, and the API's own code in this process on it.

Everything that recovery touches is real: the table, its stream, its restores, its replica, and how the API
writes. Left out are the gateway and the functions, which recovery never meets.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from tests.unit.products_api.fakes import Answer, Context, quiet_logger, request

from common.clock import SystemClock
from local_aws.testing import LocalAws, eventually
from products_api.cursor import CursorCodec
from products_api.repository import DynamoProductRepository
from products_api.routes import Routes
from products_api.service import ProductService
from techmoda_ha.drills.corruption.drill import DataCorruptionDrill
from techmoda_ha.drills.corruption.observing import Sights
from techmoda_ha.drills.corruption.plan import CorruptionPlan
from techmoda_ha.drills.stage import Region, Stage
from techmoda_ha.recovery.service import Recovery
from techmoda_recovery.erasures import NoErasures

PRIMARY, DR = "us-east-1", "us-west-2"
PRODUCTS, RECEIPTS = "recovery-shop-products", "recovery-shop-receipts"
WRITER = "products:7"


class Customer:
    """A client of the API that is in this process. `deleted` is the API's log of deletions."""

    def __init__(self, client: Any, deleted: set[str]) -> None:
        repository = DynamoProductRepository(
            client, PRODUCTS, "by-category", RECEIPTS, quiet_logger(), writer=WRITER
        )
        service = ProductService(repository, CursorCodec(lambda: b"k" * 32), SystemClock())
        health: Any = None
        self._routes = Routes(service, health, quiet_logger(), allowed_origin="*", region=PRIMARY)
        self._deleted = deleted

    def request(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Send one request."""
        path, _, text = path.partition("?")
        query: dict[str, Any] = dict(part.split("=") for part in text.split("&")) if text else {}
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        event = request(method, path, body, query=query, headers=names)
        answer, _facts = self._routes.answer(event, Context())  # type: ignore[arg-type]
        status = Answer(answer).status
        if (method, status) == ("DELETE", 204):
            self._deleted.add(path.rpartition("/")[2])
        return httpx.Response(status, content=answer.get("body") or "")

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True)
class ShopSights(Sights):
    """The alarm as the test sets it, and the deletions as the API noted them."""

    deleted: set[str] = field(default_factory=set)
    state: list[str] = field(default_factory=lambda: ["ALARM"])

    def alarm_state(self) -> str:
        """Return what the test set."""
        return self.state[0]

    def deletions(self, since: float) -> set[str]:
        """Return all deletions."""
        del since
        return set(self.deleted)


@dataclass(frozen=True)
class ShopStage(Stage):
    """A stage whose customers are in this process."""

    deleted: set[str] = field(default_factory=set)

    def customer(self) -> Any:
        """Return a customer."""
        return Customer(self.clients("dynamodb", PRIMARY), self.deleted)


@dataclass(frozen=True)
class Shop:
    """The shop's tables on a local AWS."""

    aws: LocalAws
    folder: Path

    def clients(self, service: str, region: str) -> Any:
        """Return a client for many threads."""
        return self.aws.client(service, region, max_pool_connections=20)

    @property
    def table(self) -> Any:
        """Return a DynamoDB client where the shop is open."""
        return self.clients("dynamodb", PRIMARY)

    def drill(self, **plan: Any) -> DataCorruptionDrill:
        """Return a drill on it."""
        primary, dr = (
            Region(name, "https://shop.example/v1", PRODUCTS, "check", "zone") for name in (PRIMARY, DR)
        )
        missing: Any = None
        stage = ShopStage(
            target="local",
            primary=primary,
            dr=dr,
            api_url="https://shop.example/v1",
            network=missing,
            clients=self.clients,
            failover=missing,
            token="token",
            bed=None,
            folder=self.folder,
        )
        sights = ShopSights(self.clients, PRODUCTS, "alarm", PRIMARY, "log", deleted=stage.deleted)
        recovery = Recovery(self.clients, PRIMARY, PRODUCTS, NoErasures(), self.folder / "plans")
        return DataCorruptionDrill(stage, CorruptionPlan(**plan), sights, recovery, lambda _event: None)


@contextlib.contextmanager
def opened(aws: LocalAws, folder: Path) -> Iterator[Shop]:
    """Make the shop's tables, and remove them again."""
    client = aws.client("dynamodb", PRIMARY)
    keys = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}
    index = {
        "IndexName": "by-category",
        "KeySchema": [
            {"AttributeName": "category", "KeyType": "HASH"},
            {"AttributeName": "id", "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "ALL"},
    }
    by_id = {"AttributeName": "id", "AttributeType": "S"}
    client.create_table(
        TableName=PRODUCTS,
        **keys,
        AttributeDefinitions=[by_id, {"AttributeName": "category", "AttributeType": "S"}],
        GlobalSecondaryIndexes=[index],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    client.create_table(TableName=RECEIPTS, **keys, AttributeDefinitions=[by_id])
    try:
        client.update_continuous_backups(
            TableName=PRODUCTS, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        client.update_table(TableName=PRODUCTS, ReplicaUpdates=[{"Create": {"RegionName": DR}}])
        assert eventually(lambda: _is_active(aws.client("dynamodb", DR)))
        yield Shop(aws, folder)
    finally:
        with contextlib.suppress(client.exceptions.ClientError):
            client.update_table(TableName=PRODUCTS, ReplicaUpdates=[{"Delete": {"RegionName": DR}}])
        for table in (PRODUCTS, RECEIPTS):
            client.delete_table(TableName=table)


def _is_active(client: Any) -> bool:
    try:
        return bool(client.describe_table(TableName=PRODUCTS)["Table"]["TableStatus"] == "ACTIVE")
    except client.exceptions.ResourceNotFoundException:
        return False
