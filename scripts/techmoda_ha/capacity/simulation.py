"""The simulation: every second's requests pass the firewall, the gateway, the functions and the table.

What one part refuses, the next does not see. Requests are a fluid: fractions are right on average. A
refused request is not sent again, so what is counted are requests, not attempts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from techmoda_ha.capacity import rules
from techmoda_ha.capacity.configuration import TABLE_PARTS, Case, Event, Provisioned, Throttle, Workload
from techmoda_ha.capacity.functions import Function
from techmoda_ha.capacity.gateway import AddressCount, TokenBucket
from techmoda_ha.capacity.latency import p99_seconds
from techmoda_ha.capacity.profiles import Profile
from techmoda_ha.capacity.throughput import Store, store_of

PARTS = ("firewall", "account_throttle", "throttle", "write_throttle", "authorizer", "products", *TABLE_PARTS)
NOTICED = 0.5
"""A part that has refused less than half a request in all has refused none."""

POINTS = 600  # of each chart's line
SERIES = ("offered", "throttled", *TABLE_PARTS, *(f"{part}_capacity" for part in TABLE_PARTS), "concurrency")


@dataclass
class Result:
    """What came of a profile.

    `throttled` counts refused requests by part, `first_at` the second in which each part had refused half a
    request. `series` holds the highest value of each of POINTS stretches, for charts.
    """

    case: Case
    profile: Profile
    requests: float = 0.0
    throttled: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))
    first_at: dict[str, int] = field(default_factory=dict)
    cold_starts: float = 0.0
    p99_seconds: float = 0.0
    p99_worst_minute_seconds: float = 0.0
    stores: dict[str, Store] = field(default_factory=dict)
    provisioned_environment_seconds: float = 0.0
    invocations: float = 0.0
    peak_concurrency: float = 0.0
    series: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in SERIES})

    @property
    def throttled_requests(self) -> float:
        """Return how many requests were refused by anything."""
        return sum(self.throttled.values())

    @property
    def throttled_share(self) -> float:
        """Return which share of all requests was refused."""
        return self.throttled_requests / self.requests if self.requests else 0.0

    @property
    def first_bottleneck(self) -> str | None:
        """Return the part that refuses first; None when none does."""
        return min(self.first_at, key=lambda part: self.first_at[part], default=None)


class _Minutes:
    """The worst minute's share of cold starts."""

    def __init__(self) -> None:
        self.worst = self._served = self._cold = 0.0

    def add(self, second: int, served: float, cold: float) -> None:
        self._served += served
        self._cold += cold
        if second % 60 == 59:
            if self._served >= 1:
                self.worst = max(self.worst, min(1.0, self._cold / self._served))
            self._served = self._cold = 0.0


def _gateway(case: Case) -> list[tuple[str, float, TokenBucket]]:
    """Return each method of the API with its share of the requests and its bucket."""
    workload, configuration = case.workload, case.configuration
    methods = (
        ("throttle", workload.list_share + workload.category_share, configuration.throttle),
        ("throttle", workload.item_share, configuration.throttle),
        ("write_throttle", workload.create_share, configuration.write_throttle),
        ("write_throttle", workload.update_share, configuration.write_throttle),
    )
    return [(part, share, TokenBucket(throttle)) for part, share, throttle in methods]


def unit_shares(workload: Workload) -> dict[str, tuple[float, float]]:
    """Return, by part of the table, which share of requests uses it and the units of an average request."""
    table_reads = workload.list_share + workload.item_share
    writes = workload.write_share
    write_units = (
        workload.create_share * workload.create_units + workload.update_share * workload.update_units
    )
    return {
        "table_read": (table_reads, table_reads * workload.read_units),
        "table_write": (writes, write_units),
        "index_read": (workload.category_share, workload.category_share * workload.read_units),
        "index_write": (writes, writes * workload.index_write_units),
    }


def _hottest_share(part: str, workload: Workload) -> float:
    if part.startswith("index"):
        return workload.hottest_category_share
    # A list reads the table in its own order, page after page; items are read by their keys.
    reads = workload.list_share + workload.item_share
    if part == "table_read":
        return workload.hottest_product_share * workload.item_share / reads if reads else 0.0
    return workload.hottest_product_share


def part_of(case: Case, part: str, first_rate: float) -> Store:
    """Return one direction of the table or index as after a long time at a rate of requests."""
    _share, units = unit_shares(case.workload)[part]
    return store_of(
        case.configuration.throughputs[part],
        reads=part.endswith("read"),
        first_units=first_rate * units,
        hottest_share=_hottest_share(part, case.workload),
    )


class Simulation:
    """One configuration under one profile."""

    def __init__(self, case: Case, profile: Profile) -> None:
        self._case, self._profile = case, profile
        configuration, workload, first = case.configuration, case.workload, profile.rates[0]
        self._firewall = AddressCount(configuration.requests_per_address, profile.top_address_share)
        self._account = TokenBucket(Throttle(rules.ACCOUNT_RATE, rules.ACCOUNT_BURST))
        self._methods = _gateway(case)
        self._read_shares = [share for part, share, _bucket in self._methods if part == "throttle"]
        self._write_shares = [share for part, share, _bucket in self._methods if part != "throttle"]
        self._gateway_is_ample = self._gateway_never_refuses()
        self._authorizer = self._function("authorizer", first * workload.write_share)
        self._products = self._function("products", first)
        self._stores = {part: part_of(case, part, first) for part in TABLE_PARTS}
        self._takes = [
            (part, share, units, self._stores[part].take)
            for part, (share, units) in unit_shares(workload).items()
        ]
        self.result = Result(case, profile, stores=self._stores)

    def _function(self, name: str, first_rate: float) -> Function:
        workload = self._case.workload
        limits = getattr(self._case.configuration, name)
        limit = self._case.configuration.concurrency_limit(limits)
        return Function(limits, limit, workload.mean_seconds, workload.cold_start_seconds, first_rate)

    def run(self) -> Result:
        """Simulate every second and return what came of it."""
        result, rates = self.result, self._profile.rates
        minutes, recorder = _Minutes(), _Recorder(result, len(rates), self._stores)
        edges = _edges(self._case.configuration.events)
        for second, rate in enumerate(rates):
            for event, begins in edges.get(second, ()):
                self._change_limits(event, begins=begins)
            served, cold, concurrency = self._second(second, rate)
            minutes.add(second, served, cold)
            recorder.add(second, rate, rate - served, concurrency)
        workload, functions = self._case.workload, (self._products, self._authorizer)
        result.requests = self._profile.requests
        result.cold_starts = sum(each.cold_starts for each in functions)
        result.provisioned_environment_seconds = sum(each.provisioned_seconds for each in functions)
        served_in_all = max(1.0, result.requests - result.throttled_requests)
        result.p99_seconds = p99_seconds(workload, min(1.0, result.cold_starts / served_in_all))
        result.p99_worst_minute_seconds = p99_seconds(workload, minutes.worst)
        return result

    def _gateway_never_refuses(self) -> bool:
        """Tell whether no second of the profile is too much for firewall and API Gateway."""
        peak = self._profile.peak
        return (
            self._firewall.never_refuses(peak)
            and self._account.never_refuses(peak)
            and all(bucket.never_refuses(peak * share) for _part, share, bucket in self._methods)
        )

    def _at_gateway(self, second: int, rate: float) -> tuple[float, float]:
        """Return which reads and writes firewall and API Gateway let pass."""
        passed = self._firewall.take(rate)
        if passed < rate:
            self._refuse("firewall", second, rate - passed)
        admitted = self._account.take(passed)
        if admitted < passed:
            self._refuse("account_throttle", second, passed - admitted)
        reads = writes = 0.0
        for part, share, bucket in self._methods:
            demand = admitted * share
            taken = bucket.take(demand)
            if taken < demand:
                self._refuse(part, second, demand - taken)
            if part == "throttle":
                reads += taken
            else:
                writes += taken
        return reads, writes

    def _second(self, second: int, rate: float) -> tuple[float, float, float]:
        """Return what is served, what starts cold, and the executions at the same time."""
        if self._gateway_is_ample:
            reads = rate * self._read_shares[0] + rate * self._read_shares[1]
            writes = rate * self._write_shares[0] + rate * self._write_shares[1]
        else:
            reads, writes = self._at_gateway(second, rate)
        authorised, cold_authorizers = self._authorizer.take(second, writes)
        if authorised < writes:
            self._refuse("authorizer", second, writes - authorised)
        invoked, cold = self._products.take(second, reads + authorised)
        if invoked < reads + authorised:
            self._refuse("products", second, reads + authorised - invoked)
        self.result.invocations += invoked + authorised
        refused = 0.0
        for part, share, units, take in self._takes:
            demand = invoked * units
            taken = take(second, demand)
            if taken < demand:
                lost = invoked * share * (1 - taken / demand)
                refused += lost
                self._refuse(part, second, lost)
        concurrency = self._products.in_use
        self.result.peak_concurrency = max(self.result.peak_concurrency, concurrency)
        return max(0.0, invoked - refused), cold + cold_authorizers, concurrency

    def _refuse(self, part: str, second: int, requests: float) -> None:
        throttled = self.result.throttled
        throttled[part] += requests
        if part not in self.result.first_at and throttled[part] >= NOTICED:
            self.result.first_at[part] = second

    def _change_limits(self, event: Event, *, begins: bool) -> None:
        for part, limits in event.limits.items():
            usual = self._case.configuration.throughputs[part]
            if isinstance(usual, Provisioned):
                self._stores[part].set_limits(*(limits if begins else (usual.baseline, usual.maximum)))


def _edges(events: tuple[Event, ...]) -> dict[int, list[tuple[Event, bool]]]:
    found: dict[int, list[tuple[Event, bool]]] = {}
    for event in events:
        found.setdefault(event.start, []).append((event, True))
        found.setdefault(event.end, []).append((event, False))
    return found


class _Recorder:
    """Keeps the highest value of each stretch of the profile."""

    def __init__(self, result: Result, seconds: int, stores: dict[str, Store]) -> None:
        self._series, self._stores = result.series, stores
        self._lines = [result.series[name] for name in ("offered", "throttled", "concurrency")]
        self._stretch = max(1, -(-seconds // POINTS))
        self._consumed = dict.fromkeys(stores, 0.0)

    def add(self, second: int, offered: float, throttled: float, concurrency: float) -> None:
        for line, value in zip(self._lines, (offered, throttled, concurrency), strict=True):
            if second % self._stretch == 0:
                line.append(value)
            elif value > line[-1]:
                line[-1] = value
        if second % self._stretch == self._stretch - 1:
            for part, store in self._stores.items():
                self._series[part].append((store.consumed - self._consumed[part]) / self._stretch)
                self._series[f"{part}_capacity"].append(store.capacity)
                self._consumed[part] = store.consumed


def simulate(case: Case, profile: Profile) -> Result:
    """Return what comes of a profile under a configuration."""
    return Simulation(case, profile).run()
