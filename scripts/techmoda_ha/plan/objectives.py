"""What is promised, read from objectives.yaml: the numbers that every plan is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from techmoda_ha.errors import HaError

NEXT_STEP = "objectives.yaml in the repository shows the form; every key there is needed."


@dataclass(frozen=True)
class FunctionLoad:
    """What a function on the customers' path carries ("all" or "writes"), and how long each takes."""

    p99_seconds: float
    carries: str

    def __post_init__(self) -> None:
        if self.carries not in ("all", "writes"):
            raise ValueError(f"a function carries all or writes, not {self.carries!r}")


@dataclass(frozen=True)
class Workload:
    """What a busy normal day brings, and what one request costs; the rates are a second.

    `functions` are those on the customers' path, by the last part of their name.
    """

    requests_per_second: float
    write_share: float
    functions: Mapping[str, FunctionLoad]
    read_units_per_read: float
    write_units_per_write: float
    account_concurrency: int
    unreserved_concurrency: int
    gateway_requests_per_second: float


@dataclass(frozen=True)
class Disruption:
    """What is promised for one kind of disruption; `why` where it is less than the overall promise."""

    rto_minutes: float
    rpo_minutes: float
    why: str = ""


@dataclass(frozen=True)
class Objectives:
    """The promises, the workload they are made for, and the figures that the arithmetic assumes."""

    availability_percent: float
    rto_minutes: float
    rpo_minutes: float
    surge_factor: float
    region_failover_minutes: float
    workload: Workload
    approved_regions: tuple[str, ...]
    longest_retention_days: int
    service_levels: Mapping[str, float]
    assumptions: Mapping[str, float]
    disruptions: Mapping[str, Disruption]

    @property
    def surge_requests(self) -> float:
        """Return the requests a second of a surge."""
        return self.workload.requests_per_second * self.surge_factor

    @property
    def surge_writes(self) -> float:
        """Return the writes a second of a surge."""
        return self.surge_requests * self.workload.write_share

    @property
    def surge_reads(self) -> float:
        """Return the reads a second of a surge."""
        return self.surge_requests - self.surge_writes

    def concurrency_needed(self, load: FunctionLoad) -> float:
        """Return how many executions of a function a surge needs at a time: rate × duration."""
        rate = self.surge_requests if load.carries == "all" else self.surge_writes
        return rate * load.p99_seconds

    def promised(self, disruption: str) -> Disruption:
        """Return what is promised for a disruption: its own objective, or the overall one."""
        return self.disruptions.get(disruption, Disruption(self.rto_minutes, self.rpo_minutes))


def read_objectives(document: Any) -> Objectives:
    """Return the objectives of a parsed objectives.yaml; raise HaError when something is missing or wrong."""
    try:
        figures = _mapping(document["workload"])
        functions = {name: FunctionLoad(**one) for name, one in figures["functions"].items()}
        workload = Workload(**{**figures, "functions": functions})
        return Objectives(
            availability_percent=float(document["availability_percent"]),
            rto_minutes=float(document["rto_minutes"]),
            rpo_minutes=float(document["rpo_minutes"]),
            surge_factor=float(document["surge_factor"]),
            region_failover_minutes=float(document["region_failover_minutes"]),
            workload=workload,
            approved_regions=tuple(document["approved_regions"]),
            longest_retention_days=int(document["longest_retention_days"]),
            service_levels={name: float(value) for name, value in document["service_levels"].items()},
            assumptions={name: float(value) for name, value in document["assumptions"].items()},
            disruptions={name: Disruption(**entry) for name, entry in document["disruptions"].items()},
        )
    except KeyError as error:
        raise HaError(f"The objectives lack {error}.", NEXT_STEP) from error
    except (TypeError, ValueError, AttributeError) as error:
        raise HaError(f"The objectives are not well formed: {error}", NEXT_STEP) from error


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("workload must be a mapping")
    return value
