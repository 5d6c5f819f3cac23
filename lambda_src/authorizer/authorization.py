"""Answering one REQUEST authorizer event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from authorizer.policy import policy
from authorizer.tokens import TokenError, TokenVerifier

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


class UnauthorizedError(Exception):
    """Makes API Gateway answer 401; it looks for exactly this message."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


@dataclass(frozen=True, slots=True)
class Authorizer:
    """Turns events into policies."""

    verifier: TokenVerifier
    log: Logger

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
