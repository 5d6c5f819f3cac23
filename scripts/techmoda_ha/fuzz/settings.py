"""What is generated and what is checked, as Schemathesis takes it.

Every check of Schemathesis is on, unless it is named here with the reason why it cannot hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from techmoda_ha.deployment import REQUEST_TIMEOUT_SECONDS, Route

LEFT_OUT = {
    "unsupported_method": "wants 405, but API Gateway answers an undefined method as an undefined path: 404",
}
"""Check → why it cannot hold for this API."""

# What a request that keeps to the schema may still meet. A generated product id names no product (404), a
# generated version or ETag is not the current one (409, 412), a generated key may have been used (422), and
# whether one of version and If-Match is there depends on both (428).
ACCEPTED = ["2xx", "304", "404", "409", "412", "422", "428"]
# A generated cursor keeps to the schema (any text) and is none that the API signed: 400.
ACCEPTED_LISTS = [*ACCEPTED, "400"]
# What is wrong is refused; these are the refusals that the API has besides Schemathesis' own list.
REFUSED = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428"]


def configuration(route: Route, token: str, *, examples: int, coverage: bool, seed: int) -> Mapping[str, Any]:
    """Return Schemathesis' configuration for one round in one region.

    Args:
        route: how to reach the region's API.
        token: a token that may write.
        examples: how many requests to generate for each operation, beyond coverage.
        coverage: whether to send the boundary values of every parameter and field as well; they are the
            same in every round.
        seed: what the generated requests follow from.
    """
    return {
        "base-url": route.base_url,
        "headers": {"Host": route.host},
        "auth": {"openapi": {"token": {"bearer": token}}},
        "seed": seed,
        "request-timeout": REQUEST_TIMEOUT_SECONDS,
        "continue-on-failure": True,
        "warnings": False,
        "generation": {
            "mode": "all",
            "max-examples": examples,
            "no-shrink": True,  # a failing request is reported as it is: shrinking takes minutes
            "database": "none",
        },
        "phases": {
            "examples": {"enabled": False},
            "coverage": {"enabled": coverage},
            "fuzzing": {"enabled": examples > 0},
            "stateful": {"enabled": False},
        },
        "checks": {
            **{name: {"enabled": False} for name in LEFT_OUT},
            "positive_data_acceptance": {"expected-statuses": ACCEPTED},
            "negative_data_rejection": {"expected-statuses": REFUSED},
        },
        "operations": [
            {
                "include-operation-id": "listProducts",
                "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED_LISTS}},
            }
        ],
    }
