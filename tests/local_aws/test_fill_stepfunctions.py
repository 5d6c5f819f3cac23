"""State machines of Distributed Maps: their roles, how they are stopped, and what is counted of them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.local_aws.functions import Function, deployed

from local_aws.testing import eventually, started

REGION = "us-east-1"
SOURCE = """
import time

def handler(event, context):
    time.sleep(event)
    return "slept"
"""
SEGMENTS = 4


@dataclass
class Machine:
    """A state machine whose map lets the function sleep for each item of its input, two at a time."""

    function: Function
    name: str = field(default_factory=lambda: f"test-{uuid.uuid4().hex[:8]}")

    def __post_init__(self) -> None:
        """Make the machine, with a role that may do nothing."""
        aws = self.function.aws
        self.iam, self.states = aws.client("iam", REGION), aws.client("stepfunctions", REGION)
        trust = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "states.amazonaws.com"},
        }
        role = self.iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=document(trust))["Role"][
            "Arn"
        ]
        sleep = {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
            "Parameters": {"FunctionName": self.function.alias_arn, "Payload.$": "$"},
        }  # fmt: skip
        each = {
            "Type": "Map", "End": True, "Label": "Each", "MaxConcurrency": 2, "ToleratedFailurePercentage": 0,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Sleep", "States": {"Sleep": sleep},
            },
        }  # fmt: skip
        definition = json.dumps({"StartAt": "Each", "States": {"Each": each}})
        made = self.states.create_state_machine(name=self.name, roleArn=role, definition=definition)
        self.arn = made["stateMachineArn"]

    def allow(self, *actions: tuple[str, str]) -> None:
        """Let the role do these actions on these resources, and nothing else."""
        statements = [{"Effect": "Allow", "Action": action, "Resource": on} for action, on in actions]
        self.iam.put_role_policy(RoleName=self.name, PolicyName="may", PolicyDocument=document(*statements))

    def start(self, *seconds: float) -> str:
        """Start an execution whose children sleep for so long."""
        answer = self.states.start_execution(stateMachineArn=self.arn, input=json.dumps(seconds))
        return str(answer["executionArn"])

    def look(self, execution: str) -> dict[str, Any]:
        """What is said of an execution."""
        found: dict[str, Any] = self.states.describe_execution(executionArn=execution)
        return found

    def ended(self, execution: str) -> dict[str, Any]:
        """What is said of an execution once it has ended."""
        assert eventually(lambda: self.look(execution)["status"] != "RUNNING")
        return self.look(execution)

    def map_run(self, execution: str) -> dict[str, Any]:
        """What is said of an execution's map run; empty before there is one."""
        runs = self.states.list_map_runs(executionArn=execution)["mapRuns"]
        if not runs:
            return {}
        found: dict[str, Any] = self.states.describe_map_run(mapRunArn=runs[0]["mapRunArn"])
        return {name: value for name, value in found.items() if name != "ResponseMetadata"}

    def logged(self, word: str) -> list[str]:
        """The lines of the function's log that begin with the word."""
        return [line for line in self.function.log_lines() if line.startswith(word)]

    def counted(self, metric: str) -> float:
        """The sum of a metric of the machine's executions in the last minutes."""
        now = datetime.now(UTC)
        answer = self.function.aws.client("cloudwatch", REGION).get_metric_statistics(
            Namespace="AWS/States", MetricName=metric, Statistics=["Sum"], Period=60,
            Dimensions=[{"Name": "StateMachineArn", "Value": self.arn}],
            StartTime=now - timedelta(minutes=5), EndTime=now + timedelta(minutes=1),
        )  # fmt: skip
        return float(sum(point["Sum"] for point in answer["Datapoints"]))


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture(scope="module")
def machine(test_dir: Path) -> Iterator[Machine]:
    with started(test_dir, auth=True) as aws, deployed(aws, SOURCE, Timeout=30) as function:
        iam = aws.client("iam", REGION)
        logs = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
        iam.put_role_policy(RoleName=function.name, PolicyName="log", PolicyDocument=document(logs))
        yield Machine(function)
        iam.delete_role_policy(RoleName=function.name, PolicyName="log")


@pytest.fixture
def allowed(machine: Machine) -> Machine:
    """The machine, with a role that suffices."""
    call = ("lambda:InvokeFunction", machine.function.alias_arn)
    machine.allow(call, ("states:StartExecution", machine.arn))
    return machine


def test_a_machine_calls_what_its_role_allows_and_is_counted(allowed: Machine) -> None:
    before = allowed.counted("ExecutionsSucceeded")
    ended = allowed.ended(allowed.start(*[0.0] * SEGMENTS))
    assert (ended["status"], json.loads(ended["output"])[0]["Payload"]) == ("SUCCEEDED", "slept")
    assert eventually(lambda: allowed.counted("ExecutionsSucceeded") == before + 1)


def test_a_function_that_the_role_may_not_call_fails_its_task(allowed: Machine) -> None:
    allowed.allow(
        ("lambda:InvokeFunction", allowed.function.alias_arn.rpartition(":")[0]),
        ("states:StartExecution", allowed.arn),
    )
    execution = allowed.start(0.0)
    assert allowed.ended(execution)["status"] == "FAILED"
    run = allowed.map_run(execution)
    (child,) = allowed.states.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    assert allowed.look(child["executionArn"])["error"] == "Lambda.AWSLambdaException"
    assert eventually(lambda: allowed.counted("ExecutionsFailed") >= 1)


def test_children_need_the_right_to_start_the_machine_itself(allowed: Machine) -> None:
    allowed.allow(("lambda:InvokeFunction", allowed.function.alias_arn))
    ended = allowed.ended(allowed.start(0.0))
    assert (ended["status"], ended["error"]) == ("FAILED", "States.Permissions")


def test_whether_executions_are_traced_is_kept(allowed: Machine) -> None:
    def is_traced() -> bool:
        found = allowed.states.describe_state_machine(stateMachineArn=allowed.arn)
        return bool(found.get("tracingConfiguration", {}).get("enabled"))

    assert not is_traced()
    allowed.states.update_state_machine(stateMachineArn=allowed.arn, tracingConfiguration={"enabled": True})
    assert is_traced()


def test_a_stopped_execution_stops_its_children_and_stays_stopped(allowed: Machine) -> None:
    calls = len(allowed.logged("REPORT"))
    execution = allowed.start(*[2.0] * SEGMENTS)
    assert eventually(lambda: allowed.map_run(execution).get("itemCounts", {}).get("running") == 2)
    allowed.states.stop_execution(executionArn=execution)
    stopped = allowed.map_run(execution)
    assert (allowed.look(execution)["status"], stopped["status"]) == ("ABORTED", "ABORTED")
    expected = {"aborted": SEGMENTS, "running": 0, "pending": 0, "succeeded": 0}
    assert {name: stopped["itemCounts"][name] for name in expected} == expected

    # The functions that were at work end later; that changes nothing, and no other is called.
    assert eventually(lambda: len(allowed.logged("REPORT")) == calls + 2)
    assert allowed.ended(allowed.start(0.0))["status"] == "SUCCEEDED"
    assert eventually(lambda: len(allowed.logged("REPORT")) == calls + 3)
    assert allowed.map_run(execution) == stopped
    assert allowed.look(execution)["status"] == "ABORTED"
    assert eventually(lambda: allowed.counted("ExecutionsAborted") == 1)
