"""Deploying small things to a running local AWS."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from typing import Any

from local_aws import testing


class Deployer:
    """Deploys to one region with boto3, under names that no other test uses."""

    def __init__(self, aws: testing.LocalAws, region: str) -> None:
        self.aws = aws
        self.region = region

    def client(self, service: str, **config: Any) -> Any:
        """A boto3 client of the region."""
        return self.aws.client(service, self.region, **config)

    def function(self, source: str, **settings: Any) -> str:
        """Create a Lambda function from the source of a module with `handler`; its ARN."""
        role = f"arn:aws:iam::{self.aws.settings.account_id}:role/test"
        arn: str = self.client("lambda").create_function(
            FunctionName=f"test-{uuid.uuid4().hex[:8]}",
            Runtime="python3.13",
            Role=role,
            Handler="index.handler",
            Code={"ZipFile": zipped({"index.py": source})},
            Timeout=20,
            **settings,
        )["FunctionArn"]
        return arn

    def invoke(self, function_arn: str, event: object = None) -> Any:
        """Invoke the function, which must not fail, and return its result."""
        answer = self.client("lambda", read_timeout=30).invoke(
            FunctionName=function_arn, Payload=json.dumps(event or {}).encode()
        )
        payload = answer["Payload"].read()
        assert "FunctionError" not in answer, payload
        return json.loads(payload)

    def api(self, function_arn: str, stage: str = "live") -> str:
        """Create a REST API whose every path invokes the function, and deploy it; the API's id."""
        gateway = self.client("apigateway")
        api = gateway.create_rest_api(name="test")
        proxy = gateway.create_resource(
            restApiId=api["id"], parentId=api["rootResourceId"], pathPart="{path+}"
        )
        method = {"restApiId": api["id"], "resourceId": proxy["id"], "httpMethod": "ANY"}
        gateway.put_method(**method, authorizationType="NONE")
        uri = f"arn:aws:apigateway:{self.region}:lambda:path/2015-03-31/functions/{function_arn}/invocations"
        gateway.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
        gateway.create_deployment(restApiId=api["id"], stageName=stage)
        self.client("lambda").add_permission(
            FunctionName=function_arn,
            StatementId=api["id"],
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
        )
        api_id: str = api["id"]
        return api_id

    def map_domain(self, domain: str, api_id: str, base_path: str = "v1", stage: str = "live") -> None:
        """Map the base path of the domain, which is made unless the region has it, to the API's stage."""
        gateway = self.client("apigateway")
        if domain not in {item["domainName"] for item in gateway.get_domain_names()["items"]}:
            gateway.create_domain_name(domainName=domain, endpointConfiguration={"types": ["REGIONAL"]})
        gateway.create_base_path_mapping(domainName=domain, basePath=base_path, restApiId=api_id, stage=stage)


def zipped(files: dict[str, str]) -> bytes:
    """A zip archive of the files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
