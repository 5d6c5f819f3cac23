"""The cold start: importing this module builds the application from the environment, once.

It happens at import, not at the first request, because Lambda runs the import before it routes
traffic to an environment (and ahead of all traffic with provisioned concurrency).
"""

import os
from typing import Any

from common.cold_start import without_collections
from products_api.tracing import Handler, SampledTracing


def _start() -> Handler:
    from common.clock import SystemClock
    from products_api.application import build
    from products_api.environment import Environment

    environment = Environment.from_environ(os.environ)
    application = build(environment, SystemClock())
    logged: Handler = application.logger.inject_lambda_context(application.handle)
    return SampledTracing(logged, environment.service, os.environ)


_answer = without_collections(_start)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway REST proxy event."""
    return _answer(event, context)
