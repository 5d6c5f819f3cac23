"""The cold start: importing this module loads the trusted keys from the environment, once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from common.cold_start import without_collections

if TYPE_CHECKING:
    from authorizer.authorization import Authorizer


def _start() -> Authorizer:
    from aws_lambda_powertools.logging import Logger

    from authorizer.authorization import Authorizer
    from authorizer.environment import Environment
    from authorizer.tokens import TokenVerifier

    environment = Environment.from_environ(os.environ)
    verifier = TokenVerifier(environment.public_keys, environment.issuer, environment.audience)
    return Authorizer(verifier, Logger(service=environment.service, level=environment.log_level))


_authorizer = without_collections(_start)


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answer a REQUEST authorizer event of API Gateway with a policy, or fail with Unauthorized."""
    return _authorizer.authorize(event)
