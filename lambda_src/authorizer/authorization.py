"""Answering one REQUEST authorizer event."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from authorizer.policy import policy
from authorizer.tokens import TokenError, TokenVerifier


class UnauthorizedError(Exception):
    """Makes API Gateway answer 401; it looks for exactly this message."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


class Log(Protocol):
    """As much of a logger as is needed here."""

    def warning(self, msg: object, /, **kwargs: Any) -> None:
        """Write a line."""
        ...


@dataclass(frozen=True, slots=True)
class Authorizer:
    """Turns events into policies."""

    verifier: TokenVerifier
    log: Log

    def authorize(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Return a policy: allow with the write scope, deny (403) without it.

        Raises:
            UnauthorizedError: there is no bearer token, or it proves nothing (401).
        """
        try:
            identity = self.verifier.verify(_bearer_token(event))
        except TokenError as error:
            self.log.warning("token refused", reason=str(error))  # the reason, never the token
            raise UnauthorizedError from error
        return policy(identity, event["methodArn"])


def _bearer_token(event: Mapping[str, Any]) -> str:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    scheme, _, token = (headers.get("authorization") or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenError("there is no bearer token")
    return token.strip()
