"""Load tests without load: scenarios, what visitors send, and the judgement."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from techmoda_ha.capacity.configuration import Workload
from techmoda_ha.errors import HaError
from techmoda_ha.load import scenarios
from techmoda_ha.load.judgement import LoadObjectives, LoadRun, evidence_of
from techmoda_ha.load.runner import shares_of
from techmoda_ha.load.settings import LoadSettings
from techmoda_ha.load.throttles import CapacityParts, count_throttles, seconds_to_a_clean_minute
from techmoda_ha.load.visits import Visits, WrongAnswerError
from techmoda_ha.network import Network

OBJECTIVES = LoadObjectives(error_percent=0.01, throttled_percent=0.01, p99_seconds=1.0)
SEED = scenarios.named("seed")


def test_the_seed_scenario_is_the_original_script() -> None:
    assert SEED.rates[:31] == (5.0,) * 30 + (10.0,)
    assert SEED.rates[119:121] == (50.0, 100.0)
    assert (len(SEED.rates), SEED.peak, SEED.rates[-1]) == (210, 100.0, 5.0)
    assert (SEED.invalid_writes, SEED.invalid_from) == (10, 180)


def test_a_fashion_week_brings_ten_times_the_traffic_within_half_a_minute_for_ten_minutes() -> None:
    week = scenarios.named("fashion-week")
    assert week.rates[59] == 10
    assert week.rates[89] == pytest.approx(100)
    assert sum(rate >= 100 for rate in week.rates) >= 600


def test_a_scaled_scenario_keeps_its_form() -> None:
    half = SEED.scaled(0.5, 0.5)
    assert (len(half.rates), half.peak) == (105, 50.0)
    assert half.rates[:16] == (2.5,) * 15 + (5.0,)
    assert half.invalid_from == 90


@pytest.mark.parametrize(("rate", "duration"), [(0, 1), (-1, 1), (11, 1), (1, 0), (1, 1.5), (1, 0.001)])
def test_a_scale_that_leaves_no_test_is_refused(rate: float, duration: float) -> None:
    with pytest.raises(HaError, match="is no test any more"):
        SEED.scaled(rate, duration)


def test_the_rate_ends_with_the_scenario() -> None:
    assert SEED.rate_at(209.9) == 5.0
    assert SEED.rate_at(210.0) is None


def test_an_unknown_scenario_is_refused() -> None:
    with pytest.raises(HaError, match="no load scenario named christmas"):
        scenarios.named("christmas")


def test_settings_survive_the_way_to_the_load_process() -> None:
    network = Network("127.0.0.1:4553", 4443, "ca.pem")
    settings = LoadSettings("api", "/v1", "token", "load-1", "results.json", SEED, network, {"list": 1.0})
    assert LoadSettings.from_variables(settings.to_variable()) == settings


def test_the_mix_is_that_of_the_capacity_model() -> None:
    assert sum(shares_of(Workload()).values()) == pytest.approx(1.0)


@dataclass
class Shop:
    """A client that answers like the API; `break_with` makes the next answers wrong."""

    products: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    sent: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    break_with: int = 0

    def request(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        self.sent.append((method, path, headers))
        if self.break_with:
            return httpx.Response(self.break_with)
        if method == "POST":
            return self._create(body, headers)
        if method == "PUT":
            return self._update(path.rpartition("/")[2], headers)
        if path.startswith("/products?"):
            items = [{"id": one, "category": "hats"} for one in self.products]
            return httpx.Response(200, json={"items": items})
        return self._read(path.rpartition("/")[2], headers)

    def _create(self, body: Any, headers: Mapping[str, str]) -> httpx.Response:
        if "name" not in body:
            return httpx.Response(400)
        made = self.keys.setdefault(headers["Idempotency_Key"], f"p{len(self.keys)}")
        self.products[made] = '"1"'
        return httpx.Response(201, json={"id": made}, headers={"ETag": '"1"'})

    def _update(self, product: str, headers: Mapping[str, str]) -> httpx.Response:
        if headers["If_Match"] != self.products[product]:
            return httpx.Response(412)
        self.products[product] += "x"
        return httpx.Response(200, json={"id": product}, headers={"ETag": self.products[product]})

    def _read(self, product: str, headers: Mapping[str, str]) -> httpx.Response:
        etag = self.products[product]
        if headers.get("If_None_Match") == etag:
            return httpx.Response(304)
        return httpx.Response(200, json={"id": product}, headers={"ETag": etag})


def visitors(shop: Shop) -> Visits:
    return Visits(shop, "hats", chance=random.Random(1))  # noqa: S311


def test_every_kind_of_visit_is_content_with_a_shop_that_works() -> None:
    visits = visitors(Shop(products={"a": '"a"'}))
    for _ in range(30):
        for _name, act in visits.kinds.values():
            act()


def test_every_kind_of_visit_notices_a_shop_that_does_not_work() -> None:
    for kind in visitors(Shop()).kinds:
        shop = Shop(products={"a": '"a"'})
        visits = visitors(shop)
        visits.read_list()
        shop.break_with = 503
        with pytest.raises(WrongAnswerError, match="status 503"):
            visits.kinds[kind][1]()


def test_an_item_is_revalidated_by_its_etag() -> None:
    shop = Shop(products={"a": '"a"'})
    visits = visitors(shop)
    for _ in range(3):
        visits.read_item()
    assert shop.sent[-1][2] == {"If_None_Match": '"a"'}


def test_some_creates_are_repeated_with_their_key_and_make_one_product() -> None:
    shop = Shop()
    visits = visitors(shop)
    for _ in range(100):
        visits.create()
    assert len(shop.products) == 100 < len(shop.sent)


def test_a_repeated_create_that_makes_another_product_is_noticed() -> None:
    class Forgetful(Shop):
        def _create(self, body: Any, headers: Mapping[str, str]) -> httpx.Response:
            return super()._create(body, {**headers, "Idempotency_Key": str(len(self.sent))})

    visits = visitors(Forgetful())

    def create_many() -> None:
        for _ in range(100):
            visits.create()

    with pytest.raises(WrongAnswerError, match="another product"):
        create_many()


RUN = LoadRun(SEED, "local", "https://api.example/v1", 0.4, 1.0, 1, "Two cores.")


def results(count: int = 8710, failures: int = 0, p99: float = 0.5, **more: Any) -> dict[str, Any]:
    total = {
        "count": count,
        "failures": failures,
        "p50_seconds": 0.01,
        "p95_seconds": 0.1,
        "p99_seconds": p99,
    }
    return {
        "total": total, "requests": {}, "failures": [], "started_at": 1000.0, "ended_at": 1210.0,
        "history": [{"current_rps": ["12:00", 99.0]}], **more,
    }  # fmt: skip


def test_a_load_that_was_carried_passes_and_says_how_it_was_scaled() -> None:
    evidence = evidence_of(RUN, results(), {"table_read": 0.0}, OBJECTIVES)
    assert evidence.passed
    assert evidence.measurements["requests_per_second"] == pytest.approx(8710 / 210)
    assert evidence.measurements["peak_requests_per_second"] == 99.0
    assert "rates times 0.4" in evidence.notes[1]


@pytest.mark.parametrize(
    ("found", "throttles", "violation"),
    [
        (results(failures=2), 0.0, "error_percent"),
        (results(p99=1.2), 0.0, "p99_seconds"),
        (results(), 10.0, "throttled_percent"),
        (results(count=0), 0.0, "could not be measured"),
        (results(count=5000), 0.0, "the load itself was limited"),
    ],
)
def test_a_load_that_was_not_carried_fails(found: dict[str, Any], throttles: float, violation: str) -> None:
    evidence = evidence_of(RUN, found, {"table_read": throttles}, OBJECTIVES)
    assert not evidence.passed
    assert any(violation in text for text in evidence.violations)


def test_refusals_that_clients_saw_are_throttles() -> None:
    failures = [{"name": "GET /products", "error": "WrongAnswerError('status 429')", "count": 7}]
    evidence = evidence_of(RUN, results(failures=7) | {"failures": failures}, {}, OBJECTIVES)
    assert evidence.measurements["throttles"] == 7


@pytest.mark.parametrize("document", [{}, {"load": {}}, {"load": {"error_percent": "few"}}, {"load": None}])
def test_objectives_that_are_not_well_formed_are_refused(document: dict[str, Any]) -> None:
    with pytest.raises(HaError, match="section load"):
        LoadObjectives.read(document)


def test_throttles_are_counted_by_the_parts_of_the_capacity_model() -> None:
    class CloudWatch:
        def get_metric_statistics(self, **asked: Any) -> dict[str, Any]:
            is_index = any(one["Name"] == "GlobalSecondaryIndexName" for one in asked["Dimensions"])
            points = [{"Sum": 2.0}, {"Sum": 1.0}] if is_index and "Write" in asked["MetricName"] else []
            return {"Datapoints": points}

    now = datetime(2026, 1, 1, tzinfo=UTC)
    counts = count_throttles(CloudWatch(), CapacityParts("t", "i", "p", "a"), now, now)
    assert counts == {
        "table_read": 0, "table_write": 0, "index_read": 0, "index_write": 3, "products": 0, "authorizer": 0,
    }  # fmt: skip


def test_rates_and_latencies_are_kept_in_seconds_since_the_start() -> None:
    seen = {
        "time": "1970-01-01T00:16:45Z",
        "current_rps": ["", 99.0],
        "current_fail_per_sec": ["", 1.5],
        "response_time_percentile_0.5": ["", 12],
        "response_time_percentile_0.95": ["", 80],
    }
    details = evidence_of(RUN, results(history=[seen]), {}, OBJECTIVES).details
    assert details["rates"] == [{"second": 5.0, "requests_per_second": 99.0, "failures_per_second": 1.5}]
    assert details["latency"] == [{"second": 5.0, "p50_ms": 12, "p95_ms": 80}]


@pytest.mark.parametrize(("refused", "seconds"), [(0.0, 0.0), (3.0, 41.5)])
def test_a_load_waits_until_what_was_refused_before_it_is_of_another_minute(
    refused: float, seconds: float
) -> None:
    class CloudWatch:
        def get_metric_statistics(self, **_: Any) -> dict[str, Any]:
            return {"Datapoints": [{"Sum": refused}]}

    now = datetime(2026, 1, 1, 12, 0, 18, 500_000, tzinfo=UTC)
    assert seconds_to_a_clean_minute(CloudWatch(), CapacityParts("t", "i", "p", "a"), now) == seconds
