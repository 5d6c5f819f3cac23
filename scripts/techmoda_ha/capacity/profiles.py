"""Traffic profiles: requests a second, for each second.

Named ones are built from a normal rate (requests a second on a busy normal day); others are read from CSV.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from techmoda_ha.errors import HaError

DAY_SECONDS = 86_400
LONGEST_SECONDS = 31 * DAY_SECONDS
EXCERPT_SECONDS = 7200
RISE_SECONDS = 300  # as long as burst capacity

SEED_PHASES = ((5.0, 30), (10.0, 30), (20.0, 30), (50.0, 30), (100.0, 60), (5.0, 30))
"""Requests a second and seconds of the original test script's phases (its ten invalid writes left out)."""


@dataclass(frozen=True)
class Profile:
    """`rates[t]` is the number of requests that arrive in second t. `top_address_share` of them come from
    one address, which is what the firewall counts."""  # noqa: D205, D209

    name: str
    title: str
    rates: tuple[float, ...]
    top_address_share: float = 0.02

    @property
    def peak(self) -> float:
        """Return the highest rate."""
        return max(self.rates)

    def steepest(self) -> Profile:
        """Return the hours around the steepest rise: what empties buckets happens there, if anywhere."""
        if len(self.rates) <= 2 * EXCERPT_SECONDS:
            return self
        rises = [later - sooner for sooner, later in zip(self.rates, self.rates[RISE_SECONDS:], strict=False)]
        at = rises.index(max(rises))
        begin = max(0, at - EXCERPT_SECONDS)
        return replace(self, rates=self.rates[begin : at + EXCERPT_SECONDS])

    def at_its_peak(self) -> Profile:
        """Return ten minutes at the highest rate, which a moment at the normal one precedes."""
        return replace(self, rates=(self.rates[0],) + (self.peak,) * 600)

    @property
    def requests(self) -> float:
        """Return how many requests arrive in all."""
        return math.fsum(self.rates)


def steps(*phases: tuple[float, int]) -> tuple[float, ...]:
    """Return the rates of phases, each (requests a second, seconds)."""
    return tuple(rate for rate, seconds in phases for _ in range(seconds))


def ramp(start: float, end: float, seconds: int) -> tuple[float, ...]:
    """Return rates that grow evenly and reach `end` after `seconds`."""
    return tuple(start + (end - start) * (second + 1) / seconds for second in range(seconds))


def daily(busy: float, seconds: int, *, start_hour: float = 0.0) -> tuple[float, ...]:
    """Return rates that follow the day: a quarter of `busy` at 04:00, all at 16:00, a cosine between."""
    phase = (start_hour - 16.0) * 3600
    turn = 2 * math.pi / DAY_SECONDS
    return tuple(busy * (0.625 + 0.375 * math.cos((second + phase) * turn)) for second in range(seconds))


def _seed(_normal: float) -> Profile:
    return Profile("seed", "The original test script: 5 to 100 requests/s", steps(*SEED_PHASES), 1.0)


def _plus_1000(normal: float) -> Profile:
    # A rise BY 1000 % is eleven times; the promise (ten times) lies within.
    rates = (
        *steps((normal, 600)),
        *ramp(normal, 11 * normal, 30),
        *steps((11 * normal, 1770), (normal, 1800)),
    )
    return Profile("plus-1000", "+1000 % within 30 s, unannounced, for half an hour", rates)


def _fashion_week(normal: float) -> Profile:
    week = 7 * DAY_SECONDS
    # Two normal days, three days of the fashion week at +800 % (nine times), two normal days.
    lift = [1.0] * (2 * DAY_SECONDS) + [9.0] * (3 * DAY_SECONDS) + [1.0] * (2 * DAY_SECONDS)
    for second in range(1800):  # It begins within half an hour, and ends so.
        share = second / 1800
        lift[2 * DAY_SECONDS + second] = 1 + 8 * share
        lift[5 * DAY_SECONDS + second] = 9 - 8 * share
    rates = tuple(rate * factor for rate, factor in zip(daily(normal, week), lift, strict=True))
    return Profile("fashion-week", "A week with three days at +800 %", rates)


def _sale(normal: float) -> Profile:
    day = daily(normal, DAY_SECONDS)
    sale = daily(5 * normal, 2 * DAY_SECONDS)
    # The doors open at 10:00: eight times the rate of that hour for ten minutes, at once.
    opening = 10 * 3600
    opened = (
        *sale[:opening],
        *(1.6 * rate for rate in sale[opening : opening + 600]),
        *sale[opening + 600 :],
    )
    return Profile(
        "two-day-sale", "Two days of sale at five times, with a rush at the opening", (*day, *opened)
    )


def _day(normal: float) -> Profile:
    return Profile("day", "One normal day", daily(normal, DAY_SECONDS))


_NAMED: dict[str, Callable[[float], Profile]] = {
    "seed": _seed,
    "plus-1000": _plus_1000,
    "fashion-week": _fashion_week,
    "two-day-sale": _sale,
    "day": _day,
}
NAMES = tuple(_NAMED)


def named(name: str, normal: float) -> Profile:
    """Return the named profile for a normal rate; raise HaError for an unknown name."""
    if name not in _NAMED:
        raise HaError(f"There is no traffic profile named {name}.", f"Take one of: {', '.join(NAMES)}")
    return _NAMED[name](normal)


def from_csv(text: str, name: str) -> Profile:
    """Read a profile with the columns `seconds` (how long) and `requests_per_second`, one phase a line.

    Raises HaError with the line when something else stands there, and when nothing does.
    """
    rows = csv.DictReader(io.StringIO(text))
    phases: list[tuple[float, int]] = []
    for row in rows:
        try:
            seconds, rate = int(row["seconds"]), float(row["requests_per_second"])
        except (KeyError, TypeError, ValueError) as error:
            raise _bad_csv(
                name, rows.line_num, "no whole `seconds` and a number `requests_per_second`"
            ) from error
        if seconds < 1 or not math.isfinite(rate) or rate < 0:
            raise _bad_csv(name, rows.line_num, "seconds below 1, or a rate below 0 or without end")
        phases.append((rate, seconds))
    total = sum(seconds for _, seconds in phases)
    if not phases or not any(rate for rate, _ in phases):
        raise _bad_csv(name, 1, "no traffic")
    if total > LONGEST_SECONDS:
        raise _bad_csv(name, rows.line_num, f"{total} s, over the {LONGEST_SECONDS} s of a month")
    return Profile(name, f"From {name}", steps(*phases))


def _bad_csv(name: str, line: int, what: str) -> HaError:
    return HaError(
        f"{name}.csv, line {line}: {what}.",
        "A profile is CSV with the header seconds,requests_per_second and one phase a line, e.g. 600,10",
    )
