"""API Gateway's contract for its control plane. On AWS these tests pass as well."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.rest_api import Api, deployed_api, enable_logs, patches

from local_aws.testing import LocalAws


@pytest.fixture(scope="module")
def api(aws: LocalAws) -> Iterator[Api]:
    with deployed_api(aws) as made:
        yield made


def test_a_stage_names_its_method_settings_by_the_escaped_path(api: Api) -> None:
    api.update_stage(**{"/~1items~1{id}/GET/throttling/rateLimit": "7"})
    stage = api.gateway.get_stage(restApiId=api.id, stageName="live")
    assert stage["methodSettings"]["~1items~1{id}/GET"]["throttlingRateLimit"] == 7.0


def test_an_access_log_without_the_request_id_is_refused(api: Api) -> None:
    with pytest.raises(ClientError) as error:
        api.update_stage(**{"/accessLogSettings/format": "$context.status"})
    assert error.value.response["Error"]["Code"] == "BadRequestException"


def test_an_account_without_a_role_for_logs_cannot_turn_them_on(api: Api) -> None:
    api.gateway.update_account(patchOperations=[{"op": "remove", "path": "/cloudwatchRoleArn"}])
    try:
        with pytest.raises(ClientError) as error:
            api.update_stage(**{"/*/*/logging/loglevel": "ERROR"})
    finally:
        enable_logs(api.aws)
    assert "CloudWatch Logs role ARN must be set" in str(error.value)


def test_a_mock_integration_has_no_method_of_its_own(api: Api) -> None:
    where = {"restApiId": api.id, "resourceId": api.items, "httpMethod": "OPTIONS"}
    assert "httpMethod" not in api.gateway.get_integration(**where)


def test_a_stage_without_an_access_log_describes_none(api: Api) -> None:
    deployment = api.gateway.create_deployment(restApiId=api.id)["id"]
    stage = {"restApiId": api.id, "stageName": "plain"}
    assert "accessLogSettings" not in api.gateway.create_stage(**stage, deploymentId=deployment)
    assert "accessLogSettings" not in api.gateway.get_stage(**stage)
    api.gateway.delete_stage(**stage)


def test_a_change_takes_effect_with_the_next_deployment(api: Api) -> None:
    where = {"restApiId": api.id, "resourceId": api.items, "httpMethod": "DELETE"}
    api.gateway.put_method(**where, authorizationType="NONE")
    api.gateway.put_integration(
        **where, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
    )
    api.gateway.put_method_response(**where, statusCode="200")
    api.gateway.put_integration_response(**where, statusCode="200")
    before = api.call("DELETE", "/items").status_code
    api.redeploy()
    after = api.call("DELETE", "/items").status_code
    api.gateway.delete_method(**where)
    assert (before, after, api.call("DELETE", "/items").status_code) == (403, 200, 200)
    api.redeploy()
    assert api.call("DELETE", "/items").status_code == 403


def test_a_deployment_that_a_stage_serves_stays(api: Api) -> None:
    served = api.gateway.get_stage(restApiId=api.id, stageName="live")["deploymentId"]
    with pytest.raises(ClientError) as error:
        api.gateway.delete_deployment(restApiId=api.id, deploymentId=served)
    assert error.value.response["Error"]["Code"] == "BadRequestException"


@pytest.fixture
def domain(aws: LocalAws) -> Iterator[dict[str, Any]]:
    name = f"{uuid.uuid4().hex[:8]}.techmoda.example"
    arn = aws.client("acm", "us-west-2").request_certificate(DomainName=name, ValidationMethod="DNS")
    gateway = aws.client("apigateway", "us-west-2")
    yield gateway.create_domain_name(
        domainName=name,
        regionalCertificateArn=arn["CertificateArn"],
        endpointConfiguration={"types": ["REGIONAL"]},
        securityPolicy="TLS_1_2",
    )
    gateway.delete_domain_name(domainName=name)


def test_a_regional_domain_has_a_name_and_zone_of_its_region(domain: dict[str, Any]) -> None:
    assert domain["regionalDomainName"].startswith("d-")
    assert domain["regionalDomainName"].endswith(".execute-api.us-west-2.amazonaws.com")
    assert domain["regionalHostedZoneId"] == "Z2OJLYMUO9EFXC"
    assert not {"distributionDomainName", "mutualTlsAuthentication"} & domain.keys()


def test_a_domain_gets_another_certificate(aws: LocalAws, domain: dict[str, Any]) -> None:
    gateway = aws.client("apigateway", "us-west-2")
    renewed = domain["regionalCertificateArn"][:-4] + "0000"
    change = patches({"/regionalCertificateArn": renewed})
    gateway.update_domain_name(domainName=domain["domainName"], patchOperations=change)
    described = gateway.get_domain_name(domainName=domain["domainName"])
    assert described["regionalCertificateArn"] == renewed


def test_a_base_path_mapping_moves_to_another_stage(api: Api, domain: dict[str, Any]) -> None:
    gateway = api.aws.client("apigateway", "us-west-2")
    where = {"domainName": domain["domainName"], "basePath": "v1"}
    gateway.create_base_path_mapping(**where, restApiId=api.id, stage="live")
    gateway.update_base_path_mapping(**where, patchOperations=patches({"/stage": "next"}))
    assert gateway.get_base_path_mapping(**where)["stage"] == "next"


def test_an_integration_response_is_changed_in_place(api: Api) -> None:
    where = {"restApiId": api.id, "resourceId": api.items, "httpMethod": "OPTIONS", "statusCode": "204"}
    path = "/responseParameters/method.response.header.Access-Control-Allow-Origin"
    api.gateway.update_integration_response(**where, patchOperations=patches({path: "'*'"}))
    described = api.gateway.get_integration_response(**where)
    assert described["responseParameters"][path.rpartition("/")[2]] == "'*'"
    api.gateway.update_integration_response(
        **where, patchOperations=patches({path: "'https://shop.example'"})
    )
