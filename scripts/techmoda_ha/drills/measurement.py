"""RTO and RPO from what clients saw. Pure: observations in, figures out.

All moments are seconds on one clock (the drill's monotonic clock), so that no wall-clock step can change
a figure.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

# A client is served again once this many of its requests in a row went well: one lucky answer between
# failures is no recovery.
CONSECUTIVE_GOOD = 5


@dataclass(frozen=True)
class Observation:
    """One request as its client saw it: when it was sent and ended (seconds), and whether it went well.

    `region` is who answered ("" when nobody did), `client` tells the streams of requests apart.
    """

    client: str
    sent: float
    ended: float
    ok: bool
    region: str = ""
    status: int = 0


@dataclass(frozen=True)
class Write:
    """One write that its client tried: its unique id, and when it was acknowledged (None: never).

    `region` acknowledged it, `product` is the id of the product that it made.
    """

    id: str
    acknowledged: float | None
    region: str = ""
    product: str = ""


@dataclass(frozen=True)
class Edit:
    """One acknowledged edit of a product: its number, and the number that its client had read before."""

    product: str
    number: int
    saw: int
    acknowledged: float
    region: str = ""


def between(start: float | None, end: float | None) -> float:
    """Return the time between two moments; NaN when one of them never was."""
    return math.nan if start is None or end is None else end - start


@dataclass(frozen=True)
class Outage:
    """What an outage was to clients: from the first failed request to the first of the good row.

    `recovered` is None while no row of good requests followed the failures.
    """

    began: float
    recovered: float | None

    @property
    def rto_seconds(self) -> float:
        """Return the length of the outage, NaN when it never ended."""
        return math.nan if self.recovered is None else self.recovered - self.began


def outage_of(observations: Iterable[Observation], *, consecutive: int = CONSECUTIVE_GOOD) -> Outage | None:
    """Return the outage that one client saw, None when no request failed.

    It begins when the first failed request was sent and ends when the first of `consecutive` good ones in
    a row was answered, the last failure being before them: a relapse prolongs the outage.
    """
    ordered = sorted(observations, key=lambda one: one.sent)
    failed = [index for index, one in enumerate(ordered) if not one.ok]
    if not failed:
        return None
    began, after = ordered[failed[0]].sent, ordered[failed[-1] + 1 :]
    recovered = after[0].ended if len(after) >= consecutive else None
    return Outage(began, recovered)


def worst_outage(
    observations: Sequence[Observation], *, consecutive: int = CONSECUTIVE_GOOD
) -> Outage | None:
    """Return the longest outage of any client (one that never ended is the longest), None without any."""
    clients = {one.client for one in observations}
    outages = [
        outage
        for client in sorted(clients)
        if (
            outage := outage_of(
                (one for one in observations if one.client == client), consecutive=consecutive
            )
        )
    ]
    return max(outages, key=lambda one: math.inf if one.recovered is None else one.rto_seconds, default=None)


@dataclass(frozen=True)
class WritesAtRisk:
    """Acknowledged writes that the surviving region lacks, and how far back they reach.

    RPO is measured back from the moment of the disaster to the oldest acknowledged write that is missing:
    everything since then cannot be relied on.
    """

    missing: tuple[Write, ...]
    disaster: float

    @property
    def rpo_seconds(self) -> float:
        """Return the age of the oldest missing write at the disaster; 0 when none is missing."""
        return max((self.disaster - moment for moment in self._moments()), default=0.0)

    @property
    def newest_missing_age_seconds(self) -> float:
        """Return the age of the newest missing write at the disaster; 0 when none is missing."""
        return min((self.disaster - moment for moment in self._moments()), default=0.0)

    def _moments(self) -> list[float]:
        return [write.acknowledged for write in self.missing if write.acknowledged is not None]


def writes_at_risk(writes: Iterable[Write], found: Collection[str], *, disaster: float) -> WritesAtRisk:
    """Return the writes acknowledged up to the disaster that are not among the `found` ids."""
    missing = [
        write
        for write in writes
        if write.acknowledged is not None and write.acknowledged <= disaster and write.id not in found
    ]
    return WritesAtRisk(tuple(sorted(missing, key=lambda write: write.acknowledged or 0.0)), disaster)


def lost_writes(writes: Iterable[Write], found: Collection[str]) -> list[Write]:
    """Return every acknowledged write, whenever made, that is not among the `found` ids."""
    return [write for write in writes if write.acknowledged is not None and write.id not in found]


def overwritten_edits(edits: Sequence[Edit]) -> list[Edit]:
    """Return the edits that a later one of the same product replaced without its client having seen them.

    With one client that reads before it writes that happens only when two regions took edits that neither
    knew of, and the last writer won.
    """
    found = []
    for before, after in pairwise(edits):
        if before.product == after.product and after.saw < before.number:
            found += [one for one in edits if after.saw < one.number <= before.number]
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile (share 0 < s <= 1) of the values; NaN of none."""
    if not 0 < share <= 1:
        raise ValueError(f"share must be over 0 and at most 1, not {share}")
    if not values:
        return math.nan
    return sorted(values)[math.ceil(share * len(values)) - 1]


def error_share(observations: Sequence[Observation]) -> float:
    """Return the share of requests that failed; NaN of none."""
    if not observations:
        return math.nan
    return sum(not one.ok for one in observations) / len(observations)


def requests_per_second(observations: Iterable[Observation], began: float) -> list[dict[str, Any]]:
    """Return for each second since `began` the requests that ended well and badly in it, and who answered.

    Shape of an entry: {"second", "ok", "failed", "regions": {region: count}}. Quiet seconds are left out.
    """
    seconds: dict[int, dict[str, Any]] = {}
    for one in observations:
        second = int(one.ended - began)
        entry = seconds.setdefault(second, {"second": second, "ok": 0, "failed": 0, "regions": {}})
        entry["ok" if one.ok else "failed"] += 1
        if one.region:
            entry["regions"][one.region] = entry["regions"].get(one.region, 0) + 1
    return [seconds[second] for second in sorted(seconds)]
