"""Lambda functions reach AWS through their own region's address.

On AWS a function runs inside its region, so when the region is cut off its SDK calls fail, whichever
service or region they go to. A function that sets AWS_ENDPOINT_URL itself keeps its own value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_aws.fills import Fill
from local_aws.settings import Settings


def _install(settings: Settings) -> None:
    from ministack.core import lambda_runtime

    original = lambda_runtime.Worker.__init__

    def with_region_endpoint(self: Any, func_name: str, config: Mapping[str, Any], code_zip: bytes) -> None:
        region = config.get("FunctionArn", "").split(":")[3]
        if region in settings.regions:
            config = _with_variable(config, "AWS_ENDPOINT_URL", settings.region_url(region))
        original(self, func_name, config, code_zip)

    lambda_runtime.Worker.__init__ = with_region_endpoint


def _with_variable(config: Mapping[str, Any], name: str, value: str) -> dict[str, Any]:
    """A copy of the function's configuration with one more environment variable, unless it is set."""
    environment = config.get("Environment") or {}
    variables = {name: value, **(environment.get("Variables") or {})}
    return {**config, "Environment": {**environment, "Variables": variables}}


FILL = Fill(
    name="regional_functions",
    requires=("ministack.core.lambda_runtime.Worker.__init__", "ministack.core.lambda_runtime.Worker._spawn"),
    install=_install,
)
