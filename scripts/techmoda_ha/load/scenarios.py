"""What a load test sends, second by second.

`seed` repeats the original test script's phases; its `curl &` in a loop did not hold the rates that it named.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from techmoda_ha.capacity.profiles import SEED_PHASES, ramp, steps
from techmoda_ha.errors import HaError

FASHION_WEEK_NORMAL = 10.0
FASHION_WEEK_FACTOR = 10.0
INVALID_WRITES = 10  # as many as the original script sends


@dataclass(frozen=True)
class Scenario:
    """Requests a second for each second, and how many invalid writes are sent on top.

    They are sent one a second from second `invalid_from` on.
    """

    name: str
    title: str
    rates: tuple[float, ...]
    invalid_writes: int = 0
    invalid_from: int = 0

    @property
    def peak(self) -> float:
        """Return the highest rate."""
        return max(self.rates)

    def scaled(self, rate: float, duration: float) -> Scenario:
        """Return it with all rates and the duration multiplied by these factors.

        Raises HaError when nothing would be left of it.
        """
        seconds = math.floor(len(self.rates) * duration)
        if not 0 < rate <= 10 or not 0 < duration <= 1 or seconds < 1:
            raise HaError(
                f"Scaled by {rate:g}, for {duration:g} of its time, {self.name} is no test any more.",
                "Take a scale over 0 up to 10, and a share of the time over 0 up to 1.",
            )
        rates = tuple(self.rates[math.floor(second / duration)] * rate for second in range(seconds))
        return Scenario(
            self.name, self.title, rates, self.invalid_writes, math.floor(self.invalid_from * duration)
        )

    def rate_at(self, second: float) -> float | None:
        """Return the rate at a time since the beginning, None when the test is over."""
        index = math.floor(second)
        return self.rates[index] if 0 <= index < len(self.rates) else None


def _seed() -> Scenario:
    before_normal = sum(seconds for _, seconds in SEED_PHASES[:-1])
    return Scenario(
        "seed",
        "5 requests/s, 10, 20 and 50, then 100 for a minute, invalid writes, 5 again",
        steps(*SEED_PHASES),
        INVALID_WRITES,
        before_normal,
    )


def _fashion_week() -> Scenario:
    normal, surge = FASHION_WEEK_NORMAL, FASHION_WEEK_NORMAL * FASHION_WEEK_FACTOR
    rates = (*steps((normal, 60)), *ramp(normal, surge, 30), *steps((surge, 600), (normal, 60)))
    return Scenario("fashion-week", "ten times the normal rate within 30 s, for ten minutes", rates)


SCENARIOS = {one.name: one for one in (_seed(), _fashion_week())}


def named(name: str) -> Scenario:
    """Return a scenario; raise HaError when there is none of that name."""
    if name not in SCENARIOS:
        raise HaError(f"There is no load scenario named {name}.", f"Take one of: {', '.join(SCENARIOS)}")
    return SCENARIOS[name]
