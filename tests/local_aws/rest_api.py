"""A REST API for tests: proxy integrations, a validator, an authorizer, a preflight and an access log."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from tests.local_aws.functions import Function, deployed

from local_aws.testing import LocalAws

REGION = "us-east-1"
SOURCE = """
import json
import time

def handler(event, context):
    if event.get("type") == "REQUEST":
        return authorize(event)
    path = event["path"].rsplit("/", 1)[-1]
    if path == "raise":
        raise ValueError("secret detail")
    if path == "malformed":
        return {"message": "no proxy response"}
    if path == "object":
        return {"statusCode": 200, "body": {"an": "object"}}
    if path == "slow":
        time.sleep(2)
    if path == "binary":
        return {"statusCode": 200, "isBase64Encoded": True, "body": "AAEC",
                "headers": {"Content-Type": "image/png"}}
    return {
        "statusCode": 200,
        "headers": {"X-Single": "1", "Cache-Control": "no-store"},
        "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},
        "body": json.dumps(event),
    }

def authorize(event):
    token = next(v for k, v in event["headers"].items() if k.lower() == "authorization")
    return {
        "principalId": "shopper",
        "policyDocument": {"Version": "2012-10-17", "Statement": [{
            "Action": "execute-api:Invoke",
            "Effect": "Allow" if token.startswith("good") else "Deny",
            "Resource": event["methodArn"],
        }]},
        "context": {"scope": "write", "level": 3, "at": str(time.time())},
    }
"""
MODEL = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "required": ["name", "price"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "price": {"type": "string", "pattern": "^[0-9]+$"},
        "stock": {"type": "integer", "minimum": 0},
    },
}
PROBLEM = (
    '{"title":"$context.error.responseType","detail":$context.error.messageString,'
    '"reasons":"$context.error.validationErrorString","method":"$context.httpMethod",'
    '"request_id":"$context.requestId","stage":"$stageVariables.colour","none":"$context.nothing"}'
)
LOG_FORMAT = json.dumps(
    {
        "id": "$context.requestId",
        "path": "$context.path",
        "status": "$context.status",
        "error": "$context.error.message",
        "who": "$context.authorizer.principalId",
        "backend": "$context.integration.status",
    }
)


@dataclass(frozen=True)
class Api:
    """A deployed REST API with /items (GET, POST, OPTIONS) and /items/{id} (GET)."""

    aws: LocalAws
    function: Function
    id: str
    items: str
    log_group: str
    authorizer: str

    @property
    def gateway(self) -> Any:
        """A client for the control plane."""
        return self.aws.client("apigateway", REGION)

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call the stage "live" through the API's own host name."""
        headers = {"Host": f"{self.id}.execute-api.{REGION}.amazonaws.com", **options.pop("headers", {})}
        url = f"{self.aws.settings.region_url(REGION)}/live{path}"
        return httpx.request(method, url, headers=headers, timeout=20, **options)

    def post(self, body: object, **headers: str) -> httpx.Response:
        """POST a body to /items with a token that the authorizer accepts."""
        sent = {"Authorization": "good", "Content-Type": "application/json", **headers}
        return self.call("POST", "/items", content=json.dumps(body), headers=sent)

    def update_stage(self, **changes: str) -> None:
        """Replace members of the stage, by their patch paths."""
        self.gateway.update_stage(restApiId=self.id, stageName="live", patchOperations=patches(changes))

    def redeploy(self) -> None:
        """Put what is configured into effect."""
        self.gateway.create_deployment(restApiId=self.id, stageName="live")

    def access_log(self) -> list[dict[str, Any]]:
        """The lines of the stage's access log."""
        events = self.aws.client("logs", REGION).filter_log_events(logGroupName=self.log_group)["events"]
        return [json.loads(event["message"]) for event in events]


def patches(changes: dict[str, str]) -> list[dict[str, str]]:
    """Patch operations that replace each path by its value."""
    return [{"op": "replace", "path": path, "value": value} for path, value in changes.items()]


def invocation_uri(function: Function) -> str:
    """The integration URI of the function's alias."""
    arn = function.alias_arn
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"


def allow_gateway(function: Function) -> None:
    """Let any API of API Gateway invoke the alias."""
    function.client.add_permission(
        FunctionName=function.name,
        Qualifier="live",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )


def enable_logs(aws: LocalAws) -> None:
    """Give the account's API Gateway a role for logs, as an account needs it before it logs anything."""
    name = "api-gateway-logs"
    iam = aws.client("iam", REGION)
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "apigateway.amazonaws.com"},
    }
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )
    role = iam.get_role(RoleName=name)["Role"]["Arn"]
    aws.client("apigateway", REGION).update_account(patchOperations=patches({"/cloudwatchRoleArn": role}))


class Builder:
    """Puts the API together step by step."""

    def __init__(self, aws: LocalAws, function: Function) -> None:
        self.gateway = aws.client("apigateway", REGION)
        self.function = function
        made = self.gateway.create_rest_api(name=function.name, binaryMediaTypes=["image/png"])
        self.id: str = made["id"]
        self.items = self.resource(made["rootResourceId"], "items")
        self.item = self.resource(self.items, "{id}")

    def resource(self, parent: str, part: str) -> str:
        """Add a resource and return its id."""
        made = self.gateway.create_resource(restApiId=self.id, parentId=parent, pathPart=part)
        return str(made["id"])

    def proxy(self, resource: str, method: str, timeout: int = 29_000, **settings: Any) -> None:
        """Add a method that the function answers."""
        where = {"restApiId": self.id, "resourceId": resource, "httpMethod": method}
        self.gateway.put_method(**where, **{"authorizationType": "NONE", **settings})
        self.gateway.put_integration(
            **where,
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=invocation_uri(self.function),
            timeoutInMillis=timeout,
        )

    def preflight(self, resource: str) -> None:
        """Add the OPTIONS method of a CORS preflight."""
        where = {"restApiId": self.id, "resourceId": resource, "httpMethod": "OPTIONS"}
        header = "method.response.header.Access-Control-Allow-Origin"
        self.gateway.put_method(**where, authorizationType="NONE")
        self.gateway.put_integration(
            **where, type="MOCK", requestTemplates={"application/json": '{"statusCode": 204}'}
        )
        self.gateway.put_method_response(**where, statusCode="204", responseParameters={header: True})
        self.gateway.put_integration_response(
            **where, statusCode="204", responseParameters={header: "'https://shop.example'"}
        )

    def authorizer(self) -> str:
        """Add a REQUEST authorizer that keeps its answers for 60 s, and return its id."""
        made = self.gateway.create_authorizer(
            restApiId=self.id,
            name="token",
            type="REQUEST",
            authorizerUri=invocation_uri(self.function),
            identitySource="method.request.header.Authorization",
            authorizerResultTtlInSeconds=60,
        )
        return str(made["id"])

    def validated(self) -> dict[str, Any]:
        """Add the model and its validator, and return the settings of a method that uses them."""
        self.gateway.create_model(
            restApiId=self.id, name="Item", contentType="application/json", schema=json.dumps(MODEL)
        )
        validator = self.gateway.create_request_validator(
            restApiId=self.id, name="body", validateRequestBody=True, validateRequestParameters=True
        )
        return {"requestValidatorId": validator["id"], "requestModels": {"application/json": "Item"}}

    def responses(self, *kinds: str) -> None:
        """Answer these kinds of gateway errors with a problem document."""
        for kind in kinds:
            self.gateway.put_gateway_response(
                restApiId=self.id,
                responseType=kind,
                responseTemplates={"application/json": PROBLEM},
                responseParameters={"gatewayresponse.header.Content-Type": "'application/problem+json'"},
            )


@contextlib.contextmanager
def deployed_api(aws: LocalAws) -> Iterator[Api]:
    """Deploy the API with its function, and remove both afterwards."""
    with deployed(aws, SOURCE, Timeout=5) as function:
        allow_gateway(function)
        enable_logs(aws)
        logs, log_group = aws.client("logs", REGION), f"/test/{function.name}"
        logs.create_log_group(logGroupName=log_group)
        build = Builder(aws, function)
        authorizer = build.authorizer()
        build.proxy(build.items, "GET")
        build.proxy(
            build.items,
            "POST",
            authorizationType="CUSTOM",
            authorizerId=authorizer,
            **build.validated(),
        )
        build.proxy(build.item, "GET", timeout=1000)
        build.preflight(build.items)
        build.responses("BAD_REQUEST_BODY", "UNAUTHORIZED", "ACCESS_DENIED", "THROTTLED")
        made = Api(aws, function, build.id, build.items, log_group, authorizer)
        build.gateway.create_deployment(restApiId=build.id, stageName="live", variables={"colour": "blue"})
        account = aws.settings.account_id
        made.update_stage(
            **{
                "/accessLogSettings/destinationArn": f"arn:aws:logs:{REGION}:{account}:log-group:{log_group}",
                "/accessLogSettings/format": LOG_FORMAT,
            }
        )
        yield made
        build.gateway.delete_rest_api(restApiId=build.id)
        logs.delete_log_group(logGroupName=log_group)
