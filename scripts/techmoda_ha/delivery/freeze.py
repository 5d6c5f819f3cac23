"""The freeze: while STOP is engaged an incident is open, and nobody deploys but those who work on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from techmoda_ha.aws_clients import AwsClients
from techmoda_ha.errors import HaError, ViolationError
from techmoda_ha.failover.switch import StopState, StopSwitch

OVERRIDE = "If this change is part of the work on the incident, say so: ha apply … --during-incident"


def stop_state(dr_outputs: Mapping[str, Any], variables: Mapping[str, str]) -> StopState:
    """Return the STOP switch's state; one that was never deployed is not engaged."""
    if not {"region", "stop_table_name"} <= dr_outputs.keys():
        return StopState()
    client = AwsClients(variables)("dynamodb", dr_outputs["region"])
    return StopSwitch(client, dr_outputs["stop_table_name"]).read()


def refuse_while_frozen(read: Callable[[], StopState]) -> None:
    """Raise ViolationError while STOP is engaged, and HaError when that cannot be told."""
    try:
        state = read()
    except HaError as error:
        raise HaError(
            f"Whether an incident is open cannot be told: {error.message}", OVERRIDE, detail=error.detail
        ) from error
    if state.engaged:
        raise ViolationError(
            f"Deployments are frozen: STOP is engaged since {state.at} by {state.by}: {state.reason}",
            f"Wait for `ha failover resume`. {OVERRIDE}",
        )
