"""What a scenario of the delivery drill is, and where it takes place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.drills.delivery.running import HaCommand
from techmoda_ha.drills.delivery.states import States
from techmoda_ha.drills.stage import Stage
from techmoda_ha.drills.telling import Telling
from techmoda_ha.environments import Workspace

Figures = dict[str, float]
CAPACITY = "TF_VAR_capacity"


class Scenario(Protocol):
    """One thing that can go wrong with a deployment."""

    @property
    def name(self) -> str:
        """Return its name."""

    def describe(self) -> str:
        """Say in words what it does."""

    def play(self, telling: Telling) -> Figures:
        """Play it, and return what was measured; raise HaError when it could not be played to its end."""

    def undo(self) -> None:
        """Undo what it changed; may be called at any time and more than once."""


@dataclass(frozen=True)
class Site:
    """The deployment and the checkout that it came from. `dr` are the outputs of envs/dr."""

    stage: Stage
    workspace: Workspace
    ha: HaCommand
    states: States
    dr: Mapping[str, Any]

    def served(self, region: Mapping[str, Any]) -> str:
        """Return the version that the products function's alias serves, by an environment's outputs."""
        with aws_errors_as("The alias could not be read.", "ha outputs"):
            found = self.stage.clients("lambda", region["region"]).get_alias(
                FunctionName=region["products_function_name"], Name=region["products_function_alias"]
            )
        return str(found["FunctionVersion"])

    def concurrency(self) -> int:
        """Return what Lambda in the DR region reserves for the authorizer: the drill's harmless change."""
        with aws_errors_as("The authorizer's concurrency could not be read.", "ha outputs"):
            found = self.stage.clients("lambda", self.dr["region"]).get_function_concurrency(
                FunctionName=self.dr["authorizer_function_name"]
            )
        return int(found["ReservedConcurrentExecutions"])

    def reserving(self, concurrency: int) -> dict[str, str]:
        """Return the input that makes an apply reserve that."""
        return {CAPACITY: json.dumps({"authorizer": {"reserved_concurrency": concurrency}})}
