"""What the benchmark deploys for itself and takes away again: tables, a key, a role, two functions."""

from __future__ import annotations

import contextlib
import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

BASELINE_SOURCE = Path(__file__).parent / "original" / "get_products.py"
RUNTIME = "python3.13"
# The original reads 100,000 products in one request, far beyond the 29 s that API Gateway would wait.
TIMEOUT_SECONDS = 300
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@dataclass(frozen=True, slots=True)
class Deployment:
    """Names of what stands, and the variables that both functions run with."""

    table: str
    original_function: str
    our_function: str
    variables: Mapping[str, str]


class Deployer:
    """Creates resources and registers how each is taken away."""

    def __init__(self, cleanup: ExitStack) -> None:
        self._cleanup = cleanup
        self._name = f"benchmark-{uuid.uuid4().hex[:8]}"
        self._dynamodb = boto3.client("dynamodb")
        self._kms = boto3.client("kms")
        self._iam = boto3.client("iam")
        self._lambda = lambda_client()

    def deploy(self, package: Path) -> Deployment:
        """Deploy both functions on one empty table."""
        table, key = self._table(), self._key()
        variables = {
            "PRODUCTS_TABLE": table,
            "CATEGORY_INDEX": "by-category",
            "IDEMPOTENCY_TABLE": f"{self._name}-unused",  # only writes need it
            "CURSOR_KEY_ID": key,
            "ALLOWED_ORIGIN": "*",
            "POWERTOOLS_METRICS_NAMESPACE": "TechModa/API",
        }
        role = self._role()
        original = self._function("original", role, baseline_package(), "get_products.handler", variables)
        ours = self._function("ours", role, package.read_bytes(), "products_api.handler.handler", variables)
        return Deployment(table, original, ours, variables)

    def _table(self) -> str:
        name = f"{self._name}-products"
        self._dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "category", "AttributeType": "S"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-category",
                    "KeySchema": [
                        {"AttributeName": "category", "KeyType": "HASH"},
                        {"AttributeName": "id", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        self._later(lambda: self._dynamodb.delete_table(TableName=name))
        self._dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 2})
        return name

    def _key(self) -> str:
        key = self._kms.create_key(KeyUsage="GENERATE_VERIFY_MAC", KeySpec="HMAC_256", Description=self._name)
        key_id = key["KeyMetadata"]["KeyId"]
        # Seven days is the least that KMS allows between a request for deletion and the deletion.
        self._later(lambda: self._kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7))
        return key_id

    def _role(self) -> str:
        name = self._name
        role = self._iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_TRUST))
        self._later(lambda: self._iam.delete_role(RoleName=name))
        allowed = ["dynamodb:Scan", "cloudwatch:PutMetricData", "kms:GenerateMac", "logs:CreateLogGroup"]
        allowed += ["logs:CreateLogStream", "logs:PutLogEvents"]
        statement = {"Effect": "Allow", "Action": allowed, "Resource": "*"}
        self._iam.put_role_policy(
            RoleName=name,
            PolicyName="run",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        self._later(lambda: self._iam.delete_role_policy(RoleName=name, PolicyName="run"))
        return role["Role"]["Arn"]

    def _function(
        self, suffix: str, role: str, code: bytes, handler: str, variables: Mapping[str, str]
    ) -> str:
        name = f"{self._name}-{suffix}"
        arguments: dict[str, Any] = {
            "FunctionName": name,
            "Role": role,
            "Runtime": RUNTIME,
            "Handler": handler,
            "Code": {"ZipFile": code},
            "Timeout": TIMEOUT_SECONDS,
            "MemorySize": 1024,
            "Environment": {"Variables": dict(variables)},
        }
        _once_the_role_is_known(lambda: self._lambda.create_function(**arguments))
        self._later(lambda: self._lambda.delete_function(FunctionName=name))
        self._lambda.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        return name

    def _later(self, action: Callable[[], object]) -> None:
        def forgiving() -> None:
            # One thing that is gone already must not keep the others from being taken away.
            with contextlib.suppress(ClientError):
                action()

        self._cleanup.callback(forgiving)


@contextmanager
def deployed(package: Path) -> Iterator[Deployment]:
    """Deploy for the time of a `with` block."""
    with ExitStack() as cleanup:
        yield Deployer(cleanup).deploy(package)


def lambda_client() -> LambdaClient:
    """Return a client that waits for slow answers and never repeats a measured call."""
    config = Config(read_timeout=TIMEOUT_SECONDS + 10, retries={"total_max_attempts": 1})
    return boto3.client("lambda", config=config)


def baseline_package() -> bytes:
    """Return the original handler as a zip; the runtime brings boto3."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(BASELINE_SOURCE, BASELINE_SOURCE.name)
    return buffer.getvalue()


def _once_the_role_is_known(create: Callable[[], object], patience_seconds: float = 30.0) -> None:
    """Repeat while Lambda does not know a role that IAM has just made."""
    give_up = time.monotonic() + patience_seconds
    while True:
        try:
            create()
        except ClientError as error:
            refused = error.response["Error"].get("Code") == "InvalidParameterValueException"
            if not refused or time.monotonic() > give_up:
                raise
            time.sleep(2)
        else:
            return
