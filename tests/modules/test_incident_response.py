"""modules/incident-response on the local AWS, with IAM enforced: a bad version is taken back by its alarm."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.local_aws.functions import RUNTIME, zipped
from tests.modules.root_module import ROOT, RootModule

from local_aws.testing import LocalAws, eventually, started
from techmoda_ha.environments import Workspace, host_architecture
from techmoda_ha.packaging import Platform, build_package

pytestmark = [pytest.mark.local, pytest.mark.slow]

REGION = "us-east-1"
FUNCTION, ALIAS, ALARM, RESPONDER = "example-orders", "live", "example-5xx", "example-incidents"
GOOD = "def handler(event, context):\n    return {'statusCode': 200}\n"
BAD = "def handler(event, context):\n    return {'statusCode': 500}\n"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    ],
}
ALARM_WITHIN_SECONDS = 120.0
ANSWER_WITHIN_SECONDS = 60.0


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    """Return a fresh local AWS that enforces IAM."""
    build = Path(os.environ.get("HA_BUILD_DIR", "build")).resolve() / "test" / "modules"
    with started(build, auth=True) as running:
        running.terraform_state.mkdir(parents=True, exist_ok=True)
        yield running


@pytest.fixture(scope="module")
def orders(aws: LocalAws) -> str:
    """Return the function whose first version is served."""
    functions = aws.client("lambda", REGION)
    role = aws.client("iam", REGION).create_role(
        RoleName=FUNCTION, AssumeRolePolicyDocument=json.dumps(TRUST)
    )["Role"]["Arn"]
    functions.create_function(
        FunctionName=FUNCTION, Runtime=RUNTIME, Role=role, Handler="app.handler",
        Code={"ZipFile": zipped(GOOD)}, Publish=True,
    )  # fmt: skip
    functions.get_waiter("function_active_v2").wait(FunctionName=FUNCTION)
    functions.create_alias(FunctionName=FUNCTION, Name=ALIAS, FunctionVersion="1")
    return FUNCTION


@pytest.fixture(scope="module")
def example(aws: LocalAws, orders: str, tmp_path_factory: pytest.TempPathFactory) -> RootModule:
    """Return the complete example, applied."""
    folder = tmp_path_factory.mktemp("packages")
    package = build_package(
        Workspace.from_environment(), "incident_responder", folder, Platform.this_machine()
    )
    directory = ROOT / "modules" / "incident-response" / "examples" / "complete"
    root = RootModule(directory, aws.terraform_state / "incident-response.tfstate", aws).init()
    inputs = {
        "package_path": str(package.file),
        "architecture": host_architecture(),
        "stable_after_seconds": 1,
    }
    root.apply(**inputs)
    assert root.is_unchanged(**inputs)
    return root


def served(aws: LocalAws) -> str:
    alias = aws.client("lambda", REGION).get_alias(FunctionName=FUNCTION, Name=ALIAS)
    return str(alias["FunctionVersion"])


def records(aws: LocalAws) -> dict[str, dict[str, str]]:
    """Return the audit records' texts, by outcome."""
    items = aws.client("dynamodb", REGION).scan(TableName=RESPONDER)["Items"]
    texts = [{name: next(iter(value.values())) for name, value in item.items()} for item in items]
    return {one["outcome"]: one for one in texts if one["id"].startswith("incident#") and "outcome" in one}


def deploy_bad_version(aws: LocalAws) -> None:
    functions = aws.client("lambda", REGION)
    version = functions.update_function_code(
        FunctionName=FUNCTION, ZipFile=zipped(BAD), Publish=True
    )["Version"]  # fmt: skip
    functions.update_alias(FunctionName=FUNCTION, Name=ALIAS, FunctionVersion=version)


def raise_alarm(aws: LocalAws) -> None:
    """Let the alarm see errors, as it would see the API's."""
    cloudwatch = aws.client("cloudwatch", REGION)
    cloudwatch.put_metric_alarm(
        AlarmName=ALARM, Namespace="Test", MetricName="Errors", Statistic="Sum", Period=10, Threshold=0,
        EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold", TreatMissingData="notBreaching",
    )  # fmt: skip
    datum: Any = {"MetricName": "Errors", "Value": 1, "Timestamp": datetime.now(UTC), "StorageResolution": 1}
    cloudwatch.put_metric_data(Namespace="Test", MetricData=[datum])


def test_a_version_that_raises_the_alarm_is_taken_back_once_and_recorded(
    example: RootModule, aws: LocalAws
) -> None:
    functions = aws.client("lambda", REGION)
    tick = json.dumps({"source": "aws.events", "detail-type": "Scheduled Event"})
    assert "FunctionError" not in functions.invoke(FunctionName=RESPONDER, Qualifier=ALIAS, Payload=tick)
    assert not eventually(lambda: False, 1.5)  # The first version proves itself.
    deploy_bad_version(aws)
    assert served(aws) == "2"

    raise_alarm(aws)
    assert eventually(lambda: served(aws) == "1", ALARM_WITHIN_SECONDS), records(aws)
    assert eventually(lambda: "acted" in records(aws), ANSWER_WITHIN_SECONDS)
    record = records(aws)["acted"]
    assert (record["playbook"], record["subject"]) == ("roll-back", ALARM)
    assert json.loads(record["details"]) == {"version_before": "2", "version": "1"}
    # The alarm's end is heard too, and moves nothing.
    assert eventually(lambda: "over" in records(aws), ALARM_WITHIN_SECONDS)
    assert served(aws) == "1"
