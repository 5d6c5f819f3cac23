"""Where a load test may go, and the process that puts the load on: that it ends, whatever happens."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
from rich.console import Console

from techmoda_ha.capacity.configuration import Workload
from techmoda_ha.environments import Target, Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.load import scenarios
from techmoda_ha.load.command import readable
from techmoda_ha.load.judgement import LoadObjectives, LoadRun
from techmoda_ha.load.runner import LoadTarget, LoadTest
from techmoda_ha.load.settings import LoadSettings
from techmoda_ha.network import DnsAnswer, Network

OBJECTIVES = LoadObjectives(error_percent=0.01, throttled_percent=0.01, p99_seconds=1.0)
RUN = LoadRun(scenarios.named("seed"), "local", "https://api.example/v1", 0.4, 1.0, 1, "Two cores.")
OUTPUTS = {
    "api_url": "https://api.shop.example/v1", "region": "us-east-1", "table_name": "t",
    "products_function_name": "p", "authorizer_function_name": "a",
}  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setattr("techmoda_ha.operations.outputs", lambda *_: OUTPUTS)
    monkeypatch.setattr("techmoda_ha.operations.write_token", lambda *_: "token")
    return Workspace(tmp_path, tmp_path / "build")


@pytest.mark.parametrize("named", [None, "api.other.example", "primary"])
def test_aws_is_not_loaded_unless_its_name_is_said(workspace: Workspace, named: str | None) -> None:
    with pytest.raises(HaError, match="needs the name of what it shall load"):
        LoadTarget.of(workspace, Target.AWS, {}, named)


def test_aws_is_loaded_when_its_name_is_said(workspace: Workspace) -> None:
    assert LoadTarget.of(workspace, Target.AWS, {}, "api.shop.example").host == "api.shop.example"


@pytest.mark.parametrize(
    ("addresses", "loaded"), [(("127.0.0.2",), True), (("127.0.0.2", "192.0.2.1"), False)]
)
def test_the_local_target_is_loaded_on_this_machine_only(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...], loaded: bool
) -> None:
    monkeypatch.setattr(Network, "look_up", lambda *_: DnsAnswer(addresses, 60))
    if loaded:
        LoadTarget.of(workspace, Target.LOCAL, {}, None)
        return
    with pytest.raises(HaError, match="not this machine"):
        LoadTarget.of(workspace, Target.LOCAL, {}, None)


@dataclass
class Interrupted(LoadTest):
    """A test that somebody stops as soon as its load process has begun; `script` is that process."""

    script: str = ""
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def _command(self) -> list[str]:
        return [sys.executable, "-c", self.script]

    def _follow(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        process.stdout.readline()
        self.started.append(process)
        raise KeyboardInterrupt


WRITES_WHEN_ENDED = """
import json, os, pathlib, signal, sys, time
def end(*_):
    total = {"count": 120, "failures": 3, "p50_seconds": 0.02, "p99_seconds": 0.4}
    file = json.loads(os.environ["HA_LOAD_SETTINGS"])["results"]
    pathlib.Path(file).write_text(json.dumps({"total": total}))
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("begun", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (WRITES_WHEN_ENDED, "Stopped after 120 requests: 3 failed, p50 0.02 s, p99 0.40 s."),
        ("print('begun', flush=True); import time; time.sleep(60)", "Stopped before anything was measured."),
    ],
)
def test_a_test_that_is_stopped_leaves_no_process_and_says_what_it_had_measured(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    monkeypatch.setattr(Network, "look_up", lambda *_: DnsAnswer(("127.0.0.2",), 60))
    target = LoadTarget.of(workspace, Target.LOCAL, {}, None)
    screen = Console(file=io.StringIO(), width=200)
    test = Interrupted(workspace, target, RUN, OBJECTIVES, Workload(), screen, script=script)
    with pytest.raises(KeyboardInterrupt):
        test.put_load()
    assert test.started[0].poll() is not None
    assert said in cast(io.StringIO, screen.file).getvalue()


def test_nothing_but_the_load_process_is_changed_by_gevent() -> None:
    """Importing every other module of the package leaves the standard library as it is."""
    script = (
        "import techmoda_ha.cli, techmoda_ha.load.runner, techmoda_ha.load.command, socket, sys, json;"
        "print(json.dumps([socket.socket.__module__, 'gevent' in sys.modules, 'locust' in sys.modules]))"
    )
    told = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert json.loads(told) == ["socket", False, False]


ARRIVALS = """
import json, time
from techmoda_ha.load import locustfile
from locust.env import Environment
came = []
locustfile._arrive = lambda *_: came.append(time.perf_counter())
environment = Environment(user_classes=[locustfile.Visitor])
runner = environment.create_local_runner()
runner.start(40, spawn_rate=1000)
locustfile.gevent.sleep(3 * locustfile.USER_SECONDS)
runner.quit()
print(json.dumps([(moment - came[0]) / locustfile.USER_SECONDS for moment in came]))
"""


def test_visitors_arrive_spread_over_time_and_not_in_step(tmp_path: Path) -> None:
    settings = LoadSettings(
        host="api.shop.example", base_path="/v1", token="", category="c", results=str(tmp_path / "r.json"),
        scenario=RUN.scenario, network=Network(None, 443, None), shares={"list": 1.0},
    )  # fmt: skip
    told = subprocess.run(
        [sys.executable, "-c", ARRIVALS], check=True, capture_output=True, text=True,
        env={**os.environ, **settings.to_variable()},
    ).stdout  # fmt: skip
    turns: list[float] = json.loads(told.splitlines()[-1])
    last_turn = [turn % 1 for turn in turns if turn >= 1.5]
    assert len(last_turn) >= 40
    most_at_once = max(Counter(int(20 * moment) for moment in last_turn).values())
    assert most_at_once < len(last_turn) / 3, "a twentieth of the time has a third of the arrivals"


@pytest.mark.parametrize(
    ("value", "words"), [(37746, "37,746"), (0, "0"), (62.43, "62.43"), (0.0223, "0.0223")]
)
def test_a_figure_is_readable_however_large_or_small(value: float, words: str) -> None:
    assert readable(value) == words
