"""The cold start: importing this module builds the application from the environment, once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from common.cold_start import without_collections

if TYPE_CHECKING:
    from backup_manager.application import Application


def _start() -> Application:
    from backup_manager.application import build
    from backup_manager.environment import Environment
    from common.clock import SystemClock

    return build(Environment.from_environ(os.environ), SystemClock())


_application = without_collections(_start)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an operator, or do what EventBridge says is due."""
    return _application.handle(event, context)
