"""modules/lambda-function on the local AWS: a new version on trial is taken back when it fails."""

from __future__ import annotations

import json
import time
import zipfile
from pathlib import Path

import pytest
from tests.modules.root_module import ROOT, RootModule

from local_aws.testing import LocalAws
from techmoda_ha.environments import host_architecture

pytestmark = [pytest.mark.local, pytest.mark.slow]

FUNCTION = "example-orders"
GOOD = "def handler(event, context):\n    return {'statusCode': 200}\n"
BROKEN = "def handler(event, context):\n    raise RuntimeError('this version is broken')\n"
# Half of its failures it answers itself, as the product API does: Lambda counts those as successes, only the
# log line tells. The trial allows 80 %, so both halves must be counted.
HALF_POLITE = """
import itertools
import json

calls = itertools.count()

def handler(event, context):
    if next(calls) % 2:
        raise RuntimeError("this version is broken")
    print(json.dumps({"status": 500, "function_version": context.function_version}))
    return {"statusCode": 500}
"""
TRIAL = {
    "stable_version": "1",
    "weight": 0.5,
    "error_rate_percent": 80,
    "minimum_requests": 10,
    "failure_condition": "$.status >= 500",
}
ALARM_PERIOD_SECONDS = 60
PATIENCE_SECONDS = 3 * ALARM_PERIOD_SECONDS


def package(folder: Path, name: str, code: str) -> Path:
    """Write a package with one module and return its path."""
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("orders.py", code)
    return path


@pytest.fixture(scope="module")
def example(aws: LocalAws) -> RootModule:
    """Return the complete example, initialised."""
    directory = ROOT / "modules" / "lambda-function" / "examples" / "complete"
    return RootModule(directory, aws.terraform_state / "lambda-function.tfstate", aws).init()


def inputs(package_path: Path, canary: dict[str, object] | None = None) -> dict[str, object]:
    """Return the example's inputs."""
    return {"package_path": str(package_path), "architecture": host_architecture(), "canary": canary}


def alias(aws: LocalAws) -> dict[str, object]:
    """Return the alias's stable version, and its weights by version."""
    found = aws.client("lambda", "us-east-1").get_alias(FunctionName=FUNCTION, Name="live")
    weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    return {"stable": found["FunctionVersion"], "weights": weights}


def call_until_rolled_back(aws: LocalAws) -> bool:
    """Call the alias twice a second until it has no weights; say whether that came to pass."""
    client = aws.client("lambda", "us-east-1")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        client.invoke(FunctionName=FUNCTION, Qualifier="live", Payload=b"{}")
        if alias(aws)["weights"] == {}:
            return True
        time.sleep(0.5)
    return False


def test_a_second_plan_changes_nothing(example: RootModule, tmp_path: Path) -> None:
    good = inputs(package(tmp_path, "good", GOOD))
    example.apply(**good)
    assert alias(example.aws) == {"stable": "1", "weights": {}}
    assert example.is_unchanged(**good)


def test_a_failing_canary_loses_its_share(example: RootModule, tmp_path: Path) -> None:
    trial = inputs(package(tmp_path, "bad", HALF_POLITE), TRIAL)
    example.apply(**trial)
    assert alias(example.aws) == {"stable": "1", "weights": {"2": 0.5}}

    assert call_until_rolled_back(example.aws)
    assert alias(example.aws) == {"stable": "1", "weights": {}}
    # Nobody forgets it: the trial that was withdrawn shows in the next plan.
    assert example.planned(**trial) == {"module.orders.aws_lambda_alias.live": ["update"]}


def test_an_event_that_fails_is_kept_in_the_queue(example: RootModule, tmp_path: Path) -> None:
    example.apply(**inputs(package(tmp_path, "broken", BROKEN)))
    example.aws.client("lambda", "us-east-1").invoke(
        FunctionName=FUNCTION, Qualifier="live", InvocationType="Event", Payload=b'{"order": 1}'
    )
    queues = example.aws.client("sqs", "us-east-1")
    url = queues.get_queue_url(QueueName=f"{FUNCTION}-failed-events")["QueueUrl"]
    deadline = time.monotonic() + PATIENCE_SECONDS
    messages: list[str] = []
    while not messages and time.monotonic() < deadline:
        answer = queues.receive_message(QueueUrl=url, WaitTimeSeconds=5)
        messages = [message["Body"] for message in answer.get("Messages", [])]
    assert [json.loads(message)["requestPayload"] for message in messages] == [{"order": 1}]


def test_destroying_leaves_no_function_role_or_log(example: RootModule, tmp_path: Path) -> None:
    example.destroy(**inputs(package(tmp_path, "good", GOOD)))
    aws = example.aws
    assert aws.client("lambda", "us-east-1").list_functions()["Functions"] == []
    roles = [role["RoleName"] for role in aws.client("iam", "us-east-1").list_roles()["Roles"]]
    assert [name for name in roles if name.startswith(FUNCTION)] == []
    assert (
        aws.client("logs", "us-east-1").describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]
        == []
    )
