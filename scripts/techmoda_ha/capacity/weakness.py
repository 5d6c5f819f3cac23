"""Limits that are made too low on purpose: the surge drill and the model must both fail, and name what is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from techmoda_ha.capacity.configuration import Configuration, Provisioned, Throttle
from techmoda_ha.errors import HaError

LOW_CONCURRENCY = 1
LOW_CAPACITY_SHARE = 0.4
"""The share of a minimum that is too little even with burst capacity, which carries 30 % more for minutes."""

LOW_RATE_SHARE = 0.35
"""The share of the surge's rate that a method takes when the stage throttle is too low."""


class Weakness(StrEnum):
    """What is made too low. The values are the parts of the capacity model."""

    AUTOSCALING_MAXIMUM = "table_read"
    RESERVED_CONCURRENCY = "products"
    STAGE_THROTTLE = "throttle"


BY_NAME: Mapping[str, Weakness] = {
    "autoscaling-max": Weakness.AUTOSCALING_MAXIMUM,
    "reserved-concurrency": Weakness.RESERVED_CONCURRENCY,
    "stage-throttle": Weakness.STAGE_THROTTLE,
}
"""As commands take them."""


def low_limits(baseline: float) -> tuple[int, int]:
    """Return limits between which autoscaling can do nothing, too low for a surge."""
    units = max(1, round(baseline * LOW_CAPACITY_SHARE))
    return units, units


def low_throttle(peak: float) -> tuple[float, int]:
    """Return rate and burst of a stage throttle that is too low for a surge to `peak` requests/s."""
    rate = max(1, round(peak * LOW_RATE_SHARE))
    return float(rate), rate


def weakened(configuration: Configuration, weakness: Weakness, peak: float) -> Configuration:
    """Return it with one limit too low for a surge to `peak` requests/s.

    Raises HaError for a table on demand, which has no maximum of autoscaling.
    """
    if weakness is Weakness.RESERVED_CONCURRENCY:
        return replace(configuration, products=replace(configuration.products, reserved=LOW_CONCURRENCY))
    if weakness is Weakness.STAGE_THROTTLE:
        return replace(configuration, throttle=Throttle(*map(float, low_throttle(peak))))
    usual = configuration.throughputs[weakness]
    if not isinstance(usual, Provisioned):
        raise HaError("Nothing scales a table on demand.", "Choose another weakness.")
    baseline, maximum = low_limits(usual.baseline)
    low = replace(usual, baseline=float(baseline), maximum=float(maximum))
    return replace(configuration, throughputs={**configuration.throughputs, weakness: low})
