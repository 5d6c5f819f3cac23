"""Lambda functions for tests, written inline, and the role that they run with."""

from __future__ import annotations

import contextlib
import io
import json
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local_aws.testing import LocalAws

RUNTIME = "python3.13"


@dataclass(frozen=True)
class Function:
    """A published function with the alias "live" on its first version."""

    aws: LocalAws
    region: str
    name: str
    client: Any
    """A Lambda client for the region, which threads may share."""

    @property
    def alias_arn(self) -> str:
        """The ARN of the alias."""
        return f"arn:aws:lambda:{self.region}:{self.aws.settings.account_id}:function:{self.name}:live"

    def invoke(self, event: object = None, qualifier: str = "live") -> dict[str, Any]:
        """The payload, and under "FunctionError" the kind of error if there was one."""
        answer = self.client.invoke(
            FunctionName=self.name, Qualifier=qualifier, Payload=json.dumps(event).encode()
        )
        payload = json.loads(answer["Payload"].read() or b"null")
        return {"payload": payload, "error": answer.get("FunctionError")}

    def publish(self, source: str) -> str:
        """Publish another version and return its number."""
        answer = self.client.update_function_code(
            FunctionName=self.name, ZipFile=zipped(source), Publish=True
        )
        return str(answer["Version"])

    def log_lines(self) -> list[str]:
        """Every line of the function's log group; none before the function has logged anything."""
        logs = self.aws.client("logs", self.region)
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{self.name}")
        try:
            return [event["message"] for page in pages for event in page["events"]]
        except logs.exceptions.ResourceNotFoundException:
            return []


def zipped(source: str) -> bytes:
    """A deployment package with the source as app.py."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("app.py", source)
    return buffer.getvalue()


@contextlib.contextmanager
def deployed(aws: LocalAws, source: str, region: str = "us-east-1", **settings: Any) -> Iterator[Function]:
    """Deploy a function whose handler is `handler` in the source, and remove it afterwards."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    iam = aws.client("iam", region)
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "lambda.amazonaws.com"},
            }
        ],
    }
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    function = Function(aws, region, name, aws.client("lambda", region))
    try:
        function.client.create_function(
            FunctionName=name,
            Runtime=RUNTIME,
            Role=role,
            Handler="app.handler",
            Code={"ZipFile": zipped(source)},
            Publish=True,
            **settings,
        )
        function.client.get_waiter("function_active_v2").wait(FunctionName=name)
        function.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
        yield function
    finally:
        function.client.delete_function(FunctionName=name)
        iam.delete_role(RoleName=name)
