"""What Route 53's STOP check reads: GET /v1/failover/stop."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from failover_control.switch import SwitchError, SwitchStore

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


class StopEndpoint:
    """Answers whether the switch is engaged.

    Only a state that was read says "stopped": an answer out of a failure would take the primary region
    out of DNS.
    """

    def __init__(self, store: SwitchStore, logger: Logger) -> None:
        self._store = store
        self._logger = logger

    def answer(self) -> dict[str, Any]:
        """Return 200 when engaged, 404 when not, 503 when that cannot be found out."""
        try:
            engaged = self._store.read().engaged
        except SwitchError as error:
            self._logger.warning("the switch cannot be read", error=str(error))
            return _response(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "the switch cannot be read"})
        return _response(HTTPStatus.OK if engaged else HTTPStatus.NOT_FOUND, {"stopped": engaged})


def _response(status: HTTPStatus, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "statusCode": int(status),
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store"},
        # Compact: the health check searches for the text "stopped":true.
        "body": json.dumps(body, separators=(",", ":")),
    }
