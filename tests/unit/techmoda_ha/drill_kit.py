"""A stage of fakes: AWS by moto, a clock that only sleeping moves, and two region names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from techmoda_ha.drills.stage import Region, Stage
from techmoda_ha.failover.service import Failover, FailoverSetup, Site
from techmoda_ha.network import DnsAnswer, Network

PRIMARY, DR = "us-east-1", "us-west-2"
ADDRESSES = {"api-us-east-1.shop.example": "192.0.2.1", "api-us-west-2.shop.example": "192.0.2.2"}
STOP_TABLE, IDEMPOTENCY_TABLE, PRODUCTS_TABLE = "shop-failover", "shop-idempotency", "shop-products"


@dataclass
class Clock:
    """A clock that only sleeping moves."""

    now: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self.now += seconds


@dataclass(frozen=True)
class FakeNetwork(Network):
    """DNS of a dictionary: name → addresses."""

    names: dict[str, str] = field(default_factory=dict)
    ttl: int = 60

    def look_up(self, name: str, rdtype: str = "A") -> DnsAnswer:
        """Return what the dictionary says."""
        assert rdtype == "A"
        return DnsAnswer((self.names[name],), self.ttl)


def clients(service: str, region: str) -> Any:
    """Return a client of moto's AWS."""
    make: Callable[..., Any] = boto3.client
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return make(service, region_name=region, **keys)


def make_tables() -> None:
    """Make the tables that the failover uses, each alone in its region."""
    for table, region in (
        (STOP_TABLE, DR), (IDEMPOTENCY_TABLE, PRIMARY), (IDEMPOTENCY_TABLE, DR),
    ):  # fmt: skip
        clients("dynamodb", region).create_table(
            TableName=table,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )


def setup() -> FailoverSetup:
    """Return what is known of the fake deployment."""
    return FailoverSetup(
        dr=Site(DR, "https://api-us-west-2.shop.example/v1"),
        primary=Site(PRIMARY, "https://api-us-east-1.shop.example/v1"),
        api_url="https://api.shop.example/v1",
        stop_table_name=STOP_TABLE,
        idempotency_table_name=IDEMPOTENCY_TABLE,
        worst_case_failover_seconds=110.0,
        worst_case_stop_seconds=90.0,
    )


def make_stage(folder: Path, *, serving: str = PRIMARY, ttl: int = 60, zone: str = "Z1",
               checks: tuple[str, str] = ("check-1", "check-2")) -> Stage:  # fmt: skip
    """Return a stage on which DNS leads to `serving`."""
    names = {**ADDRESSES, "api.shop.example": ADDRESSES[f"api-{serving}.shop.example"]}
    network = FakeNetwork(None, 443, None, names=names, ttl=ttl)
    clock = Clock()
    regions = [
        Region(name, f"https://api-{name}.shop.example/v1", PRODUCTS_TABLE, check, zone)
        for name, check in zip((PRIMARY, DR), checks, strict=True)
    ]
    return Stage(
        target="local",
        primary=regions[0],
        dr=regions[1],
        api_url="https://api.shop.example/v1",
        network=network,
        clients=clients,
        failover=Failover(setup(), {}, network, clients),
        token="token",
        bed=None,
        folder=folder,
        clock=clock,
        sleep=clock.sleep,
    )
