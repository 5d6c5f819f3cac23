"""`ha logs` as a person meets it: events of a log group in the order of time, or why there are none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from click.testing import CliRunner, Result
from moto import mock_aws
from tests.unit.techmoda_ha import drill_kit

from techmoda_ha import operations
from techmoda_ha.cli import main
from techmoda_ha.environments import Environment
from techmoda_ha.errors import HaError
from techmoda_ha.logs import commands
from techmoda_ha.logs.reading import read_events

GROUP, BUILD = "/aws/lambda/shop-products", "/aws/codebuild/shop-ProveDr"
OUTPUTS = {
    Environment.PRIMARY: {
        "region": drill_kit.PRIMARY,
        "log_group_names": {"products": GROUP, "waf": "waf-logs"},
    },
    Environment.DR: {"region": drill_kit.DR, "log_group_names": {"products": GROUP, "failover": "latch"}},
}
NOW = datetime.now(UTC) - timedelta(minutes=20)  # Nothing may depend on when a test runs.
CLIENTS = cache(drill_kit.clients)


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Both regions' log groups; Terraform answers for the environment that is asked, and for no other."""
    monkeypatch.delenv("ENV", raising=False)
    monkeypatch.setattr(commands, "now", lambda: NOW)  # The run may have begun long before this test.
    monkeypatch.setattr(commands, "process_variables", lambda *_: {})
    monkeypatch.setattr(commands, "AwsClients", lambda _variables: CLIENTS)
    monkeypatch.setattr(
        operations, "outputs", lambda _workspace, environment, _variables: OUTPUTS[environment]
    )
    with mock_aws():
        for region, group in ((drill_kit.PRIMARY, GROUP), (drill_kit.DR, GROUP), (drill_kit.DR, BUILD)):
            CLIENTS("logs", region).create_log_group(logGroupName=group)
        yield


def ha(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["logs", *arguments])


def log(
    *messages: tuple[float, str], group: str = GROUP, region: str = drill_kit.PRIMARY, stream: str = "one"
) -> None:
    """Write messages, each so many minutes old, to a new stream."""
    client = CLIENTS("logs", region)
    client.create_log_stream(logGroupName=group, logStreamName=stream)
    events = [{"timestamp": moment(minutes), "message": text} for minutes, text in messages]
    client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def moment(minutes: float) -> int:
    """Return the moment so many minutes ago, in milliseconds."""
    return int((NOW - timedelta(minutes=minutes)).timestamp() * 1000)


def written(minutes: float) -> str:
    at = datetime.fromtimestamp(moment(minutes) / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_events_of_all_streams_are_printed_by_time_each_in_one_line() -> None:
    log((9, "first\n"), (3, "third"))
    log((5, "Traceback:\r  File x\n    boom\n"), stream="two")
    answer = ha("products")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout.splitlines() == [
        f"{written(9)} first",
        f"{written(5)} Traceback: |   File x |     boom",
        f"{written(3)} third",
    ]


def test_a_filter_lets_through_what_matches() -> None:
    log((3, "START"), (2, "ERROR no table"), (1, "END"))
    assert ha("products", "--filter", "ERROR").stdout == f"{written(2)} ERROR no table\n"


@pytest.mark.parametrize(("since", "seen"), [("90s", 1), ("15m", 2), ("2h", 3), ("1d", 4)])
def test_since_says_how_far_back(since: str, seen: int) -> None:
    log((23 * 60, "d"), (100, "c"), (10, "b"), (1, "a"))
    assert len(ha("products", "--since", since).stdout.splitlines()) == seen


def test_without_since_it_is_a_quarter_of_an_hour() -> None:
    log((16, "old"), (14, "new"))
    assert ha("products").stdout == f"{written(14)} new\n"


@pytest.mark.parametrize("since", ["15", "m", "0m", "-5m", "1.5h", "2w", "15 m", "9999d", "999999999d"])
def test_a_length_of_time_that_is_none_is_refused(since: str) -> None:
    answer = ha("products", f"--since={since}")
    assert answer.exit_code == 2
    assert "Usage: " in answer.stderr
    assert f"Invalid value for '--since': {since} is " in answer.stderr


class Pages:
    """Answers FilterLogEvents in two pages; the later one holds an event that arrived late."""

    exceptions = CLIENTS("logs", drill_kit.PRIMARY).exceptions

    def get_paginator(self, _operation: str) -> Pages:
        """Return what pages."""
        return self

    def paginate(self, **_request: Any) -> Iterator[dict[str, Any]]:
        """Yield the pages."""
        yield {"events": [self._event(1), self._event(3)], "nextToken": "more"}
        yield {"events": [self._event(2), self._event(4)]}

    def _event(self, second: int) -> dict[str, Any]:
        return {"timestamp": second * 1000, "logStreamName": "one", "message": f"{second}"}


def test_an_event_of_a_later_page_is_put_in_its_place() -> None:
    found = read_events(lambda *_: Pages(), "us-east-1", GROUP, NOW)
    assert [event.message for event in found] == ["1", "2", "3", "4"]


def test_every_page_is_read() -> None:
    for stream in ("one", "two"):  # Together more than a page, 10,000 events.
        log(*((2, f"{number}") for number in range(5_001)), stream=stream)
    assert len(read_events(CLIENTS, drill_kit.PRIMARY, GROUP, NOW - timedelta(hours=1))) == 10_002


def test_a_name_that_the_environment_does_not_have_is_refused_naming_those_that_it_has() -> None:
    answer = ha("orders", "--env", "dr")
    assert answer.exit_code == 2
    assert "Usage: " in answer.stderr
    assert "envs/dr has no log orders. It has: failover, products" in answer.stderr
    assert "waf" not in answer.stderr


def test_a_log_group_can_be_named_in_full_in_the_environments_region() -> None:
    log((1, "built"), group=BUILD, region=drill_kit.DR)
    assert ha(BUILD, "--env", "dr").stdout == f"{written(1)} built\n"
    elsewhere = ha(BUILD)
    assert elsewhere.exit_code == 2
    assert f"There is no log group {BUILD} in us-east-1." in elsewhere.stderr


def test_nothing_found_is_said_apart_from_the_events() -> None:
    log((60, "old"))
    answer = ha("products", "--filter", "ERROR")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr.startswith(f"Nothing that matches ERROR in {GROUP}, us-east-1, since 20")


def test_one_region_is_read_while_the_other_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    log((1, "serving"), region=drill_kit.DR)
    monkeypatch.delitem(OUTPUTS, Environment.PRIMARY)
    asked: list[str] = []

    def clients(service: str, region: str) -> Any:
        asked.append(region)
        return CLIENTS(service, region)

    monkeypatch.setattr(commands, "AwsClients", lambda _variables: clients)
    assert ha("products", "--env", "dr").stdout == f"{written(1)} serving\n"
    assert asked == [drill_kit.DR]


def test_an_environment_without_outputs_is_not_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OUTPUTS, Environment.DR, {})
    answer = ha("products", "--env", "dr")
    assert answer.exit_code == 2
    assert "error: envs/dr is not deployed." in answer.stderr


def test_json_is_one_document_with_where_and_what() -> None:
    log((2, "two\nlines\n"))
    assert json.loads(ha("products", "--json").stdout) == {
        "region": "us-east-1",
        "log_group": GROUP,
        "events": [{"at": written(2), "stream": "one", "message": "two\nlines"}],
    }
    nothing = ha("products", "--json", "--since", "30s")
    assert json.loads(nothing.stdout)["events"] == []
    assert nothing.stderr.startswith("Nothing in ")


METRICS = json.dumps({"_aws": {"Timestamp": 1, "CloudWatchMetrics": []}, "Latency": 3})


def test_records_of_metrics_are_counted_and_printed_only_when_asked_for() -> None:
    log((3, "START"), (2, METRICS), (1, "END"))
    answer = ha("products")
    assert answer.stdout.splitlines() == [f"{written(3)} START", f"{written(1)} END"]
    assert answer.stderr == "Not shown: 1 records of metrics (--raw).\n"
    raw = ha("products", "--raw")
    assert raw.stdout.splitlines()[1] == f"{written(2)} {METRICS}"
    assert raw.stderr == ""
    everything = ha("products", "--json")
    assert len(json.loads(everything.stdout)["events"]) == 3
    assert everything.stderr == ""


@pytest.mark.parametrize(
    "message",
    ['{"_aws": 1}', '["_aws"]', '{"_aws": {"Timestamp": 1}}', 'cut: {"_aws": {"CloudWatchMetrics"', '"_aws"'],
)
def test_what_only_looks_like_metrics_is_printed(message: str) -> None:
    log((1, message))
    assert ha("products").stdout == f"{written(1)} {message}\n"


def test_a_pattern_that_aws_refuses_is_told_in_its_words() -> None:
    refusing = CLIENTS("logs", drill_kit.PRIMARY)
    with pytest.raises(HaError, match="could not be read") as refused:
        # The API models refuse an empty name before anything is sent, as AWS refuses a wrong pattern.
        read_events(lambda *_: refusing, drill_kit.PRIMARY, "", NOW)
    assert "logGroupName" in refused.value.detail
