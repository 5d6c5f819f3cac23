"""The cold start: importing this module builds the application from the environment, once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from common.cold_start import without_collections

if TYPE_CHECKING:
    from recovery_worker.application import Application


def _start() -> Application:
    from common.clock import SystemClock
    from recovery_worker.application import build
    from recovery_worker.environment import Environment

    return build(Environment.from_environ(os.environ), SystemClock())


_application = without_collections(_start)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Do one task of the state machine."""
    return _application.handle(event, context)
