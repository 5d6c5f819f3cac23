"""Where a drill takes place: the deployment, and everything that reaches it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from techmoda_ha.drills.clients import ApiClient
from techmoda_ha.drills.faults import TestBed
from techmoda_ha.drills.records import DrillTable
from techmoda_ha.drills.watching import Whereabouts
from techmoda_ha.failover.service import Failover
from techmoda_ha.network import Network

POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Region:
    """One region of the deployment, by its Terraform outputs."""

    name: str
    regional_api_url: str
    table_name: str
    health_check_id: str
    hosted_zone_id: str

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, Any]) -> Region:
        """Read an environment's outputs."""
        return cls(
            outputs["region"], outputs["regional_api_url"], outputs["table_name"],
            outputs["health_check_id"], outputs["hosted_zone_id"],
        )  # fmt: skip

    @property
    def host(self) -> str:
        """Return the region's own host name."""
        return urlsplit(self.regional_api_url).netloc


@dataclass(frozen=True)
class Stage:
    """The deployment and the ways to it. `category` is the drill's own, so that its products are known."""

    target: str
    primary: Region
    dr: Region
    api_url: str
    network: Network
    clients: Callable[[str, str], Any]
    failover: Failover
    token: str
    bed: TestBed | None
    folder: Path
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    category: str = field(default_factory=lambda: f"drill-{uuid.uuid4().hex[:12]}")

    @property
    def host(self) -> str:
        """Return the public host name."""
        return urlsplit(self.api_url).netloc

    @property
    def base_path(self) -> str:
        """Return the API's base path, such as /v1."""
        return urlsplit(self.api_url).path.rstrip("/")

    @property
    def domain(self) -> str:
        """Return the domain below which the host names are."""
        return self.host.partition(".")[2]

    @property
    def whereabouts(self) -> Whereabouts:
        """Return a teller of regions that knows no address yet."""
        return Whereabouts(self.network, {one.name: one.host for one in (self.primary, self.dr)})

    def until(
        self, condition: Callable[[], bool], seconds: float, *, every: float = POLL_SECONDS,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> bool:  # fmt: skip
        """Wait until a condition holds; whether it did in that time.

        It is looked at each `every` seconds; `meanwhile` is called whenever it did not hold.
        """
        deadline = self.clock() + seconds
        while not condition():
            if self.clock() >= deadline:
                return False
            meanwhile()
            self.sleep(every)
        return True

    def customer(self) -> ApiClient:
        """Return a client of the public name that may write."""
        return ApiClient(self.network, self.host, self.base_path, self.token)

    def visitor(self, region: Region) -> ApiClient:
        """Return a client of a region's own name."""
        return ApiClient(self.network, region.host, self.base_path)

    def table(self, region: Region) -> DrillTable:
        """Return the region's products table."""
        return DrillTable(self.clients("dynamodb", region.name), region.table_name, region.name)

    def route53(self) -> Any:
        """Return a client of Route 53, a global service."""
        return self.clients("route53", "us-east-1")
