"""The cold start: importing this module loads the trusted keys from the environment, once."""

import os
from typing import Any

from aws_lambda_powertools import Logger

from authorizer.authorization import Authorizer
from authorizer.environment import Environment
from authorizer.tokens import TokenVerifier

_environment = Environment.from_environ(os.environ)
_authorizer = Authorizer(
    TokenVerifier(_environment.public_keys, _environment.issuer, _environment.audience),
    Logger(service=_environment.service, level=_environment.log_level),
)


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answer a REQUEST authorizer event of API Gateway with a policy, or fail with Unauthorized."""
    return _authorizer.authorize(event)
