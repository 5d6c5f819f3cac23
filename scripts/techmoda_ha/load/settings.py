"""What the load process is told, as one JSON document in the environment."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from techmoda_ha.load.scenarios import Scenario
from techmoda_ha.network import Network

VARIABLE = "HA_LOAD_SETTINGS"


@dataclass(frozen=True)
class LoadSettings:
    """One run: where it goes and what it sends.

    `category` marks the products that it makes, `shares` are those of the kinds of requests and add up to 1,
    `results` is the file for what came of it. The token is a secret and stands in the environment only.
    """

    host: str
    base_path: str
    token: str
    category: str
    results: str
    scenario: Scenario
    network: Network
    shares: Mapping[str, float]

    def to_variable(self) -> dict[str, str]:
        """Return the environment variable that `from_variables` reads."""
        return {VARIABLE: json.dumps(asdict(self))}

    @classmethod
    def from_variables(cls, variables: Mapping[str, str] = os.environ) -> LoadSettings:
        """Read what `to_variable` wrote."""
        document = json.loads(variables[VARIABLE])
        scenario = document.pop("scenario")
        scenario["rates"] = tuple(scenario["rates"])
        network = Network(**document.pop("network"))
        return cls(**document, scenario=Scenario(**scenario), network=network)
