"""`ha queues` as a person meets it: what waits is seen, and stays until somebody clears it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from click.testing import CliRunner, Result
from moto import mock_aws
from tests.unit.techmoda_ha import drill_kit

from techmoda_ha import operations
from techmoda_ha.cli import main
from techmoda_ha.environments import Environment, Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.queues import commands
from techmoda_ha.queues.parked import SCHEDULED_INPUTS
from techmoda_ha.queues.queue import EventQueue
from techmoda_ha.queues.redriving import Redriver

BACKUPS, PARKED = "shop-backups-failed-events", "shop-incidents-parked"
OUTPUTS: dict[str, Any] = {
    "region": drill_kit.PRIMARY,
    "failed_event_queue_names": {"backups": BACKUPS, "incidents": PARKED},
    "incident_function_name": "shop-incidents",
}
MANAGER = "arn:aws:lambda:us-east-1:111111111111:function:shop-backups:live"
TICK = {"operacion": "continuar"}
SCHEDULED = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
RESTORED = {"source": "aws.backup", "detail": {"restoreJobId": "one"}}
CLIENTS = cache(drill_kit.clients)


class Functions:
    """Lambda that notes what it is given, and refuses when it is told to."""

    def __init__(self) -> None:
        self.given: list[tuple[str, Any]] = []

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> None:  # noqa: N803
        """Take an event."""
        assert InvocationType == "Event"
        self.given.append((FunctionName, json.loads(Payload)))


@pytest.fixture
def functions() -> Functions:
    return Functions()


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch, functions: Functions) -> Iterator[None]:
    """The queues of the primary region; moto's SQS, and a Lambda that only takes notes."""

    def clients(service: str, region: str) -> Any:
        return functions if service == "lambda" else CLIENTS(service, region)

    monkeypatch.delenv("ENV", raising=False)
    monkeypatch.delenv("TARGET", raising=False)
    monkeypatch.setattr(commands, "process_variables", lambda *_: {})
    monkeypatch.setattr(commands, "AwsClients", lambda _variables: clients)
    monkeypatch.setattr("techmoda_ha.queues.queue.SEARCH_SECONDS", 0)
    deployed = {Environment.PRIMARY: OUTPUTS, Environment.DR: {}}
    monkeypatch.setattr(operations, "outputs", lambda _workspace, where, _variables: deployed[where])
    with mock_aws():
        for name in (BACKUPS, PARKED):
            CLIENTS("sqs", drill_kit.PRIMARY).create_queue(QueueName=name)
        yield


def ha(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(main, ["queues", *arguments], input=answer)


def url(queue: str = BACKUPS) -> str:
    return str(CLIENTS("sqs", drill_kit.PRIMARY).get_queue_url(QueueName=queue)["QueueUrl"])


def send(body: Any, queue: str = BACKUPS, **told: str) -> None:
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in told.items()}
    text = body if isinstance(body, str) else json.dumps(body)
    CLIENTS("sqs", drill_kit.PRIMARY).send_message(
        QueueUrl=url(queue), MessageBody=text, MessageAttributes=attributes
    )


def failed(payload: Any, error: Mapping[str, str] | None = None) -> dict[str, Any]:
    """An invocation record, as Lambda sends it to a destination."""
    return {
        "version": "1.0",
        "requestContext": {
            "functionArn": MANAGER, "condition": "RetriesExhausted", "approximateInvokeCount": 3,
        },
        "requestPayload": payload,
        "responsePayload": error,
    }  # fmt: skip


def waiting(queue: str = BACKUPS) -> int:
    """Return how many messages anybody could receive right now."""
    asked = {"QueueUrl": url(queue), "AttributeNames": ["ApproximateNumberOfMessages"]}
    told = CLIENTS("sqs", drill_kit.PRIMARY).get_queue_attributes(**asked)
    return int(told["Attributes"]["ApproximateNumberOfMessages"])


def test_every_queue_of_an_environment_is_listed_with_what_waits_in_it() -> None:
    send(failed(TICK))
    send(failed(RESTORED))
    answer = ha("list")
    assert answer.exit_code == 0
    assert [line.split() for line in answer.stdout.splitlines()] == [
        ["backups", "2", "waiting", BACKUPS], ["incidents", "0", "waiting", PARKED],
    ]  # fmt: skip
    assert json.loads(ha("list", "--json").stdout) == {
        "region": "us-east-1",
        "queues": [
            {"name": "backups", "queue": BACKUPS, "waiting": 2, "in_hand": 0},
            {"name": "incidents", "queue": PARKED, "waiting": 0, "in_hand": 0},
        ],
    }


@pytest.mark.parametrize("name", ["backups", BACKUPS])
def test_a_look_says_whose_event_it_is_what_happened_and_why(name: str) -> None:
    send(failed(RESTORED, {"errorType": "ClientError", "errorMessage": "no such job"}))
    answer = ha("look", name)
    assert answer.exit_code == 0
    first, *rest = answer.stdout.splitlines()
    assert re.fullmatch(r"20\S+Z shop-backups: RetriesExhausted after 3 tries\.", first)
    assert rest == [f"  event  {json.dumps(RESTORED)}", "  error  ClientError: no such job"]
    assert answer.stderr == f"1 event in {BACKUPS}, us-east-1.\n"


def test_a_look_takes_nothing_out_and_hides_nothing_from_the_next_one() -> None:
    for number in range(12):  # More than SQS gives at a time.
        send(failed({"number": number}))
    for _ in range(2):
        shown = json.loads(ha("look", "backups", "--json").stdout)["events"]
        assert sorted(one["event"]["number"] for one in shown) == list(range(12))
        assert waiting() == 12
    few = ha("look", "backups", "--limit", "3")
    assert few.stdout.count("  event  ") == 3
    assert "there may be more" in few.stderr


@pytest.mark.parametrize("payload", [SCHEDULED, *SCHEDULED_INPUTS])
def test_what_a_schedule_sent_is_called_a_tick(payload: Any) -> None:
    send(failed(payload))
    assert "tick: out of date, safe to discard" in ha("look", "backups").stdout
    assert "(1 of them a schedule's ticks)" in ha("look", "backups").stderr


@pytest.mark.parametrize(
    "payload",
    [
        RESTORED,
        {"operacion": "restaurar", "usarUltimoTiempoRestaurable": True},
        {**TICK, "more": 1},
        {"source": "aws.events", "detail-type": "Something else"},
        "continuar",
        [TICK],
    ],
)
def test_what_nobody_will_send_again_is_no_tick(payload: Any) -> None:
    send(failed(payload))
    assert "tick" not in ha("look", "backups").stdout


def test_the_ticks_are_what_the_schedules_of_the_backup_manager_send() -> None:
    module = Workspace.from_environment().root / "modules" / "backup" / "modules" / "manager" / "events.tf"
    sent = re.findall(r'jsonencode\(\{ operacion = "(\w+)" \}\)', module.read_text())
    assert sent == [one["operacion"] for one in SCHEDULED_INPUTS]


def test_events_that_the_responder_or_eventbridge_parked_say_why() -> None:
    send(RESTORED, PARKED, Kind="unknown", Reason="no playbook is for it")
    rule, target = "arn:aws:events:us-east-1:111111111111:rule/shop-alarms", MANAGER
    send(RESTORED, PARKED, RULE_ARN=rule, TARGET_ARN=target, ERROR_CODE="NO_PERMISSIONS", ERROR_MESSAGE="no")
    send("no JSON", PARKED)
    told = ha("look", "incidents").stdout
    assert "an event: parked as unknown." in told
    assert "  error  no playbook is for it" in told
    assert "shop-backups: EventBridge could not deliver it (rule shop-alarms)." in told
    assert "  error  NO_PERMISSIONS: no" in told
    assert 'an event: sent here as it is.\n  event  "no JSON"' in told


def test_an_empty_queue_is_no_error() -> None:
    answer = ha("look", "backups")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == f"0 events in {BACKUPS}, us-east-1.\n"


def test_redrive_sends_events_to_their_function_and_leaves_the_ticks(functions: Functions) -> None:
    for payload in (RESTORED, TICK):
        send(failed(payload))
    answer = ha("redrive", "backups")
    assert answer.exit_code == 0
    assert functions.given == [(MANAGER, RESTORED)]
    assert "1 sent again. A schedule's ticks stay (1)" in answer.stdout
    assert waiting() == 1
    again = ha("redrive", "backups", "--json")
    assert json.loads(again.stdout)["sent"] == 0
    assert len(functions.given) == 1


def test_what_the_responder_parked_goes_to_the_responder_again(functions: Functions) -> None:
    send(RESTORED, PARKED, Kind="unknown")
    assert ha("redrive", PARKED).exit_code == 0
    assert functions.given == [("shop-incidents:live", RESTORED)]


def test_an_event_for_nobody_stays_and_is_a_violation(functions: Functions) -> None:
    send(RESTORED)
    answer = ha("redrive", "backups")
    assert answer.exit_code == 1
    assert "of 1 nobody says which function they are for; they stay" in answer.stderr
    assert (functions.given, waiting()) == ([], 1)


def test_an_event_that_lambda_does_not_take_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    send(failed(RESTORED))
    monkeypatch.setattr(commands, "AwsClients", lambda _variables: CLIENTS)  # moto has no such function.
    answer = ha("redrive", "backups")
    assert answer.exit_code == 2
    assert "could not be given an event; 0 of 1 were sent" in answer.stderr
    assert waiting() == 1


def test_a_purge_empties_the_queue_and_may_be_repeated() -> None:
    for payload in (RESTORED, TICK):
        send(failed(payload))
    answer = ha("purge", "backups")
    assert (answer.exit_code, waiting()) == (0, 0)
    assert answer.stdout == (
        f"{BACKUPS}, us-east-1: 2 events (1 of them a schedule's ticks) discarded, 0 left.\n"
    )
    again = ha("purge", "backups")
    assert (again.exit_code, again.stdout) == (0, f"{BACKUPS}, us-east-1: 0 events discarded, 0 left.\n")


def test_a_purge_of_ticks_leaves_what_is_worth_something() -> None:
    for payload in (RESTORED, TICK, SCHEDULED):
        send(failed(payload))
    answer = ha("purge", "backups", "--ticks", "--json")
    assert json.loads(answer.stdout)["discarded"] == 2
    left = json.loads(ha("look", "backups", "--json").stdout)["events"]
    assert [one["event"] for one in left] == [RESTORED]


@pytest.mark.parametrize("verb", [("purge",), ("purge", "--ticks"), ("redrive",)])
def test_on_aws_it_is_asked_first_naming_what_is_touched(verb: tuple[str, ...], functions: Functions) -> None:
    send(failed(RESTORED if verb == ("redrive",) else TICK))
    refused = ha(*verb, "backups", "--target", "aws", answer="n\n")
    assert (refused.exit_code, waiting(), functions.given) == (2, 1, [])
    assert f"in {BACKUPS}, us-east-1" in refused.stderr
    assert "Not confirmed; nothing was touched." in refused.stderr
    assert ha(*verb, "backups", "--target", "aws", "--yes").exit_code == 0
    assert waiting() == 0


def test_a_wrong_name_lists_the_right_ones() -> None:
    answer = ha("look", "orders")
    assert answer.exit_code == 2
    assert "envs/primary has no queue orders. It has: backups, incidents." in answer.stderr


@pytest.mark.parametrize(
    ("outputs", "said"),
    [({}, "is not deployed"), ({"region": "us-east-1"}, "was deployed before its outputs named its queues")],
)
def test_an_environment_that_names_no_queues_is_to_be_applied(
    outputs: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "outputs", lambda *_: outputs)
    answer = ha("list")
    assert answer.exit_code == 2
    assert f"error: envs/primary {said}." in answer.stderr
    assert "make apply ENV=primary" in answer.stderr


def test_a_queue_that_is_gone_is_named() -> None:
    CLIENTS("sqs", drill_kit.PRIMARY).delete_queue(QueueUrl=url())
    answer = ha("list")
    assert answer.exit_code == 2
    assert f"There is no queue {BACKUPS} in us-east-1." in answer.stderr


def test_a_region_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(**_asked: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://sqs.us-east-1.amazonaws.com/")

    client = CLIENTS("sqs", drill_kit.PRIMARY)
    monkeypatch.setattr(client, "get_queue_url", gone)
    for verb in (["list"], ["look", "backups"], ["purge", "backups"], ["redrive", "backups"]):
        answer = ha(*verb)
        assert answer.exit_code == 2
        assert f"error: The queue {BACKUPS} in us-east-1 does not answer." in answer.stderr


def test_a_function_is_not_asked_for_what_it_was_given(functions: Functions) -> None:
    """A message that cannot be deleted ends the run: the ones after it are not sent twice by the next."""
    for number in range(3):
        send(failed({"number": number}))

    def refuse(_messages: Any) -> None:
        raise HaError("no", "no")

    queue = EventQueue(CLIENTS, drill_kit.PRIMARY, BACKUPS)
    with pytest.raises(HaError), queue.held(10) as held:
        Redriver(functions, None).redrive(held, refuse)
    assert (len(functions.given), waiting()) == (1, 3)
