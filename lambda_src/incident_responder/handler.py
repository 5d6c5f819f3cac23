"""The cold start: importing this module builds the application from the environment, once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from common.cold_start import without_collections

if TYPE_CHECKING:
    from incident_responder.application import Application


def _start() -> Application:
    from common.clock import SystemClock
    from incident_responder.application import build
    from incident_responder.environment import Environment

    return build(Environment.from_environ(os.environ), SystemClock())


_application = without_collections(_start)


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer an event, or look which versions are served when the schedule says so."""
    return _application.handle(event, context)
