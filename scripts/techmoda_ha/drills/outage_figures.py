"""A region outage's figures from what clients and watchers saw. Pure: records in, figures out."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from techmoda_ha.drills.measurement import (
    Edit,
    Observation,
    Write,
    WritesAtRisk,
    between,
    error_share,
    lost_writes,
    overwritten_edits,
    requests_per_second,
    worst_outage,
)
from techmoda_ha.drills.watching import Sample, first_after

LISTED = 200  # Of each kind of write, so that evidence stays readable.


@dataclass(frozen=True)
class Moments:
    """When what happened, in seconds on the drill's clock; None where it did not happen."""

    started: float
    disaster: float | None = None
    restored: float | None = None
    resumed: float | None = None
    back: float | None = None
    latched: float | None = None


@dataclass(frozen=True)
class Seen:
    """Everything that was seen in one run.

    `answers` are the regions that DNS led the public name to, `comparison` what the check with the seed's
    settings made of the same outage. `time_factor` is how many seconds of the story one real second is.
    """

    moments: Moments
    dr_region: str
    observations: Sequence[Observation]
    writes: Sequence[Write]
    edits: Sequence[Edit]
    answers: Sequence[Sample[str]]
    comparison: Sequence[Sample[str]]
    at_risk: WritesAtRisk | None
    found_everywhere: Collection[str] | None
    time_factor: float = 1.0

    def detection_seconds(self) -> float:
        """Return how long after the disaster DNS first answered the DR region; NaN when it never did."""
        return self._since_disaster(self.answers, self.dr_region)

    def seed_detection_seconds(self) -> float:
        """Return the same for the check with the seed's settings."""
        return self._since_disaster(self.comparison, "secondary")

    def _since_disaster(self, samples: Sequence[Sample[str]], value: str) -> float:
        disaster = self.moments.disaster
        seen = None if disaster is None else first_after(list(samples), disaster, value)
        return math.nan if seen is None or disaster is None else seen - disaster

    def during(self) -> list[Observation]:
        """Return the requests between the disaster and the restoration."""
        return self._since_disaster_until(self.moments.restored)

    def _since_disaster_until(self, moment: float | None) -> list[Observation]:
        disaster, end = self.moments.disaster, math.inf if moment is None else moment
        if disaster is None:
            return []
        return [one for one in self.observations if one.ended >= disaster and one.sent < end]

    def rto_seconds(self) -> float:
        """Return the longest time that a client was without service; 0 when no request failed.

        NaN when a client was not served again, or when there was no disaster. Looked at is all until clients
        are led back: the restored region serves none of them before, so a request that fails as it comes
        back is part of the outage, and what follows shows whether that one has ended.
        """
        if self.moments.disaster is None:
            return math.nan
        outage = worst_outage(self._since_disaster_until(self.moments.resumed))
        return 0.0 if outage is None else outage.rto_seconds

    def rpo_seconds(self) -> float:
        """Return the age of the oldest acknowledged write missing at the disaster; NaN if not looked for."""
        return math.nan if self.at_risk is None else self.at_risk.rpo_seconds * self.time_factor

    def lost(self) -> list[Write] | None:
        """Return the acknowledged writes that are missing after healing; None when not looked for."""
        return None if self.found_everywhere is None else lost_writes(self.writes, self.found_everywhere)

    def measurements(self) -> dict[str, float]:
        """Return all figures by their names in the evidence."""
        moments, lost, during = self.moments, self.lost(), self.during()
        detection, seed = self.detection_seconds(), self.seed_detection_seconds()
        newest = math.nan if self.at_risk is None else self.at_risk.newest_missing_age_seconds
        return {
            "rto_seconds": self.rto_seconds(),
            "rpo_seconds": self.rpo_seconds(),
            "newest_missing_age_seconds": newest * self.time_factor,
            "writes_at_risk": math.nan if self.at_risk is None else len(self.at_risk.missing),
            "acknowledged_writes": sum(one.acknowledged is not None for one in self.writes),
            "lost_writes": math.nan if lost is None else len(lost),
            "overwritten_edits": len(overwritten_edits(self.edits)),
            "detection_seconds": detection,
            "seed_detection_seconds": seed,
            "seed_detection_ratio": seed / detection if detection > 0 else math.nan,
            "latch_seconds": between(moments.disaster, moments.latched),
            "safe_failback_seconds": between(moments.restored, moments.resumed),
            "clients_back_seconds": between(moments.resumed, moments.back),
            "requests": len(self.observations),
            "failed_requests": sum(not one.ok for one in self.observations),
            "failed_requests_during_outage": sum(not one.ok for one in during),
            "failed_requests_after_restoration": self._failed_after_restoration(),
            "error_share_during_outage": error_share(during),
        }

    def _failed_after_restoration(self) -> float:
        restored = self.moments.restored
        if restored is None:
            return math.nan
        return sum(not one.ok for one in self.observations if one.sent >= restored)

    def details(self) -> dict[str, Any]:
        """Return what charts and readers need; times are seconds since the clients started."""
        lost = self.lost() or []
        missing = self.at_risk.missing if self.at_risk else ()
        return {
            "moments": {name: self._relative(value) for name, value in vars(self.moments).items()},
            "requests_per_second": requests_per_second(self.observations, self.moments.started),
            "writes_at_risk": [self._write(one) for one in missing[:LISTED]],
            "lost_writes": [self._write(one) for one in lost[:LISTED]],
            "overwritten_edits": [
                {"number": one.number, "region": one.region, "at": self._relative(one.acknowledged)}
                for one in overwritten_edits(self.edits)[:LISTED]
            ],
        }

    def _write(self, write: Write) -> dict[str, Any]:
        disaster, moment = self.moments.disaster, write.acknowledged
        age = None if disaster is None or moment is None else (disaster - moment) * self.time_factor
        return {
            "id": write.id,
            "product": write.product,
            "region": write.region,
            "acknowledged_at": self._relative(moment),
            "age_at_disaster_seconds": None if age is None else round(age, 3),
        }

    def _relative(self, moment: float | None) -> float | None:
        return None if moment is None else round(moment - self.moments.started, 3)
