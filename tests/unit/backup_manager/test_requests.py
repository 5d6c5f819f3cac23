"""What is asked is understood or refused with the reason."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from backup_manager import requests
from backup_manager.requests import RequestError, parse

AT = "2025-11-28T09:30:00Z"
MOMENT = datetime(2025, 11, 28, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"operacion": "restaurar", "fechaHora": AT}, requests.RestoreToTime(MOMENT)),
        (
            {"operacion": "restaurar", "fechaHora": AT, "usarUltimoTiempoRestaurable": False},
            requests.RestoreToTime(MOMENT),
        ),
        (
            {"operacion": "restaurar", "fechaHora": None, "usarUltimoTiempoRestaurable": True},
            requests.RestoreToLatest(),
        ),
        ({"operacion": "restaurar", "puntoRecuperacion": "arn:x"}, requests.RestoreFromPoint("arn:x")),
        ({"operacion": "validar"}, requests.ValidateBackups(None)),
        ({"operacion": "validar", "horas": 48}, requests.ValidateBackups(48)),
        ({"operacion": "estado"}, requests.TellStatus()),
        ({"operacion": "continuar"}, requests.Continue()),
        (
            {"detail-type": "Restore Job State Change", "detail": {"restoreJobId": "7"}},
            requests.RestoreEnded("7"),
        ),
    ],
)
def test_every_event_of_the_contract_is_understood(event: dict[str, Any], expected: requests.Request) -> None:
    assert parse(event) == expected


@pytest.mark.parametrize(
    "written",
    ["2025-11-28T09:30:00", "2025-11-28T10:30:00+01:00", "2025-11-28T09:30:00.000Z", 1764322200000],
)
def test_a_moment_is_read_as_the_original_read_it(written: object) -> None:
    assert parse({"operacion": "restaurar", "fechaHora": written}) == requests.RestoreToTime(MOMENT)


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({}, "tiene ninguno"),
        ({"usarUltimoTiempoRestaurable": False}, "tiene ninguno"),
        (
            {"fechaHora": AT, "usarUltimoTiempoRestaurable": True},
            "fechaHora y usarUltimoTiempoRestaurable",
        ),
        ({"fechaHora": AT, "puntoRecuperacion": "arn:x"}, "fechaHora y puntoRecuperacion"),
    ],
)
def test_a_restore_says_exactly_one_way(members: dict[str, Any], named: str) -> None:
    with pytest.raises(RequestError, match="exactamente uno") as refused:
        parse({"operacion": "restaurar", **members})
    assert named in str(refused.value)


@pytest.mark.parametrize(
    ("event", "named"),
    [
        ({"operacion": "restaurar", "fechaHora": "ayer"}, "fechaHora 'ayer'"),
        ({"operacion": "restaurar", "fechaHora": True}, "fechaHora True"),
        ({"operacion": "restaurar", "fechaHora": 1e300}, "fechaHora 1e"),
        ({"operacion": "restaurar", "usarUltimoTiempoRestaurable": "sí"}, "true o false"),
        ({"operacion": "restaurar", "puntoRecuperacion": "punto"}, "ARN"),
        ({"operacion": "validar", "horas": 0}, "horas"),
        ({"operacion": "validar", "horas": True}, "horas"),
        ({"operacion": "borrar"}, "'borrar' no existe"),
        ({}, "None no existe"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_name(event: dict[str, Any], named: str) -> None:
    with pytest.raises(RequestError) as refused:
        parse(event)
    assert named in str(refused.value)
