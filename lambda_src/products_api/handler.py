"""The cold start: importing this module builds the application from the environment, once.

It happens at import, not at the first request, because Lambda runs the import before it routes
traffic to an environment (and ahead of all traffic with provisioned concurrency).
"""

import os
from typing import Any

from common.clock import SystemClock
from products_api.application import build
from products_api.environment import Environment
from products_api.tracing import SampledTracing

_environment = Environment.from_environ(os.environ)
_application = build(_environment, SystemClock())
_logged = _application.logger.inject_lambda_context(_application.handle)
_answer = SampledTracing(_logged, _environment.service, os.environ)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway REST proxy event."""
    return _answer(event, context)
