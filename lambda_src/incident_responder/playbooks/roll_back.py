"""Errors right after a deployment: point the alias back to the version that served well before.

A canary is left to the state machine that takes it back (docs/decisions/0041): an alias with weights is not
touched. This playbook is for a version that got all the traffic at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from common.clock import Clock, rfc3339
from incident_responder.decisions import Act, Decision, Done, Leave
from incident_responder.incidents import Incident
from incident_responder.ledger import Served, is_earlier
from incident_responder.playbooks.aws import aws_errors_as

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

NAME = "roll-back"


@dataclass(frozen=True, slots=True)
class Parameters:
    """Which alias is led back, and how recent a deployment must be to be blamed."""

    function: str
    alias: str
    window_minutes: int = 30

    def __post_init__(self) -> None:
        if self.window_minutes < 1:
            raise ValueError("window_minutes must be at least 1")


@dataclass(frozen=True, slots=True)
class AliasState:
    """The alias as Lambda has it now. `revision` guards the change: Lambda refuses it after any other."""

    version: str
    revision: str
    has_canary: bool


def decide(alias: AliasState, served: Served, window: timedelta, now: datetime) -> str | None:
    """Return why the alias must stay as it is; None when it is to go back to the stable version."""
    if alias.has_canary:
        return "a canary is on trial, and its own alarm takes it back"
    if now - served.since > window:
        return f"version {served.version} serves since {rfc3339(served.since)}: no deployment is that recent"
    if served.stable is None:
        return f"no version is known that served well before version {served.version}"
    if not is_earlier(served.stable, served.version):
        return f"the alias was led back to version {served.version} already"
    return None


class RollBack:
    """The playbook for one alias. `observe` looks at the alias and returns what the ledger knows then."""

    name = NAME

    def __init__(
        self,
        parameters: Parameters,
        functions: LambdaClient,
        observe: Callable[[str, str], Served],
        clock: Clock,
    ) -> None:
        self._parameters = parameters
        self._resource = f"{parameters.function}:{parameters.alias}"
        self._functions = functions
        self._observe = observe
        self._clock = clock

    @property
    def alias(self) -> str:
        """Return the alias that is watched, as function:alias."""
        return self._resource

    def resource_of(self, incident: Incident) -> str:
        """Return the alias that is led back."""
        del incident  # It is the same for every incident.
        return self._resource

    def watch(self) -> Served:
        """Note which version is served. Raises PlaybookError, StoreError."""
        return self._observe(self._resource, self._alias().version)

    def assess(self, incident: Incident) -> Decision:
        """Decide whether a deployment is to blame. Raises PlaybookError, StoreError."""
        del incident
        alias = self._alias()
        served = self._observe(self._resource, alias.version)
        window = timedelta(minutes=self._parameters.window_minutes)
        objection = decide(alias, served, window, self._clock.now())
        details = {"version": alias.version, "since": rfc3339(served.since)}
        if objection is not None or served.stable is None:
            return Leave(f"{self._resource} stays as it is: {objection}", details)
        stable = served.stable
        summary = (
            f"point {self._resource} from version {alias.version}, served since {rfc3339(served.since)}, "
            f"back to version {stable}"
        )
        return Act(summary, lambda: self._point_back(alias, stable), details)

    def _alias(self) -> AliasState:
        with aws_errors_as(f"the alias {self._resource} cannot be read"):
            found: Any = self._functions.get_alias(
                FunctionName=self._parameters.function, Name=self._parameters.alias
            )
        weights = (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights")
        return AliasState(found["FunctionVersion"], found["RevisionId"], bool(weights))

    def _point_back(self, alias: AliasState, stable: str) -> Done:
        with aws_errors_as(f"the alias {self._resource} could not be pointed back to version {stable}"):
            self._functions.update_alias(
                FunctionName=self._parameters.function,
                Name=self._parameters.alias,
                FunctionVersion=stable,
                RevisionId=alias.revision,
            )
        self._observe(self._resource, stable)
        return Done(
            f"pointed {self._resource} from version {alias.version} back to version {stable}; the next apply "
            "would put it forward again, so withdraw or mend the version first",
            {"version_before": alias.version, "version": stable},
        )
