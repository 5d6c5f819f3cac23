"""API Gateway's control plane as the API Reference (botocore's model "apigateway", 2015-07-09) has it.

- What was not set is left out: MiniStack answers an empty `mutualTlsAuthentication`, empty
  `accessLogSettings` and a POST method for mock integrations, which Terraform takes for changes.
- A regional domain has a name under execute-api.<region>.amazonaws.com and that region's hosted zone
  (AWS General Reference, "API Gateway endpoints and quotas").
- The method settings of a stage are keyed by the path as it was sent: "~1products~1{id}/PUT".
- Five Update operations that MiniStack lacks: domain name, base path mapping, method response,
  integration response and gateway response; and patches that keep JSON Pointer's escapes and types.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import apigateway_v1 as gateway

from local_aws.fills import Fill
from local_aws.fills.apigateway_patch import apply_patch
from local_aws.fills.patching import Answer, wrap
from local_aws.settings import Settings

_REGIONAL_ZONES = {
    "eu-central-1": "Z1U9ULNL0V5AJ3",
    "eu-west-1": "ZLY8HYME6SFDD",
    "us-east-1": "Z1UJRXOUMOOFQ8",
    "us-east-2": "ZOJJZC49E0EPZ",
    "us-west-1": "Z2MUQ32089INYE",
    "us-west-2": "Z2OJLYMUO9EFXC",
}
"""The hosted zones of regional API endpoints: AWS General Reference."""

_LEFT_OUT_WHEN_EMPTY = (
    "certificateArn",
    "certificateName",
    "endpointAccessMode",
    "mutualTlsAuthentication",
    "ownershipVerificationCertificateArn",
    "regionalCertificateArn",
    "regionalCertificateName",
)


def _create_domain_name(original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
    answer = original(data)
    if answer[0] != 201:
        return answer
    domain = gateway._domain_names[data["domainName"]]
    if "REGIONAL" in domain["endpointConfiguration"]["types"]:
        for member in ("distributionDomainName", "distributionHostedZoneId"):
            domain.pop(member, None)
        region = get_region()
        name = f"d-{_digest(get_account_id(), region, data['domainName'])}"
        domain["regionalDomainName"] = f"{name}.execute-api.{region}.amazonaws.com"
        domain["regionalHostedZoneId"] = _REGIONAL_ZONES.get(region, "Z1UJRXOUMOOFQ8")
    else:
        for member in ("regionalDomainName", "regionalHostedZoneId"):
            domain.pop(member, None)
    domain["domainNameStatus"] = "AVAILABLE"
    for member in _LEFT_OUT_WHEN_EMPTY:
        if not domain.get(member):
            domain.pop(member, None)
    return _answer(domain, 201)


def _digest(*parts: str) -> str:
    return hashlib.sha256(":".join(parts).encode()).hexdigest()[:10]


def _leave_out_access_log(original: Callable[..., Answer], api_id: str, *args: Any) -> Answer:
    """CreateStage and UpdateStage, whose answer has access log settings only if there are some."""
    answer = original(api_id, *args)
    if answer[0] >= 300:
        return answer
    name = json.loads(answer[2])["stageName"]
    stage = gateway._stages_v1[api_id][name]
    if not stage.get("accessLogSettings"):
        stage.pop("accessLogSettings", None)
    return _answer(stage, answer[0])


def _put_integration(
    original: Callable[..., Answer], api_id: str, resource_id: str, http_method: str, data: dict[str, Any]
) -> Answer:
    answer = original(api_id, resource_id, http_method, data)
    if answer[0] != 201:
        return answer
    integration = gateway._resources[api_id][resource_id]["resourceMethods"][http_method]["methodIntegration"]
    for member in ("httpMethod", "requestParameters", "uri"):
        if not data.get(member):
            integration.pop(member, None)
    return _answer(integration, 201)


def _method_throttle_settings(
    original: Callable[..., Any], stage: Mapping[str, Any], resource_path: str, http_method: str
) -> Any:
    """Enforce settings by the path that their key names, whichever way it is escaped."""
    settings = {
        key if key == "*/*" else key.replace("~1", "/").replace("~0", "~"): value
        for key, value in (stage.get("methodSettings") or {}).items()
    }
    return original({**stage, "methodSettings": settings}, resource_path, http_method)


async def _handle(original: Callable[..., Any], *request: Any) -> Answer:
    """Answer the Update operations that MiniStack lacks, and leave all others to it."""
    method, path, _headers, body, _query = request
    if method == "PATCH":
        holder, key = _patched(path.strip("/").split("/"))
        if holder is not None:
            if not isinstance(holder.get(key), dict):
                missing: Answer = gateway._v1_error("NotFoundException", "Invalid identifier specified", 404)
                return missing
            operations = json.loads(body or b"{}").get("patchOperations", [])
            return _answer(_renamed(holder, key, apply_patch(holder[key], operations)), 200)
    answer: Answer = await original(*request)
    return answer


def _patched(parts: list[str]) -> tuple[Any, str]:
    """Where the resource that a path names is kept: a store and its key there; (None, "") for others."""
    match parts:
        case ["domainnames", domain]:
            return gateway._domain_names, domain
        case ["domainnames", domain, "basepathmappings", base_path]:
            return gateway._base_path_mappings.get(domain, {}), base_path
        case ["restapis", api, "gatewayresponses", kind]:
            return gateway._gateway_responses.get(api, {}), kind
        case ["restapis", api, "resources", resource, "methods", verb, "responses", status]:
            return _method(api, resource, verb).get("methodResponses", {}), status
        case ["restapis", api, "resources", resource, "methods", verb, "integration", "responses", status]:
            integration = _method(api, resource, verb).get("methodIntegration") or {}
            return integration.get("integrationResponses", {}), status
    return None, ""


def _method(api: str, resource: str, verb: str) -> dict[str, Any]:
    found = gateway._resources.get(api, {}).get(resource, {})
    method: dict[str, Any] = found.get("resourceMethods", {}).get(verb) or {}
    return method


def _renamed(holder: Any, key: str, resource: dict[str, Any]) -> dict[str, Any]:
    """Move a base path mapping whose patch changed its base path."""
    base_path = resource.get("basePath")
    if base_path is not None and base_path != key:
        del holder[key]
        holder[base_path] = resource
    return resource


def _answer(document: Mapping[str, Any], status: int) -> Answer:
    answer: Answer = gateway._v1_response(document, status)
    return answer


def _install(_settings: Settings) -> None:
    wrap(gateway, "handle_request", _handle)
    wrap(gateway, "_create_domain_name", _create_domain_name)
    wrap(gateway, "_create_stage", _leave_out_access_log)
    wrap(gateway, "_update_stage", _leave_out_access_log)
    wrap(gateway, "_put_integration", _put_integration)
    wrap(gateway, "_method_throttle_settings", _method_throttle_settings)
    wrap(gateway, "_decode_json_pointer_token", lambda _original, token: token)
    wrap(gateway, "_apply_patch", lambda _original, target, operations: apply_patch(target, operations))


FILL = Fill(
    name="apigateway_control",
    requires=tuple(
        f"ministack.services.apigateway_v1.{name}"
        for name in (
            "_apply_patch",
            "_base_path_mappings",
            "_create_domain_name",
            "_create_stage",
            "_decode_json_pointer_token",
            "_domain_names",
            "_gateway_responses",
            "_method_throttle_settings",
            "_put_integration",
            "_resources",
            "_stages_v1",
            "_update_stage",
            "_v1_error",
            "_v1_response",
            "handle_request",
        )
    ),
    install=_install,
)
