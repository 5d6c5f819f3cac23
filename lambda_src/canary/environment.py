"""The function's settings, read once into one typed value."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from common.environment import SettingError, required


@dataclass(frozen=True, slots=True)
class Environment:
    """What the deployment tells this function. Names in capitals are the environment variables."""

    targets: Mapping[str, str]  # TARGETS: JSON, a target's label → the API's URL there, https
    region: str  # AWS_REGION, set by Lambda
    log_level: str  # LOG_LEVEL
    service: str  # POWERTOOLS_SERVICE_NAME
    metrics_namespace: str  # POWERTOOLS_METRICS_NAMESPACE

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Environment":
        """Read the settings.

        Raises:
            SettingError: one without a default is missing, or TARGETS is no map of labels to https URLs.
        """
        return cls(
            targets=_targets(required(environ, "TARGETS")),
            region=required(environ, "AWS_REGION"),
            log_level=environ.get("LOG_LEVEL", "INFO"),
            service=environ.get("POWERTOOLS_SERVICE_NAME", "canary"),
            metrics_namespace=environ.get("POWERTOOLS_METRICS_NAMESPACE", "TechModa/Canary"),
        )


def _targets(text: str) -> dict[str, str]:
    try:
        targets = json.loads(text)
    except ValueError as error:
        raise SettingError("TARGETS must be JSON") from error
    if not isinstance(targets, dict) or not targets:
        raise SettingError("TARGETS must be a JSON object with at least one target")
    for label, url in targets.items():
        if not isinstance(url, str) or urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
            raise SettingError(f"the target {label} must be an https URL, not {url!r}")
    return targets
