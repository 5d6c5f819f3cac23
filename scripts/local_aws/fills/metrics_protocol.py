"""CloudWatch's protocols: what a request asks for, and its answer in the same protocol.

Contract: botocore's model "cloudwatch". boto3 speaks JSON, Terraform's provider 5.x the query protocol;
CBOR, the third one, is left to MiniStack. A long body may come compressed with gzip, as PutMetricData's.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from ministack.services import cloudwatch

from local_aws.fills.patching import Answer
from local_aws.fills.query_protocol import read_request, write_response
from local_aws.fills.service_models import service_model

_SERVICE = "cloudwatch"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class CloudWatchCall:
    """One call: the operation's name, its request, and how to answer it."""

    operation: str
    request: Mapping[str, Any]
    is_json: bool

    def success(self, result: Mapping[str, Any]) -> Answer:
        """The answer with that result; its times are Unix seconds."""
        if self.is_json:
            return 200, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps(result).encode()
        model = service_model(_SERVICE)
        operation = model.operation_model(self.operation)
        body = write_response(operation, model.metadata["xmlNamespace"], result)
        return 200, {"Content-Type": "text/xml"}, body

    def failure(self, code: str, message: str, status: int = 400) -> Answer:
        """The answer with that error."""
        answer: Answer = cloudwatch._error(code, message, status, use_json=self.is_json)
        return answer


def operation_of(headers: Mapping[str, str], body: bytes) -> str:
    """The name of the operation that is called; empty for a protocol that is not read here."""
    if target := headers.get("x-amz-target"):
        return target.rsplit(".", 1)[-1]
    if not headers.get("content-type", "").startswith(_FORM):
        return ""
    return dict(parse_qsl(_plain(headers, body).decode())).get("Action", "")


def read_call(operation: str, headers: Mapping[str, str], body: bytes) -> CloudWatchCall:
    """The call in a request. Raises ValueError when the body cannot be read."""
    plain = _plain(headers, body)
    if headers.get("x-amz-target"):
        return CloudWatchCall(operation, json.loads(plain or b"{}"), is_json=True)
    shape = service_model(_SERVICE).operation_model(operation).input_shape
    form = dict(parse_qsl(plain.decode(), keep_blank_values=True))
    return CloudWatchCall(operation, read_request(shape, form), is_json=False)


def _plain(headers: Mapping[str, str], body: bytes) -> bytes:
    return gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
