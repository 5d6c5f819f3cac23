"""The products function's role has what the function needs and nothing more.

Each action is taken away in turn, and a check that needs it must fail. The actions are compared with the
deployed role's, so one that nothing needs fails the test, and so does one without a check.
"""

from __future__ import annotations

import contextlib
import copy
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.local.conftest import Deployed
from tests.local.products import new_key, new_product

from local_aws.testing import eventually
from techmoda_ha.deployment import RegionDeployment

pytestmark = [pytest.mark.local, pytest.mark.slow]

Policy = dict[str, Any]
POLICY = "function"
LOGGED_WITHIN_SECONDS, NOT_LOGGED_SECONDS = 60.0, 4.0


class CheckError(AssertionError):
    """The check failed as it does without the permission."""


@dataclass
class Products:
    """The products function of one region: its API, its role, and cold environments of it."""

    deployed: Deployed
    region: RegionDeployment
    api: httpx.Client
    role: str
    patience_seconds: float = LOGGED_WITHIN_SECONDS

    def policy(self) -> Policy:
        """Return the role's one policy."""
        iam = self.deployed.client("iam", self.region)
        assert iam.list_role_policies(RoleName=self.role)["PolicyNames"] == [POLICY]
        assert iam.list_attached_role_policies(RoleName=self.role)["AttachedPolicies"] == []
        document: Policy = iam.get_role_policy(RoleName=self.role, PolicyName=POLICY)["PolicyDocument"]
        return document

    def put_policy(self, document: Policy) -> None:
        """Replace the role's policy."""
        self.deployed.client("iam", self.region).put_role_policy(
            RoleName=self.role, PolicyName=POLICY, PolicyDocument=json.dumps(document)
        )

    @contextlib.contextmanager
    def without(self, sid: str, action: str) -> Iterator[None]:
        """Take an action out of a statement while the block runs."""
        whole = self.policy()
        less = copy.deepcopy(whole)
        for statement in less["Statement"]:
            if statement["Sid"] == sid:
                statement["Action"] = [one for one in statement["Action"] if one != action]
        less["Statement"] = [statement for statement in less["Statement"] if statement["Action"]]
        assert less != whole
        self.put_policy(less)
        self.patience_seconds = NOT_LOGGED_SECONDS  # What must not come about is not waited for as long.
        try:
            yield
        finally:
            self.patience_seconds = LOGGED_WITHIN_SECONDS
            self.put_policy(whole)

    def answers(self, status: int, method: str, path: str, **request: Any) -> httpx.Response:
        """Send a request that must be answered so."""
        answer = self.api.request(method, path, **request)
        if answer.status_code >= 500:
            raise CheckError(f"{method} {path}: {answer.status_code} {answer.text}")
        assert answer.status_code == status, answer.text
        return answer

    def cold_answer(self, query: dict[str, str]) -> tuple[dict[str, Any], str]:
        """List products in a new environment; return the answer and the request's id.

        The unpublished version serves nobody, and after a configuration call, even one that changes nothing,
        it starts in new environments.
        """
        client = self.deployed.client("lambda", self.region)
        name = self.region.products_function_name
        timeout = client.get_function_configuration(FunctionName=name)["Timeout"]
        client.update_function_configuration(FunctionName=name, Timeout=timeout)
        request_id = uuid.uuid4().hex
        event = {
            "httpMethod": "GET",
            "path": "/v1/products",
            "headers": {},
            "multiValueHeaders": {},
            "queryStringParameters": query,
            "multiValueQueryStringParameters": {key: [value] for key, value in query.items()},
            "requestContext": {"requestId": request_id},
            "body": None,
            "isBase64Encoded": False,
        }
        invoked = client.invoke(FunctionName=name, Payload=json.dumps(event))
        answer = json.load(invoked["Payload"])
        assert "FunctionError" not in invoked, answer
        return answer, request_id

    def has_logged(self, request_id: str) -> bool:
        """Whether the function's log holds the request's line."""
        found = self.deployed.client("logs", self.region).filter_log_events(
            logGroupName=f"/aws/lambda/{self.region.products_function_name}", filterPattern=f'"{request_id}"'
        )
        return bool(found["events"])

    def may(self, action: str, resource: str, **context: str) -> None:
        """Ask IAM; for what Lambda itself does with the role, out of sight of the function."""
        source = f"arn:aws:iam::{self.deployed.ha.aws.settings.account_id}:role/{self.role}"
        simulated = self.deployed.client("iam", self.region).simulate_principal_policy(
            PolicySourceArn=source,
            ActionNames=[action],
            ResourceArns=[resource],
            ContextEntries=[
                {"ContextKeyName": name, "ContextKeyValues": [value], "ContextKeyType": "string"}
                for name, value in context.items()
            ],
        )
        (result,) = simulated["EvaluationResults"]
        if result["EvalDecision"] != "allowed":
            raise CheckError(f"{action}: {result['EvalDecision']}")


def a_product_is_read(products: Products) -> None:
    products.answers(404, "GET", "/products/never-there")


def products_are_listed(products: Products) -> None:
    products.answers(200, "GET", "/products")


def products_of_a_category_are_listed(products: Products) -> None:
    products.answers(200, "GET", "/products", params={"category": "coats"})


def a_product_is_created(products: Products) -> None:
    products.answers(201, "POST", "/products", json=new_product())


def a_product_is_created_with_a_receipt(products: Products) -> None:
    products.answers(201, "POST", "/products", json=new_product(), headers=new_key())


def a_product_is_updated(products: Products) -> None:
    products.answers(404, "PUT", "/products/never-there", json=new_product(version=1))


def a_product_is_deleted(products: Products) -> None:
    products.answers(204, "DELETE", "/products/never-there")


def a_page_names_the_next_one(products: Products) -> None:
    """In a new environment: one that signs already keeps its signing key."""
    answer, _ = products.cold_answer({"limit": "1"})
    if answer["statusCode"] >= 500:
        raise CheckError(answer["body"])
    assert json.loads(answer["body"])["next_cursor"]


def a_new_environment_logs(products: Products) -> None:
    _, request_id = products.cold_answer({"limit": "1"})
    if not eventually(lambda: products.has_logged(request_id), products.patience_seconds):
        raise CheckError("nothing was logged")


def lambda_sends_the_traces(products: Products) -> None:
    """What a function with active tracing needs (AWSXRayDaemonWriteAccess, less the sampling rules)."""
    tracing = products.deployed.client("lambda", products.region).get_function_configuration(
        FunctionName=products.region.products_function_name
    )["TracingConfig"]
    assert tracing == {"Mode": "Active"}
    for action in ("xray:PutTraceSegments", "xray:PutTelemetryRecords"):
        products.may(action, "*")


def lambda_decrypts_the_settings(products: Products) -> None:
    """What Lambda does when a new environment starts, if the grant that it gave itself is gone."""
    function = products.deployed.client("lambda", products.region).get_function_configuration(
        FunctionName=products.region.products_function_name
    )
    products.may(
        "kms:Decrypt",
        function["KMSKeyArn"],
        **{"kms:EncryptionContext:aws:lambda:FunctionArn": function["FunctionArn"]},
    )


NEEDED: dict[tuple[str, str], Callable[[Products], None]] = {
    ("ReadAndWriteProducts", "dynamodb:GetItem"): a_product_is_read,
    ("ReadAndWriteProducts", "dynamodb:Scan"): products_are_listed,
    ("QueryByCategory", "dynamodb:Query"): products_of_a_category_are_listed,
    ("ReadAndWriteProducts", "dynamodb:PutItem"): a_product_is_created,
    ("WriteReceipts", "dynamodb:PutItem"): a_product_is_created_with_a_receipt,
    ("ReadAndWriteProducts", "dynamodb:UpdateItem"): a_product_is_updated,
    ("ReadAndWriteProducts", "dynamodb:DeleteItem"): a_product_is_deleted,
    ("UseTableKey", "kms:Decrypt"): products_are_listed,
    ("SignCursors", "kms:GenerateMac"): a_page_names_the_next_one,
    ("WriteOwnLog", "logs:CreateLogStream"): a_new_environment_logs,
    ("WriteOwnLog", "logs:PutLogEvents"): a_new_environment_logs,
    ("SendTraces", "xray:PutTraceSegments"): lambda_sends_the_traces,
    ("SendTraces", "xray:PutTelemetryRecords"): lambda_sends_the_traces,
    ("DecryptOwnEnvironment", "kms:Decrypt"): lambda_decrypts_the_settings,
}


@pytest.fixture(scope="module")
def products(deployed: Deployed) -> Iterator[Products]:
    """Return the primary region's function, with products to list; DR's role comes from the same module."""
    region = deployed.deployment.primary
    function = deployed.client("lambda", region).get_function_configuration(
        FunctionName=region.products_function_name
    )
    with deployed.api(region, deployed.token()) as api:
        for _ in range(2):
            assert api.post("/products", json=new_product()).status_code == 201
        yield Products(deployed, region, api, function["Role"].rpartition("/")[2])


def actions(policy: Policy) -> list[tuple[str, str]]:
    """Return statement and action of all that a policy allows."""
    assert {statement["Effect"] for statement in policy["Statement"]} == {"Allow"}
    return sorted((one["Sid"], action) for one in policy["Statement"] for action in one["Action"])


def test_the_deployed_role_has_the_needed_actions_and_no_other(products: Products) -> None:
    assert actions(products.policy()) == sorted(NEEDED)


def test_no_action_is_allowed_by_a_wildcard(products: Products) -> None:
    assert [action for _, action in actions(products.policy()) if "*" in action] == []


@pytest.mark.parametrize("check", dict.fromkeys(NEEDED.values()), ids=lambda check: check.__name__)
def test_the_shipped_role_suffices(products: Products, check: Callable[[Products], None]) -> None:
    check(products)


@pytest.mark.parametrize(
    ("sid", "action"), NEEDED, ids=[f"{sid}-{action.replace(':', '.')}" for sid, action in NEEDED]
)
def test_without_an_action_the_check_that_needs_it_fails(products: Products, sid: str, action: str) -> None:
    with products.without(sid, action), pytest.raises(CheckError):
        NEEDED[sid, action](products)
    NEEDED[sid, action](products)


def test_the_authorizers_role_may_only_log_trace_and_read_its_own_settings(deployed: Deployed) -> None:
    for region in deployed.regions:
        name = region.products_function_name.replace("-products", "-authorizer")
        function = deployed.client("lambda", region).get_function_configuration(FunctionName=name)
        policy = deployed.client("iam", region).get_role_policy(
            RoleName=function["Role"].rpartition("/")[2], PolicyName=POLICY
        )["PolicyDocument"]
        common = {"WriteOwnLog", "SendTraces", "DecryptOwnEnvironment"}
        assert actions(policy) == sorted(pair for pair in NEEDED if pair[0] in common)
