"""What a simulated profile costs at list prices: what capacity decisions change, so no storage or traffic.

All regions are billed: the standby ones hold the writes that are replicated, the reads' baseline and the
provisioned environments' minimum.
"""

from __future__ import annotations

from techmoda_ha.capacity.configuration import TABLE_PARTS, Configuration, Provisioned
from techmoda_ha.capacity.rules import Prices
from techmoda_ha.capacity.simulation import Result
from techmoda_ha.capacity.throughput import Store

DAYS_A_MONTH = 30
_HOUR = 3600
_MILLION = 1e6


def bill(result: Result, prices: Prices | None = None) -> dict[str, float]:
    """Return US dollars by part for the profile's duration."""
    prices = prices or Prices()
    configuration, seconds = result.case.configuration, len(result.profile.rates)
    lines = {
        part: throughput_cost(configuration, part, result.stores[part], seconds, prices)
        for part in TABLE_PARTS
    }
    gigabytes = configuration.products.memory_gigabytes
    duration = result.case.workload.mean_seconds
    lines["invocations"] = result.invocations * (
        prices.million_invocations / _MILLION + duration * gigabytes * prices.gigabyte_second
    )
    standby = (configuration.regions - 1) * configuration.products.provisioned_minimum * seconds
    environments = result.provisioned_environment_seconds + standby
    lines["provisioned_concurrency"] = environments * gigabytes * prices.provisioned_gigabyte_second
    lines["api"] = result.requests * prices.million_api_requests / _MILLION
    if configuration.requests_per_address is not None:
        lines["firewall"] = result.requests * prices.million_waf_requests / _MILLION
    return lines


def throughput_cost(
    configuration: Configuration, part: str, store: Store, seconds: int, prices: Prices
) -> float:
    """Return the US dollars of one part of the tables, in all regions, after `seconds` of use."""
    limits, reads = configuration.throughputs[part], part.endswith("read")
    others = configuration.regions - 1
    if not isinstance(limits, Provisioned):
        price = (prices.million_read_requests if reads else prices.million_write_requests) / _MILLION
        return store.consumed * price * (1 if reads else configuration.regions)
    price = (prices.read_unit_hour if reads else prices.write_unit_hour) / _HOUR
    standby = limits.baseline * seconds if reads else store.capacity_seconds
    return (store.capacity_seconds + others * standby) * price


def monthly(configuration_day: Result, prices: Prices | None = None) -> float:
    """Return what 30 days like the simulated one cost."""
    return DAYS_A_MONTH * sum(bill(configuration_day, prices).values())
