"""The function as it is called: by a health checker, by the schedule, by something else."""

from __future__ import annotations

import importlib
import io
import json
import re
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics
from tests.unit.failover_control.fakes import Looks, StoppedClock, Store

from common.environment import SettingError
from failover_control.application import Application, UnknownEventError
from failover_control.endpoint import StopEndpoint
from failover_control.environment import Environment
from failover_control.latch import Latch, Timing
from failover_control.switch import Switch, SwitchStore
from failover_control.whereabouts import Led, Whereabouts

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = {
    "ACTIVE_HOST": "api-active.example.com",
    "ARM_AFTER_SECONDS": "92",
    "AWS_REGION": "us-west-2",
    "DR_HOST": "api-us-west-2.example.com",
    "FAILOVER_TABLE": "shop-failover",
    "LOOK_EVERY_SECONDS": "5",
    "PRIMARY_HOST": "api-us-east-1.example.com",
}
REQUEST = {"httpMethod": "GET", "path": "/failover/stop"}
TICK = {"source": "aws.events", "detail-type": "Scheduled Event"}
ENGAGED = Switch(engaged=True, armed=False, reason="r", by="latch", at="2025-11-28T09:00:00.000Z", version=2)
ARMED = Switch(engaged=False, armed=True, reason="r", by="latch", at="2025-11-28T09:00:00.000Z", version=1)


class Context:
    """The little of Lambda's context that the function reads."""

    def __init__(self, milliseconds: int = 75_000) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


def application(store: Store, looks: Looks | None = None, clock: StoppedClock | None = None) -> Application:
    clock = clock or StoppedClock()
    switch = cast("SwitchStore", store)
    logger = Logger(service=f"failover-{id(store)}", stream=io.StringIO())
    latch = Latch(
        switch, looks or Looks([Led.TO_PRIMARY]), Timing(5, 92), clock=clock, sleep=clock.sleep, logger=logger
    )
    metrics = EphemeralMetrics(namespace="TechModa/Failover", service="failover-control")
    return Application(StopEndpoint(switch, logger), latch, metrics)


def handle(made: Application, event: dict[str, Any], milliseconds: int = 75_000) -> dict[str, Any]:
    context: Any = Context(milliseconds)
    return made.handle(event, context)


@pytest.mark.parametrize(
    ("store", "status", "body"),
    [
        (Store(ENGAGED), 200, '{"stopped":true}'),
        (Store(ARMED), 404, '{"stopped":false}'),
        (Store(), 404, '{"stopped":false}'),
        (Store(ENGAGED, unreadable=True), 503, '{"error":"the switch cannot be read"}'),
    ],
)
def test_only_a_switch_that_was_read_as_engaged_says_stopped(store: Store, status: int, body: str) -> None:
    answer = handle(application(store), REQUEST)
    assert (answer["statusCode"], answer["body"]) == (status, body)
    assert ('"stopped":true' in answer["body"]) == (status == 200)


def test_the_health_check_searches_for_what_the_endpoint_says() -> None:
    [searched] = re.findall(
        r'search_string += "(.+)"', (ROOT / "modules/failover/health_check.tf").read_text()
    )
    body = handle(application(Store(ENGAGED)), REQUEST)["body"]
    assert searched.replace('\\"', '"') in body


def test_no_cache_may_keep_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert handle(application(Store()), REQUEST)["headers"]["Cache-Control"] == "no-store"
    assert capsys.readouterr().out == ""


def metrics_of(text: str) -> dict[str, float]:
    """Return the metrics of the one EMF line, by name."""
    [line] = text.splitlines()
    document = json.loads(line)
    [directive] = document["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "TechModa/Failover"
    assert directive["Dimensions"] == [["service"]]
    return {metric["Name"]: document[metric["Name"]][0] for metric in directive["Metrics"]}


def test_a_tick_that_engages_reports_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert handle(application(Store(ARMED), Looks([Led.TO_DR])), TICK) == {"engaged_now": True}
    figures = {"LatchWorking": 1, "LatchEngaged": 1, "StopEngaged": 1, "LatchArmed": 0, "LedToDr": 1}
    assert metrics_of(capsys.readouterr().out) == figures


def test_a_quiet_tick_reports_that_the_latch_is_armed(capsys: pytest.CaptureFixture[str]) -> None:
    handle(application(Store(ARMED)), TICK)
    figures = {"LatchWorking": 1, "LatchEngaged": 0, "StopEngaged": 0, "LatchArmed": 1, "LedToDr": 0}
    assert metrics_of(capsys.readouterr().out) == figures


def test_a_tick_that_did_not_learn_where_dns_leads_claims_nothing_about_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    handle(application(Store(ARMED), Looks([Led.UNKNOWN])), TICK)
    assert "LedToDr" not in metrics_of(capsys.readouterr().out)
    handle(application(Store(ENGAGED), Looks([Led.TO_DR])), TICK)
    assert "LedToDr" not in metrics_of(capsys.readouterr().out)


def test_the_responder_may_ask_for_a_watch() -> None:
    assert handle(application(Store(ARMED), Looks([Led.TO_DR])), {"source": "incident-responder"}) == {
        "engaged_now": True
    }


def test_a_tick_that_could_not_read_the_switch_claims_nothing_about_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    handle(application(Store(unreadable=True)), TICK)
    assert metrics_of(capsys.readouterr().out) == {"LatchWorking": 0, "LatchEngaged": 0}


@pytest.mark.parametrize(("milliseconds", "slept"), [(75_000, 55.0), (30_000, 15.0)])
def test_a_watch_ends_before_lambda_ends_it(milliseconds: int, slept: float) -> None:
    clock = StoppedClock()
    handle(application(Store(ARMED), clock=clock), TICK, milliseconds)
    assert clock.slept == slept


def test_an_event_of_nobody_is_refused() -> None:
    with pytest.raises(UnknownEventError, match="Records"):
        handle(application(Store()), {"Records": []})


def whereabouts(resolve: Callable[[str], str]) -> Whereabouts:
    settings = Environment.from_environ(SETTINGS)
    return Whereabouts(settings.active_host, settings.primary_host, settings.dr_host, resolve)


@pytest.mark.parametrize(
    ("name", "led"),
    [
        ("api-us-east-1.example.com", Led.TO_PRIMARY),
        ("API-US-WEST-2.example.com.", Led.TO_DR),
        ("api-active.example.com", Led.UNKNOWN),
    ],
)
def test_the_end_of_the_cname_tells_the_region(name: str, led: Led) -> None:
    assert whereabouts({"api-active.example.com": name}.__getitem__).look() is led


def test_a_failed_look_up_tells_nothing() -> None:
    def resolve(_host: str) -> str:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    assert whereabouts(resolve).look() is Led.UNKNOWN


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_each_setting_is_required(name: str) -> None:
    with pytest.raises(SettingError, match=name):
        Environment.from_environ({key: value for key, value in SETTINGS.items() if key != name})


@pytest.mark.parametrize("text", ["soon", "0", "-5", "nan", "inf"])
def test_seconds_are_a_number_above_zero(text: str) -> None:
    with pytest.raises(SettingError, match="ARM_AFTER_SECONDS"):
        Environment.from_environ({**SETTINGS, "ARM_AFTER_SECONDS": text})


def test_the_handler_starts_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, "failover_control.handler", raising=False)
    module = importlib.import_module("failover_control.handler")
    with pytest.raises(UnknownEventError):
        module.handler({}, Context())
