"""What is simulated: the limits of a deployment, and what a request costs.

Rates are per second, units are DynamoDB's capacity units, shares lie between 0 and 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from techmoda_ha.capacity import rules


@dataclass(frozen=True)
class Provisioned:
    """Provisioned throughput of one direction of a table or index; without a target it stays as it is."""

    baseline: float
    maximum: float
    target: float | None = 0.7


@dataclass(frozen=True)
class OnDemand:
    """On-demand throughput; `ceiling` is the optional maximum that was asked for."""

    ceiling: float | None = None


Throughput = Provisioned | OnDemand


@dataclass(frozen=True)
class Event:
    """A known surge: from second `start` to `end` these limits hold, by part ("table_read", …)."""

    start: int
    end: int
    limits: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Throttle:
    """A token bucket of API Gateway."""

    rate: float
    burst: float


@dataclass(frozen=True)
class Concurrency:
    """A function's reserved concurrency (None: what the account leaves) and its provisioned environments."""

    reserved: int | None
    provisioned_minimum: int = 0
    provisioned_maximum: int = 0
    provisioned_target: float = 0.7
    memory_gigabytes: float = 1.0


TABLE_PARTS = ("table_read", "table_write", "index_read", "index_write")


@dataclass(frozen=True)
class Configuration:
    """Everything that can refuse a request, in the order in which a request meets it."""

    name: str
    throttle: Throttle
    write_throttle: Throttle
    products: Concurrency
    authorizer: Concurrency
    throughputs: Mapping[str, Throughput]
    """By the parts in TABLE_PARTS."""
    requests_per_address: float | None = None
    account_concurrency: int = 1000
    regions: int = 2
    events: tuple[Event, ...] = ()

    def concurrency_limit(self, function: Concurrency) -> int:
        """Return how many executions of a function run at a time at most."""
        if function.reserved is not None:
            return function.reserved
        others = sum(each.reserved or 0 for each in (self.products, self.authorizer) if each is not function)
        return self.account_concurrency - others


@dataclass(frozen=True)
class Workload:
    """What the requests are, and what one of them costs.

    Shares add up to 1. `list` and `category` are one method of the API. Units: a page of 20 products fills
    8 KB and is read eventually consistently (1 unit), an item strongly (1 unit); a create with an
    idempotency key is a transaction (2 units), an update is not; each write changes the index once.
    """

    list_share: float = 0.35
    category_share: float = 0.25
    item_share: float = 0.30
    create_share: float = 0.05
    update_share: float = 0.05
    read_units: float = 1.0
    create_units: float = 2.0
    update_units: float = 1.0
    index_write_units: float = 1.0
    hottest_product_share: float = 0.05
    hottest_category_share: float = 0.4
    p50_seconds: float = 0.037  # GET /products of our handler, benchmarks/README.md
    p99_seconds: float = 0.3  # what the plan reckons with (modules/capacity)
    cold_start_seconds: float = rules.COLD_START_SECONDS

    @property
    def write_share(self) -> float:
        """Return the share of requests that write."""
        return self.create_share + self.update_share

    @property
    def log_sigma(self) -> float:
        """Return the deviation of the logarithm of durations, taken to be normal."""
        return math.log(self.p99_seconds / self.p50_seconds) / 2.3263478740408408

    @property
    def mean_seconds(self) -> float:
        """Return the mean duration of a request in the function."""
        return self.p50_seconds * math.exp(self.log_sigma**2 / 2)

    def with_writes(self, share: float) -> Workload:
        """Return it with another share of writes, the kinds in proportion."""
        reads = (1 - share) / (1 - self.write_share)
        writes = share / self.write_share
        return replace(
            self,
            list_share=self.list_share * reads,
            category_share=self.category_share * reads,
            item_share=self.item_share * reads,
            create_share=self.create_share * writes,
            update_share=self.update_share * writes,
        )


@dataclass(frozen=True)
class Objectives:
    """What a configuration must keep: the share of requests that may be refused, and the p99 in seconds."""

    throttled_share: float = 0.0001  # The error budget of 99.99 %.
    p99_seconds: float = 1.0


@dataclass(frozen=True)
class Case:
    """A configuration with the normal rate it is meant for, and what its requests cost."""

    configuration: Configuration
    normal_rate: float = 10.0
    workload: Workload = field(default_factory=Workload)


SEED = Configuration(
    name="seed",
    throttle=Throttle(rules.ACCOUNT_RATE, rules.ACCOUNT_BURST),
    write_throttle=Throttle(rules.ACCOUNT_RATE, rules.ACCOUNT_BURST),
    products=Concurrency(reserved=50),
    # It has no authorizer of its own; one with all of the account is what costs it least.
    authorizer=Concurrency(reserved=None),
    throughputs={
        "table_read": Provisioned(5, 100, 0.7),
        "table_write": Provisioned(5, 5, None),
        # It has no index; one that never refuses keeps the comparison about capacity.
        "index_read": OnDemand(),
        "index_write": OnDemand(),
    },
    regions=1,
)
"""The original template: reads 5 to 100 at 70 %, writes fixed at 5, 50 reserved executions, nothing else.

Our handler and our mix are taken for it as well, which is kind to it: its own reads the whole table for
each list.
"""
