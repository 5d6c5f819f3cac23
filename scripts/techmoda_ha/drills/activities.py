"""What drills/region-outage.yaml calls; see `conduct` for how a run is found and a step fails."""

from __future__ import annotations

from techmoda_ha.drills import steady_state
from techmoda_ha.drills.conduct import (
    Configuration,
    holds,
    roll_back,
    run_of,
    step,
)
from techmoda_ha.drills.region_outage import RegionOutageDrill

__all__ = ["roll_back"]


def regions_answer(configuration: Configuration) -> bool:
    """Steady state: both regions answer."""
    return holds(configuration, "regions_answer", steady_state.regions_answer, settles=True)


def dns_leads_to_primary(configuration: Configuration) -> bool:
    """Steady state: DNS leads to the primary region."""
    return holds(configuration, "dns_leads_to_primary", steady_state.dns_leads_to_primary, settles=True)


def answers_are_short_lived(configuration: Configuration) -> bool:
    """Steady state: DNS answers may not be kept for long."""
    return holds(configuration, "answers_are_short_lived", steady_state.answers_are_short_lived)


def failover_records_are_complete(configuration: Configuration) -> bool:
    """Steady state: records and health checks are those that a failover needs."""
    return holds(configuration, "failover_records", steady_state.failover_records_are_complete)


def replica_exists(configuration: Configuration) -> bool:
    """Steady state: the DR region has a replica."""
    return holds(configuration, "replica_exists", steady_state.replica_exists)


def replication_is_fast(configuration: Configuration) -> bool:
    """Steady state: replication is fast."""
    return holds(configuration, "replication_is_fast", steady_state.replication_is_fast, settles=True)


def stop_switch_works(configuration: Configuration) -> bool:
    """Steady state: the STOP switch can be read and is not engaged."""
    return holds(configuration, "stop_switch_works", steady_state.stop_switch_works)


def latch_is_armed(configuration: Configuration) -> bool:
    """Steady state: the latch is armed. After the drill it takes minutes to arm, which nobody waits for."""
    drill = run_of(configuration).drill
    if isinstance(drill, RegionOutageDrill) and drill.moments.disaster is not None:
        return True
    return holds(configuration, "latch_is_armed", steady_state.latch_is_armed, settles=True)


def prepare(configuration: Configuration) -> bool:
    """Start watchers and clients."""
    return step(configuration, RegionOutageDrill.prepare, RegionOutageDrill)


def strike(configuration: Configuration) -> bool:
    """Cause the fault."""
    return step(configuration, RegionOutageDrill.strike, RegionOutageDrill)


def wait_for_failover(configuration: Configuration) -> bool:
    """Wait until the DR region serves every client."""
    return step(configuration, RegionOutageDrill.wait_for_failover, RegionOutageDrill)


def wait_for_latch(configuration: Configuration) -> bool:
    """Wait until STOP is engaged."""
    return step(configuration, RegionOutageDrill.wait_for_latch, RegionOutageDrill)


def restore(configuration: Configuration) -> bool:
    """Mend the fault."""
    return step(configuration, RegionOutageDrill.restore, RegionOutageDrill)


def fail_back(configuration: Configuration) -> bool:
    """Resume when that is safe."""
    return step(configuration, RegionOutageDrill.fail_back, RegionOutageDrill)


def take_stock(configuration: Configuration) -> bool:
    """Count what was lost."""
    return step(configuration, RegionOutageDrill.take_stock, RegionOutageDrill)
