"""A Terraform whose AWS has died is ended soon; one whose AWS is slow is left alone."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from techmoda_ha import endpoint_watch
from techmoda_ha.endpoint_watch import EndpointWatch, answers


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_watch, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(
        endpoint_watch, "ESCALATION", tuple((number, 0.3) for number, _ in endpoint_watch.ESCALATION)
    )


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    code = (
        "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); "
        "print(1, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        yield process
        process.kill()


def test_a_process_that_ignores_polite_signals_is_ended_when_its_aws_is_gone(
    process: subprocess.Popen[str],
) -> None:
    with EndpointWatch("http://127.0.0.1:1", process, lambda _: False) as watch:
        process.wait(timeout=10)
    assert watch.died


def test_a_refusal_between_answers_is_forgiven(process: subprocess.Popen[str]) -> None:
    heard = iter([False, False, True] * 1000)
    with EndpointWatch("http://127.0.0.1:1", process, lambda _: next(heard)) as watch:
        time.sleep(0.3)
    assert not watch.died
    assert process.poll() is None


def test_without_an_endpoint_nothing_is_watched(process: subprocess.Popen[str]) -> None:
    with EndpointWatch(None, process, lambda _: False) as watch:
        time.sleep(0.2)
    assert not watch.died
    assert process.poll() is None


def test_a_listening_endpoint_answers_and_a_closed_one_does_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        assert answers(url)
    assert not answers(url)
