"""A configuration written by hand: a YAML file of limits, in the terms of `Configuration`.

stage: {rate: 200, burst: 400}          # requests/s, and at once
writes: {rate: 50, burst: 100}
products: {reserved: 100, provisioned: [2, 50]}
authorizer: {reserved: 20}
table: {read: [50, 500, 70], write: [15, 150, 70]}    # baseline, maximum, target in percent
index: on_demand                        # instead of read and write
requests_per_address: 10000             # in 5 minutes; optional
events:                                 # known surges: baseline and maximum; optional
  - {from: 3600, to: 10800, table: {read: [100, 1000], write: [30, 300]}}   # seconds of the profile
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from techmoda_ha.capacity.configuration import (
    TABLE_PARTS,
    Concurrency,
    Configuration,
    Event,
    OnDemand,
    Provisioned,
    Throttle,
    Throughput,
)
from techmoda_ha.errors import HaError

_KEYS = {
    "stage", "writes", "products", "authorizer", "table", "index", "requests_per_address", "regions",
    "events",
}  # fmt: skip
NEXT_STEP = "The form stands in scripts/techmoda_ha/capacity/settings_file.py."


def read_settings(document: Any, name: str) -> Configuration:
    """Return the configuration of a parsed YAML file; raise HaError when something is missing or unknown."""
    if not isinstance(document, Mapping):
        raise HaError(f"{name} holds no settings.", NEXT_STEP)
    if unknown := document.keys() - _KEYS:
        raise HaError(f"{name} has unknown settings: {', '.join(sorted(unknown))}.", NEXT_STEP)
    try:
        reads, writes = _throughputs(document["table"])
        index_reads, index_writes = _throughputs(document["index"])
        return Configuration(
            name=name,
            throttle=Throttle(**document["stage"]),
            write_throttle=Throttle(**document["writes"]),
            products=_concurrency(document["products"]),
            authorizer=_concurrency(document["authorizer"]),
            throughputs={
                "table_read": reads,
                "table_write": writes,
                "index_read": index_reads,
                "index_write": index_writes,
            },
            requests_per_address=document.get("requests_per_address"),
            regions=int(document.get("regions", 2)),
            events=tuple(_event(entry) for entry in document.get("events", ())),
        )
    except KeyError as error:
        raise HaError(f"{name} lacks {error}.", NEXT_STEP) from error
    except (TypeError, ValueError) as error:
        raise HaError(f"{name} is not well formed: {error}", NEXT_STEP) from error


def _concurrency(entry: Mapping[str, Any]) -> Concurrency:
    minimum, maximum = entry.get("provisioned", (0, 0))
    reserved = entry["reserved"]
    return Concurrency(None if reserved is None else int(reserved), int(minimum), int(maximum))


def _event(entry: Mapping[str, Any]) -> Event:
    start, end = int(entry["from"]), int(entry["to"])
    if not 0 <= start < end:
        raise ValueError(f"an event starts at 0 or later and before it ends, unlike {start} to {end}")
    limits = {
        f"{holder}_{kind}": (float(baseline), float(maximum))
        for holder in ("table", "index")
        for kind, (baseline, maximum) in entry.get(holder, {}).items()
    }
    if unknown := limits.keys() - set(TABLE_PARTS):
        raise ValueError(f"an event changes {', '.join(sorted(unknown))}, which there is not")
    return Event(start, end, limits)


def _throughputs(entry: Any) -> tuple[Throughput, Throughput]:
    if entry == "on_demand":
        return OnDemand(), OnDemand()
    return _provisioned(entry["read"]), _provisioned(entry["write"])


def _provisioned(figures: Any) -> Provisioned:
    baseline, maximum, *target = figures
    if not 1 <= baseline <= maximum:
        raise ValueError(f"a baseline lies between 1 and its maximum, unlike {figures}")
    return Provisioned(float(baseline), float(maximum), target[0] / 100 if target else None)
