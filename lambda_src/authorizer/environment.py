"""The authorizer's settings: whom it trusts. All of it public; nothing here is a secret."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from common.environment import SettingError, required


@dataclass(frozen=True, slots=True)
class Environment:
    """What the deployment tells this function. Names in capitals are the environment variables."""

    issuer: str  # JWT_ISSUER
    audience: str  # JWT_AUDIENCE
    public_keys: Mapping[str, str]  # JWT_PUBLIC_KEYS: JSON object, key id → RSA public key in PEM
    log_level: str  # LOG_LEVEL
    service: str  # POWERTOOLS_SERVICE_NAME

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Environment":
        """Read the settings.

        Raises:
            SettingError: one is missing, or the keys are not a JSON object of texts with at least one key.
        """
        return cls(
            issuer=required(environ, "JWT_ISSUER"),
            audience=required(environ, "JWT_AUDIENCE"),
            public_keys=_keys(required(environ, "JWT_PUBLIC_KEYS")),
            log_level=environ.get("LOG_LEVEL", "INFO"),
            service=environ.get("POWERTOOLS_SERVICE_NAME", "authorizer"),
        )


def _keys(text: str) -> dict[str, str]:
    try:
        keys = json.loads(text)
    except ValueError as error:
        raise SettingError("JWT_PUBLIC_KEYS must be JSON") from error
    if not isinstance(keys, dict) or not keys or not all(isinstance(pem, str) for pem in keys.values()):
        raise SettingError("JWT_PUBLIC_KEYS must map at least one key id to a PEM text")
    return keys
