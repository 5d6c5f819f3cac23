"""docs/costs.md: what the system costs a month at list prices, from docs/prices.yaml and the simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

from techmoda_ha.capacity import profiles
from techmoda_ha.capacity.bill import DAYS_A_MONTH, bill
from techmoda_ha.capacity.configuration import Case
from techmoda_ha.capacity.profiles import Profile
from techmoda_ha.capacity.rules import PRICES_SOURCE, Prices
from techmoda_ha.capacity.simulation import Result, simulate
from techmoda_ha.errors import HaError

PATH, PRICES = Path("docs") / "costs.md", Path("docs") / "prices.yaml"
HOURS_A_MONTH = 730
TIMES = (1, 10)
FIREWALL = "firewall"
# How the simulation's lines are shown: (name, parts).
TRAFFIC_LINES = (
    ("DynamoDB reads", ("table_read", "index_read")),
    ("DynamoDB writes", ("table_write", "index_write")),
    ("Lambda, requests and time", ("invocations",)),
    ("Lambda, provisioned concurrency", ("provisioned_concurrency",)),
    ("API Gateway", ("api",)),
    ("Firewall, by request", (FIREWALL,)),
)


_DAY = partial(profiles.named, "day")


@dataclass(frozen=True)
class Line:
    """One line of the bill: US dollars a month by how many times the normal traffic there is."""

    what: str
    dollars: Mapping[int, float]
    counted: str = ""


def simulated(case: Case, day: Callable[[float], Profile] = _DAY) -> dict[int, Result]:
    """Return a day, or what is given for one, at each multiple of the case's normal rate."""
    return {
        times: simulate(replace(case, normal_rate=case.normal_rate * times), day(case.normal_rate * times))
        for times in TIMES
    }


def lines_of(results: Mapping[int, Result], prices: Mapping[str, Any], regions: int) -> list[Line]:
    """Return the bill's lines; raise HaError when the prices lack something."""
    try:
        return [
            *_by_traffic(results, regions),
            *_fixed(prices, regions),
            *_by_gigabyte(prices, regions),
            _logs(results, prices),
        ]
    except (KeyError, TypeError) as error:
        raise HaError(f"{PRICES} lacks or has wrong: {error}", "Its other entries show the form.") from error


def _by_traffic(results: Mapping[int, Result], regions: int) -> list[Line]:
    bills = {times: _monthly(result, regions) for times, result in results.items()}
    return [
        Line(what, {times: sum(one.get(part, 0.0) for part in parts) for times, one in bills.items()})
        for what, parts in TRAFFIC_LINES
    ]


def _monthly(result: Result, regions: int) -> dict[str, float]:
    limits = replace(result.case.configuration, regions=regions)
    billed = bill(replace(result, case=replace(result.case, configuration=limits)))
    # The limits of modules/capacity do not tell of the firewall that modules/api puts before the API.
    billed[FIREWALL] = result.requests * Prices().million_waf_requests / 1e6
    return {part: dollars * _days(result) for part, dollars in billed.items()}


def _days(result: Result) -> float:
    """Return how many times what was simulated fits into a month."""
    return DAYS_A_MONTH * 86_400 / len(result.profile.rates)


def _count(entry: Mapping[str, Any], regions: int) -> float:
    return float(entry["one" if regions == 1 else "two"])


def _quantity(entry: Mapping[str, Any], regions: int) -> float:
    return float(entry["price"]) * _count(entry, regions)


def _fixed(prices: Mapping[str, Any], regions: int) -> list[Line]:
    return [
        Line(
            str(one["what"]),
            dict.fromkeys(TIMES, _quantity(one, regions)),
            f"{_count(one, regions):g} × ${one['price']:.2f}: {one['counted']}",
        )
        for one in prices["fixed"]
    ]


def _by_gigabyte(prices: Mapping[str, Any], regions: int) -> list[Line]:
    gigabytes = float(prices["assumed_gigabytes"])
    return [
        Line(
            str(one["what"]),
            dict.fromkeys(TIMES, gigabytes * _quantity(one, regions)),
            f"{_count(one, regions):g} × {gigabytes:g} GB × ${one['price']:.2f}: {one['counted']}",
        )
        for one in prices["by_gigabyte"]
    ]


def _logs(results: Mapping[int, Result], prices: Mapping[str, Any]) -> Line:
    logs = prices["logs"]
    gigabytes = float(logs["kilobytes_a_request"]) / 1e6
    dollars = {
        times: result.requests * _days(result) * gigabytes * float(logs["price"])
        for times, result in results.items()
    }
    counted = f"{logs['kilobytes_a_request']} kB a request at ${logs['price']:.2f} a GB: {logs['counted']}"
    return Line("Logs", dollars, counted)


def page(results: Mapping[int, Result], prices: Mapping[str, Any], levels: Mapping[str, float]) -> str:
    """Return the page; `levels` are the services' monthly uptime in percent."""
    two, one = lines_of(results, prices, 2), lines_of(results, prices, 1)
    rate = results[1].case.normal_rate
    controller = float(prices["recovery_controller"]["price_an_hour"]) * HOURS_A_MONTH
    table = "\n".join(
        f"| {line.what} | {line.dollars[1]:,.2f} | {line.dollars[10]:,.2f} | {line.counted} |" for line in two
    )
    single, double = availabilities(levels)
    text = (resources.files("techmoda_ha.documentation") / "costs_page.txt").read_text(encoding="utf-8")
    return text.format(
        looked_up=prices["looked_up"],
        rate=f"{rate:g}",
        gigabytes=f"{prices['assumed_gigabytes']:g}",
        simulated=PRICES_SOURCE,
        table=table,
        one_single=f"{_total(one, 1):,.0f}",
        ten_single=f"{_total(one, 10):,.0f}",
        one_double=f"{_total(two, 1):,.0f}",
        ten_double=f"{_total(two, 10):,.0f}",
        one_controller=f"{_total(two, 1) + controller:,.0f}",
        ten_controller=f"{_total(two, 10) + controller:,.0f}",
        controller=f"{controller:,.0f}",
        single=f"{single:.3%}",
        double=f"{double:.4%}",
    )


def _total(lines: list[Line], times: int) -> float:
    return sum(line.dollars[times] for line in lines)


def availabilities(levels: Mapping[str, float]) -> tuple[float, float]:
    """Return what the service levels (percent) give for one region, and for two over a global table.

    Hard dependencies multiply, independent copies give 1 - (1 - A)² (Well-Architected, reliability pillar).
    """
    stateless = levels["api_gateway"] / 100 * levels["lambda"] / 100
    single = stateless * levels["dynamodb"] / 100
    double = (1 - (1 - stateless) ** 2) * levels["dynamodb_global"] / 100
    return single, double
