"""Breaking things on purpose, and mending them: what a drill does to the system under it.

A test bed that can fail on request says so by HA_FAULT_URL, the base of a small HTTP API (docs/decisions
0064): PUT regions/REGION {"mode": "reset" | "hang" | "up"}, PUT services/SERVICE/REGION {"mode":
"throttle" | "up"}, PUT replication {"lag_seconds": [least, most]}, GET replication/conflicts, PUT
health-checks {"speed": n}, and PUT and GET throughput {"pace": n}. On AWS there is none of it, and the drill
uses the STOP switch instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import httpx

from techmoda_ha.errors import HaError
from techmoda_ha.failover.switch import StopSwitch

FAULT_URL_VARIABLE = "HA_FAULT_URL"
USUAL_LAG_SECONDS = (0.5, 1.0)
_TIMEOUT_SECONDS = 10.0


class Variant(StrEnum):
    """How the primary region fails.

    reset and hang cut the whole region off; dependency makes its DynamoDB refuse everything while the
    gateway answers; stop takes it out by the STOP switch, which works on AWS too.
    """

    RESET = "reset"
    HANG = "hang"
    DEPENDENCY = "dependency"
    STOP = "stop"


class Fault(Protocol):
    """A fault of the primary region. Both verbs may be called again and again."""

    def describe(self) -> str:
        """Say in words what `cause` does."""

    def cause(self) -> None:
        """Break it; raise HaError when that is not possible."""

    def mend(self) -> None:
        """Put it right; raise HaError when that is not possible."""


@dataclass(frozen=True)
class TestBed:
    """The fault API of a test bed."""

    __test__ = False  # pytest takes the name for a test's

    url: str

    @classmethod
    def from_variables(cls, variables: Mapping[str, str]) -> TestBed | None:
        """Return the test bed that HA_FAULT_URL names, None where it is unset, as on AWS."""
        url = variables.get(FAULT_URL_VARIABLE)
        return cls(url.rstrip("/")) if url else None

    def put(self, path: str, body: object) -> Any:
        """Ask for a change."""
        return self._call("PUT", path, body)

    def set_lag(self, least: float, most: float) -> None:
        """Let replication take between `least` and `most` seconds."""
        self.put("replication", {"lag_seconds": [least, most]})

    def read_units(self, region: str, table: str) -> float:
        """Return the read units that a table and its indexes gave in a region so far."""
        taken = self._call("GET", "throughput", None)["taken"]
        return float(
            sum(
                one["units"]
                for one in taken
                if (one["region"], one["table"], one["kind"]) == (region, table, "Read")
            )
        )

    def set_pace(self, factor: float) -> None:
        """Let the minutes of burst capacity and autoscaling pass `factor` times as fast."""
        self.put("throughput", {"pace": factor})

    def set_speed(self, factor: float) -> None:
        """Let the intervals of health checks pass `factor` times faster."""
        self.put("health-checks", {"speed": factor})

    def conflicts(self, table: str) -> list[dict[str, Any]]:
        """Return the conflicts of replication that the test bed knows of, in one table."""
        found: list[dict[str, Any]] = self._call("GET", "replication/conflicts", None)["conflicts"]
        return [conflict for conflict in found if conflict["table"] == table]

    def _call(self, method: str, path: str, body: object) -> Any:
        try:
            with httpx.Client(trust_env=False, timeout=_TIMEOUT_SECONDS) as http:
                answer = http.request(method, f"{self.url}/{path}", json=body)
                answer.raise_for_status()
                return answer.json()
        except httpx.HTTPError as error:
            raise HaError(
                f"The test bed did not do what the drill asked of it ({method} {path}).",
                f"Look at what {FAULT_URL_VARIABLE} names; heal a region with: ha local region REGION up",
                detail=str(error),
            ) from error


@dataclass(frozen=True)
class RegionCutOff:
    """The whole region out of reach."""

    bed: TestBed
    region: str
    mode: str

    def describe(self) -> str:
        """Say what it does."""
        how = "connections are reset" if self.mode == "reset" else "nothing answers"
        return f"cut {self.region} off, its APIs and AWS's: {how}"

    def cause(self) -> None:
        """Cut it off."""
        self.bed.put(f"regions/{self.region}", {"mode": self.mode})

    def mend(self) -> None:
        """Connect it again."""
        self.bed.put(f"regions/{self.region}", {"mode": "up"})


@dataclass(frozen=True)
class DependencyRefuses:
    """DynamoDB of the region throttles every request, while the API's gateway answers."""

    bed: TestBed
    region: str

    def describe(self) -> str:
        """Say what it does."""
        return f"let DynamoDB in {self.region} throttle every request"

    def cause(self) -> None:
        """Let it throttle."""
        self.bed.put(f"services/dynamodb/{self.region}", {"mode": "throttle"})

    def mend(self) -> None:
        """Let it work."""
        self.bed.put(f"services/dynamodb/{self.region}", {"mode": "up"})


@dataclass(frozen=True)
class StopEngaged:
    """The region taken out of service by the STOP switch; mended by `resume`, which is part of the drill."""

    switch: StopSwitch
    region: str

    def describe(self) -> str:
        """Say what it does."""
        return f"engage STOP (table {self.switch.table}): clients leave {self.region}"

    def cause(self) -> None:
        """Engage STOP."""
        self.switch.engage("drill region-outage", "operator:drill")

    def mend(self) -> None:
        """Nothing is broken."""


def make_fault(variant: Variant, bed: TestBed | None, switch: StopSwitch, region: str) -> Fault:
    """Return the fault of a variant; raise HaError when there is no test bed for it."""
    if variant is Variant.STOP:
        return StopEngaged(switch, region)
    if bed is None:
        raise HaError(
            f"Nothing here can fail by `{variant}` on request ({FAULT_URL_VARIABLE} is not set).",
            "Drill with the STOP switch instead: --variant stop",
        )
    if variant is Variant.DEPENDENCY:
        return DependencyRefuses(bed, region)
    return RegionCutOff(bed, region, variant)
