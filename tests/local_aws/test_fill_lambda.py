"""Lambda's contract for invocations, aliases and provisioned concurrency. On AWS these tests pass as well."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.functions import Function, deployed

from local_aws.fills.lambda_aliases import choose_version
from local_aws.testing import LocalAws

SOURCE = """
import os
import sys
import time

started = time.time()

def handler(event, context):
    if event == "print":
        print("printed")
        sys.stderr.write("written\\n")
        os.write(1, b"native\\n")
    elif event == "raise":
        raise ValueError("no such product")
    elif event == "exit":
        sys.exit(3)
    elif event == "sleep":
        time.sleep(30)
    elif event == "set":
        return {1, 2}
    elif event == "hold":
        time.sleep(1)
    elif event == "long":
        time.sleep(4)
    return {
        "started": started,
        "process": os.getpid(),
        "arn": context.invoked_function_arn,
        "request_id": context.aws_request_id,
        "remaining": context.get_remaining_time_in_millis(),
        "stream": context.log_stream_name,
        "initialization": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"],
    }
"""


@pytest.fixture(scope="module")
def function(aws: LocalAws) -> Iterator[Function]:
    with deployed(aws, SOURCE, Timeout=2) as made:
        yield made


def test_the_context_names_the_alias_that_was_invoked(function: Function) -> None:
    seen = function.invoke()["payload"]
    assert seen["arn"] == function.alias_arn
    assert 0 < seen["remaining"] <= 2000


def test_an_environment_is_used_again(function: Function) -> None:
    assert function.invoke()["payload"]["process"] == function.invoke()["payload"]["process"]


def test_an_exception_is_described_and_leaves_the_environment_running(function: Function) -> None:
    before = function.invoke()["payload"]["process"]
    failed = function.invoke("raise")
    assert failed["error"] == "Unhandled"
    assert failed["payload"]["errorType"] == "ValueError"
    assert failed["payload"]["errorMessage"] == "no such product"
    assert "in handler" in failed["payload"]["stackTrace"][-1]
    assert function.invoke()["payload"]["process"] == before


def test_an_exit_ends_the_environment_and_the_next_invocation_gets_a_fresh_one(function: Function) -> None:
    before = function.invoke()["payload"]["process"]
    assert function.invoke("exit")["payload"]["errorType"] == "Runtime.ExitError"
    assert function.invoke()["payload"]["process"] != before


def test_a_timeout_ends_the_invocation(function: Function) -> None:
    failed = function.invoke("sleep")["payload"]
    assert failed["errorType"] == "Sandbox.Timedout"
    assert failed["errorMessage"].endswith("Task timed out after 2.00 seconds")
    assert function.invoke()["error"] is None


def test_a_result_that_is_not_json_is_an_error(function: Function) -> None:
    assert function.invoke("set")["payload"]["errorType"] == "Runtime.MarshalError"


def test_a_missing_module_is_reported_at_the_invocation(aws: LocalAws) -> None:
    with deployed(aws, "import no_such_module") as broken:
        failed = broken.invoke()["payload"]
    assert failed["errorType"] == "Runtime.ImportModuleError"
    assert "no_such_module" in failed["errorMessage"]


def test_everything_that_is_printed_is_logged_between_start_and_report(function: Function) -> None:
    request_id = function.invoke("print")["payload"]["request_id"]
    lines = function.log_lines()
    first = next(i for i, line in enumerate(lines) if line.startswith(f"START RequestId: {request_id}"))
    assert sorted(line.strip() for line in lines[first + 1 : first + 4]) == ["native", "printed", "written"]
    assert lines[first + 4].startswith(f"END RequestId: {request_id}")
    assert lines[first + 5].startswith(f"REPORT RequestId: {request_id}")


def test_an_environment_logs_to_one_stream(function: Function) -> None:
    assert function.invoke()["payload"]["stream"] == function.invoke()["payload"]["stream"]


def test_platform_lines_are_json_when_the_log_format_is(aws: LocalAws) -> None:
    with deployed(aws, SOURCE, LoggingConfig={"LogFormat": "JSON"}) as made:
        made.invoke()
        assert any('"platform.report"' in line for line in made.log_lines())
        assert not any(line.startswith("REPORT") for line in made.log_lines())


def test_reserved_concurrency_also_holds_for_an_alias(aws: LocalAws) -> None:
    with deployed(aws, SOURCE) as made:
        made.client.put_function_concurrency(FunctionName=made.name, ReservedConcurrentExecutions=0)
        with pytest.raises(ClientError) as error:
            made.invoke()
    assert error.value.response["Error"]["Code"] == "TooManyRequestsException"


def wait_until_warm(made: Function, qualifier: str = "live") -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        status: dict[str, Any] = made.client.get_provisioned_concurrency_config(
            FunctionName=made.name, Qualifier=qualifier
        )
        if status["Status"] != "IN_PROGRESS":
            return status
        time.sleep(0.1)
    raise TimeoutError("provisioned concurrency stays IN_PROGRESS")


def provision(made: Function, count: int) -> dict[str, Any]:
    answer: dict[str, Any] = made.client.put_provisioned_concurrency_config(
        FunctionName=made.name, Qualifier="live", ProvisionedConcurrentExecutions=count
    )
    return answer


def test_provisioned_environments_are_ready_before_the_first_invocation(aws: LocalAws) -> None:
    with deployed(aws, SOURCE) as made:
        assert provision(made, 3)["Status"] == "IN_PROGRESS"
        status = wait_until_warm(made)
        assert (status["Status"], status["AvailableProvisionedConcurrentExecutions"]) == ("READY", 3)
        warmed = time.time()
        with ThreadPoolExecutor(3) as callers:
            answers = [answer["payload"] for answer in callers.map(made.invoke, ["hold"] * 3)]
    assert len({answer["process"] for answer in answers}) == 3
    assert all(answer["started"] < warmed for answer in answers)
    assert {answer["initialization"] for answer in answers} == {"provisioned-concurrency"}


def test_a_provisioned_environment_that_ends_is_replaced(aws: LocalAws) -> None:
    with deployed(aws, SOURCE) as made:
        provision(made, 1)
        wait_until_warm(made)
        made.invoke("exit")
        ended = time.time()
        time.sleep(3)
        assert wait_until_warm(made)["Status"] == "READY"
        replaced = time.time()
        assert ended < made.invoke()["payload"]["started"] < replaced


def test_an_alias_takes_its_provisioned_concurrency_to_another_version(aws: LocalAws) -> None:
    with deployed(aws, SOURCE) as made:
        provision(made, 1)
        wait_until_warm(made)
        version = made.publish(SOURCE + "\nnewer = True\n")
        made.client.update_alias(FunctionName=made.name, Name="live", FunctionVersion=version)
        assert wait_until_warm(made)["Status"] == "READY"
        ready = time.time()
        assert made.invoke()["payload"]["started"] < ready


def test_provisioned_concurrency_fails_with_the_functions_initialization(aws: LocalAws) -> None:
    with deployed(aws, "raise RuntimeError('no configuration')") as made:
        provision(made, 1)
        status = wait_until_warm(made)
    assert status["Status"] == "FAILED"
    assert "no configuration" in status["StatusReason"]


def test_provisioned_concurrency_cannot_exceed_the_reserved(aws: LocalAws) -> None:
    with deployed(aws, SOURCE) as made:
        made.client.put_function_concurrency(FunctionName=made.name, ReservedConcurrentExecutions=2)
        with pytest.raises(ClientError) as error:
            provision(made, 3)
    assert error.value.response["Error"]["Code"] == "InvalidParameterValueException"


def test_an_alias_sends_all_to_the_second_version_when_its_weight_is_one(aws: LocalAws) -> None:
    with deployed(aws, "def handler(event, context):\n    return 'old'\n") as made:
        version = made.publish("def handler(event, context):\n    return context.invoked_function_arn\n")
        made.client.update_alias(
            FunctionName=made.name,
            Name="live",
            RoutingConfig={"AdditionalVersionWeights": {version: 1.0}},
        )
        assert {made.invoke()["payload"] for _ in range(5)} == {made.alias_arn}


@pytest.mark.parametrize(("draw", "version"), [(0.0, "2"), (0.09, "2"), (0.1, "1"), (0.99, "1")])
def test_a_weight_is_a_share_of_the_invocations(draw: float, version: str) -> None:
    alias = {"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}}}
    assert choose_version(alias, draw) == version


def test_an_age_that_was_not_given_is_not_described(function: Function) -> None:
    request = {"FunctionName": function.name, "Qualifier": "live"}
    function.client.put_function_event_invoke_config(**request, MaximumRetryAttempts=1)
    described = function.client.get_function_event_invoke_config(**request)
    assert described["MaximumRetryAttempts"] == 1
    assert "MaximumEventAgeInSeconds" not in described


def test_callers_at_the_same_moment_share_environments_rather_than_start_one_each(aws: LocalAws) -> None:
    """Of the local AWS only: on AWS each gets an environment of its own, on a machine of its own."""
    with deployed(aws, "import os\ntime = __import__('time')\ntime.sleep(0.3)\n" + SOURCE) as made:
        with ThreadPoolExecutor(12) as callers:
            answers = [answer["payload"] for answer in callers.map(made.invoke, [None] * 12)]
        assert len({answer["process"] for answer in answers}) < 12


def test_callers_that_are_busy_for_long_get_an_environment_each(aws: LocalAws) -> None:
    with deployed(aws, SOURCE, Timeout=20) as made:
        with ThreadPoolExecutor(3) as callers:
            answers = [answer["payload"] for answer in callers.map(made.invoke, ["long"] * 3)]
        assert len({answer["process"] for answer in answers}) == 3
