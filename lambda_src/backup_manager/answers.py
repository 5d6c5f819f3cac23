"""What the function answers, in the words of the original contract. No I/O."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from common.clock import rfc3339

Answer = dict[str, Any]

VALIDATED = "Validación de respaldos completada"
RESTORE_STARTED = "Restauración iniciada"
# What could not be done, by the operation asked for.
FAILURES = {
    "restaurar": "Error al iniciar la restauración",
    "validar": "Error al validar respaldos",
}


def answer(message: str, **members: Any) -> Answer:
    """Return a good answer; moments are written as RFC 3339."""
    return _answer(HTTPStatus.OK, {"mensaje": message, **members})


def validation(backups: int, hours: int) -> Answer:
    """Return how many backups the last hours brought, and if that is enough; `horas` is an addition."""
    state = "EXITOSO" if backups > 0 else "FALLIDO"
    return answer(VALIDATED, estadoValidacion=state, numeroRespaldos=backups, horas=hours)


def refusal(operation: object, reason: str) -> Answer:
    """Return why what was asked for cannot be done, whatever is tried."""
    return _answer(HTTPStatus.BAD_REQUEST, {"mensaje": _failure(operation), "error": reason})


def failure(operation: object, reason: str) -> Answer:
    """Return what went wrong at AWS's."""
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, {"mensaje": _failure(operation), "error": reason})


def _failure(operation: object) -> str:
    return FAILURES.get(str(operation), f"Error en la operación {operation}")


def _answer(status: HTTPStatus, body: Mapping[str, Any]) -> Answer:
    return {"statusCode": int(status), "body": json.dumps(body, default=_plain, ensure_ascii=False)}


def _plain(value: object) -> str:
    return rfc3339(value) if isinstance(value, datetime) else str(value)
