"""The cold start: importing this module builds the application from the environment, once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from common.cold_start import without_collections

if TYPE_CHECKING:
    from canary.application import Application


def _start() -> Application:
    from canary.application import build
    from canary.environment import Environment
    from common.clock import SystemClock

    return build(Environment.from_environ(os.environ), SystemClock())


_application = without_collections(_start)


def handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Visit every target when the schedule says so."""
    return _application.handle()
