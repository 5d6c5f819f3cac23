"""The rules, one module for each area; importing this package registers them all."""

from techmoda_ha.plan.rules import (
    api,
    backup,
    change,
    compute,
    data,
    dr,
    failover,
    monitoring,
    parity,
    security,
    state,
)

__all__ = [
    "api",
    "backup",
    "change",
    "compute",
    "data",
    "dr",
    "failover",
    "monitoring",
    "parity",
    "security",
    "state",
]
