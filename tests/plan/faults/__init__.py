"""The corpus of seeded faults: small overrides of the real Terraform, each of which one rule alone must name.

Faults of a group are planned together, so they must not touch the same argument; faults that need the same
argument stand in different groups. Every plan of a group is judged as a whole: the findings must be exactly
what its faults expect.
"""

from __future__ import annotations

from tests.plan.faults import api, backup, compute, data, failover, monitoring, parity, security
from tests.plan.faults.fault import Fault

FAULTS: tuple[Fault, ...] = (
    *data.FAULTS,
    *compute.FAULTS,
    *api.FAULTS,
    *failover.FAULTS,
    *monitoring.FAULTS,
    *backup.FAULTS,
    *security.FAULTS,
    *parity.FAULTS,
)
GROUPS = sorted({fault.group for fault in FAULTS})


def of_group(group: int) -> list[Fault]:
    """Return the faults that are planned together."""
    return [fault for fault in FAULTS if fault.group == group]
