"""What the function is asked to do. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

RESTORE_EVENT = "Restore Job State Change"
MOST_HOURS = 24 * 365


class RequestError(ValueError):
    """The event asks for nothing that can be done; the message (Spanish, for operators) says why."""


@dataclass(frozen=True, slots=True)
class RestoreToTime:
    """Restore the table as it was at a moment."""

    at: datetime


@dataclass(frozen=True, slots=True)
class RestoreToLatest:
    """Restore the table as it was at the latest moment that can be restored."""


@dataclass(frozen=True, slots=True)
class RestoreFromPoint:
    """Restore a recovery point of this region's vault."""

    arn: str


@dataclass(frozen=True, slots=True)
class ValidateBackups:
    """Say whether there are recent backups; `hours` is None for the configured age."""

    hours: int | None


@dataclass(frozen=True, slots=True)
class TellStatus:
    """Say what can be restored, and what is being restored."""


@dataclass(frozen=True, slots=True)
class Continue:
    """Take every restored table on that is not finished."""


@dataclass(frozen=True, slots=True)
class RestoreEnded:
    """A restore job of AWS Backup has ended."""

    job_id: str


Restore = RestoreToTime | RestoreToLatest | RestoreFromPoint
Request = Restore | ValidateBackups | TellStatus | Continue | RestoreEnded


def parse(event: Mapping[str, Any]) -> Request:
    """Read an operator's or EventBridge's event. Raises RequestError."""
    if event.get("detail-type") == RESTORE_EVENT:
        return RestoreEnded(str(event["detail"]["restoreJobId"]))
    match event.get("operacion"):
        case "restaurar":
            return _restore(event)
        case "validar":
            return ValidateBackups(_hours(event.get("horas")))
        case "estado":
            return TellStatus()
        case "continuar":
            return Continue()
        case other:
            raise RequestError(
                f"operacion {other!r} no existe: las que hay son restaurar, validar, estado y continuar"
            )


def _restore(event: Mapping[str, Any]) -> Restore:
    """Read what shall be restored: exactly one of the three ways to say it."""
    latest = event.get("usarUltimoTiempoRestaurable")
    if latest is not None and not isinstance(latest, bool):
        raise RequestError(f"usarUltimoTiempoRestaurable es true o false, no {latest!r}")
    at, point = event.get("fechaHora"), event.get("puntoRecuperacion")
    given = [
        name
        for name, is_given in (
            ("fechaHora", at is not None),
            ("usarUltimoTiempoRestaurable", bool(latest)),
            ("puntoRecuperacion", point is not None),
        )
        if is_given
    ]
    if len(given) != 1:
        raise RequestError(
            "indique exactamente uno de fechaHora, usarUltimoTiempoRestaurable (true) y puntoRecuperacion; "
            f"el evento tiene {' y '.join(given) or 'ninguno'}"
        )
    if latest:
        return RestoreToLatest()
    return RestoreToTime(_moment(at)) if at is not None else RestoreFromPoint(_arn(point))


def _moment(value: object) -> datetime:
    """Read what JavaScript's Date reads: ISO 8601 (UTC unless it says otherwise) or epoch milliseconds."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise RequestError(f"fechaHora {value!r} no es una fecha y hora ISO 8601") from error
    raise RequestError(f"fechaHora {value!r} no es una fecha y hora ISO 8601")


def _arn(value: object) -> str:
    if not isinstance(value, str) or not value.startswith("arn:"):
        raise RequestError(f"puntoRecuperacion {value!r} no es el ARN de un punto de recuperación")
    return value


def _hours(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_HOURS:
        raise RequestError(f"horas es un número entero entre 1 y {MOST_HOURS}, no {value!r}")
    return value
