"""What drills/data-corruption.yaml calls; see `conduct` for how a run is found and a step fails."""

from __future__ import annotations

from typing import cast

from techmoda_ha.drills import steady_state
from techmoda_ha.drills.conduct import Configuration, holds, roll_back, run_of, step
from techmoda_ha.drills.corruption import readiness
from techmoda_ha.drills.corruption.drill import DataCorruptionDrill

__all__ = ["roll_back"]


def regions_answer(configuration: Configuration) -> bool:
    """Steady state: both regions answer."""
    return holds(configuration, "regions_answer", steady_state.regions_answer, settles=True)


def replication_is_fast(configuration: Configuration) -> bool:
    """Steady state: replication is fast."""
    return holds(configuration, "replication_is_fast", steady_state.replication_is_fast, settles=True)


def writes_can_be_read_back(configuration: Configuration) -> bool:
    """Steady state: the table's stream has both images, and point-in-time recovery is on."""
    return holds(configuration, "writes_can_be_read_back", readiness.writes_can_be_read_back)


def alarm_is_quiet(configuration: Configuration) -> bool:
    """Steady state: the alarm is not raised. After the drill it takes minutes, which nobody waits for."""
    drill = cast(DataCorruptionDrill, run_of(configuration).drill)
    if drill.incidents["rewind"].struck is not None:
        return True
    return holds(configuration, "alarm_is_quiet", readiness.alarm_is_quiet(drill.sights), settles=True)


def prepare(configuration: Configuration) -> bool:
    """Fill the shop and let clients work."""
    return step(configuration, DataCorruptionDrill.prepare, DataCorruptionDrill)


def strike(configuration: Configuration) -> bool:
    """Damage products while clients write."""
    return step(configuration, DataCorruptionDrill.strike, DataCorruptionDrill)


def wait_for_alarm(configuration: Configuration) -> bool:
    """Wait until the alarm is raised."""
    return step(configuration, DataCorruptionDrill.wait_for_alarm, DataCorruptionDrill)


def rewind(configuration: Configuration) -> bool:
    """Rewind by the stream."""
    return step(configuration, DataCorruptionDrill.rewind, DataCorruptionDrill)


def check_rewind(configuration: Configuration) -> bool:
    """Compare every product with the clients' log."""
    return step(configuration, DataCorruptionDrill.check_rewind, DataCorruptionDrill)


def strike_again(configuration: Configuration) -> bool:
    """Damage products again."""
    return step(configuration, DataCorruptionDrill.strike_again, DataCorruptionDrill)


def reconcile(configuration: Configuration) -> bool:
    """Restore and reconcile."""
    return step(configuration, DataCorruptionDrill.reconcile, DataCorruptionDrill)


def check_reconcile(configuration: Configuration) -> bool:
    """Compare every product with the clients' log again."""
    return step(configuration, DataCorruptionDrill.check_reconcile, DataCorruptionDrill)


def strike_a_third_time(configuration: Configuration) -> bool:
    """Damage products once more, where they are to be repaired at scale."""
    return step(configuration, DataCorruptionDrill.strike_a_third_time, DataCorruptionDrill)


def repair_at_scale(configuration: Configuration) -> bool:
    """Restore, and repair by the state machine."""
    return step(configuration, DataCorruptionDrill.repair_at_scale, DataCorruptionDrill)


def check_at_scale(configuration: Configuration) -> bool:
    """Compare every product with the clients' log once more, and let the clients go."""
    return step(configuration, DataCorruptionDrill.check_at_scale, DataCorruptionDrill)
