"""The cold start: importing this module builds the application from the environment, once.

It happens at import, not at the first request, because Lambda runs the import before it routes
traffic to an environment (and ahead of all traffic with provisioned concurrency).
"""

import os
from typing import Any

from aws_lambda_powertools import Tracer

from common.clock import SystemClock
from products_api.application import build
from products_api.environment import Environment

_environment = Environment.from_environ(os.environ)
_application = build(_environment, SystemClock())
_tracer = Tracer(service=_environment.service, patch_modules=["botocore"])


@_tracer.capture_lambda_handler(capture_response=False)
@_application.logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway REST proxy event."""
    return _application.handle(event, context)
