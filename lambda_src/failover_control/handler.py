"""The cold start: importing this module builds the application from the environment, once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from common.cold_start import without_collections

if TYPE_CHECKING:
    from failover_control.application import Application


def _start() -> Application:
    from common.clock import SystemClock
    from failover_control.application import build
    from failover_control.environment import Environment

    return build(Environment.from_environ(os.environ), SystemClock())


_application = without_collections(_start)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request to /v1/failover/stop, or watch for a minute when the schedule says so."""
    return _application.handle(event, context)
