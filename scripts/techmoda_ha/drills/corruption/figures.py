"""The figures of the data-corruption drill. Pure: what was seen in, measurements out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from techmoda_ha.drills.corruption.ledger import GoodWrite, Wrong
from techmoda_ha.drills.measurement import between

LISTED = 50
SIGHTING_GAP_SECONDS = 2.0


@dataclass
class Incident:
    """One incident. Moments are seconds on the drill's clock, None where nothing of it happened.

    `damaged` are products by the kind of damage, `wrong` the comparison with the clients' log at the end.
    """

    name: str
    struck: float | None = None
    struck_all: float | None = None
    detected: float | None = None
    began: float | None = None
    repaired: float | None = None
    damaged: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[Wrong] | None = None
    wrong_in_dr: list[Wrong] | None = None
    good_writes: list[GoodWrite] = field(default_factory=list)
    rounds: int = 0

    @property
    def rto_seconds(self) -> float:
        """Return the time from the first damaged product to the last repair."""
        return between(self.struck, self.repaired)

    @property
    def lost(self) -> float:
        """Return how many products that were legitimately written since the damage are wrong; NaN unknown."""
        if self.wrong is None:
            return math.nan
        written = {write.product for write in self.good_writes}
        return len({one.product for one in self.wrong} & written)

    def measurements(self) -> dict[str, float]:
        """Return its figures, by names that begin with the incident's unless it is the first."""
        prefix = "" if self.name == "rewind" else f"{self.name}_"
        lost = self.lost
        figures = {
            "rto_seconds": self.rto_seconds,
            "recovery_seconds": between(self.began, self.repaired),
            "items_damaged": sum(self.damaged.values()),
            "items_repaired": self.outcomes["repaired"],
            "items_changed_meanwhile": self.outcomes["changed_meanwhile"],
            "rounds": self.rounds,
            "legitimate_writes": len(self.good_writes),
            "legitimate_writes_lost": lost,
            "legitimate_writes_kept": len(self.good_writes) - lost,
            "items_wrong": math.nan if self.wrong is None else len(self.wrong),
            "items_wrong_in_dr": math.nan if self.wrong_in_dr is None else len(self.wrong_in_dr),
        }
        return {prefix + name: value for name, value in figures.items()}

    def details(self) -> dict[str, Any]:
        """Return what a reader needs to look closer."""
        return {
            "damaged": dict(self.damaged),
            "outcomes": dict(self.outcomes),
            "legitimate_writes": dict(Counter(write.kind for write in self.good_writes)),
            "wrong": [vars(one) for one in (self.wrong or [])[:LISTED]],
            "wrong_in_dr": [vars(one) for one in (self.wrong_in_dr or [])[:LISTED]],
        }


def customers_view(struck: float | None, implausible_seen: Sequence[float]) -> float:
    """Return for how long after the damage customers were still shown damaged products; 0 when never."""
    seen = [moment for moment in implausible_seen if struck is not None and moment >= struck]
    return 0.0 if struck is None or not seen else max(seen) - struck


def shown_to_customers(began: float, ended: float, implausible_seen: Sequence[float]) -> list[dict[str, Any]]:
    """Return when customers were shown plausible products ("ok") and when damaged ones, as changes.

    Shape of an entry: {"second": since `began`, "value": "ok" or "damaged"}. Sightings less than
    SIGHTING_GAP_SECONDS apart are one: customers do not look at every moment.
    """
    changes: list[dict[str, Any]] = [{"second": 0.0, "value": "ok"}]
    last = -math.inf
    for moment in sorted(implausible_seen):
        if moment - last > SIGHTING_GAP_SECONDS:
            if last > -math.inf:
                changes.append({"second": round(last - began, 3), "value": "ok"})
            changes.append({"second": round(moment - began, 3), "value": "damaged"})
        last = moment
    if last > -math.inf:
        changes.append({"second": round(last - began, 3), "value": "ok"})
    return [*changes, {"second": round(ended - began, 3), "value": changes[-1]["value"]}]
