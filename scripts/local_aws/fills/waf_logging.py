"""WAF's logging configurations, and the members of a web ACL that MiniStack forgets.

Contract: the WAFV2 API Reference (botocore's model "wafv2", 2019-07-29). A web ACL has at most one
logging configuration, with one destination whose name starts with "aws-waf-logs-". Nothing is logged,
as MiniStack applies no web ACL to a request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import AccountRegionScopedDict, json_response
from ministack.services import waf

from local_aws.fills import Fill
from local_aws.fills.patching import Answer, wrap
from local_aws.settings import Settings

_NAME_PREFIX = "aws-waf-logs-"
_WEB_ACL_MEMBERS = (
    "AssociationConfig",
    "CaptchaConfig",
    "ChallengeConfig",
    "CustomResponseBodies",
    "DataProtectionConfig",
    "Description",
    "TokenDomains",
)


class _Logging:
    """The logging configurations by web ACL, of each account and region."""

    def __init__(self) -> None:
        self._configurations = AccountRegionScopedDict()

    async def handle(self, original: Callable[..., Any], *request: Any) -> Answer:
        """Answer the logging operations, and leave all others to MiniStack."""
        _method, _path, headers, body, _query = request
        operations = {
            "PutLoggingConfiguration": self._put,
            "GetLoggingConfiguration": self._get,
            "DeleteLoggingConfiguration": self._delete,
            "ListLoggingConfigurations": self._list,
        }
        operation = operations.get(headers.get("x-amz-target", "").rpartition(".")[2])
        answer: Answer = operation(json.loads(body)) if operation else await original(*request)
        return answer

    def _put(self, request: Mapping[str, Any]) -> Answer:
        wanted = request["LoggingConfiguration"]
        arn = wanted["ResourceArn"]
        acl, _error_answer = waf._resolve_local_web_acl(arn)
        if acl is None:
            return _missing(arn)
        if not all(_may_receive_logs(destination) for destination in wanted["LogDestinationConfigs"]):
            return _error(
                "WAFInvalidParameterException",
                "Error reason: The ARN isn't valid. A valid ARN begins with arn: and includes other "
                "information separated by colons or slashes., field: LOG_DESTINATION",
            )
        defaults = {"ManagedByFirewallManager": False, "LogType": "WAF_LOGS", "LogScope": "CUSTOMER"}
        self._configurations[arn] = {**defaults, **wanted}
        return _ok({"LoggingConfiguration": self._configurations[arn]})

    def _get(self, request: Mapping[str, Any]) -> Answer:
        found = self._configurations.get(request["ResourceArn"])
        return _ok({"LoggingConfiguration": found}) if found else _missing(request["ResourceArn"])

    def _delete(self, request: Mapping[str, Any]) -> Answer:
        if self._configurations.pop(request["ResourceArn"], None) is None:
            return _missing(request["ResourceArn"])
        return _ok({})

    def _list(self, request: Mapping[str, Any]) -> Answer:
        kind = "/global/" if request.get("Scope") == "CLOUDFRONT" else "/regional/"
        every = [config for arn, config in self._configurations.items() if kind in arn.replace(":", "/")]
        return _ok({"LoggingConfigurations": every})

    def delete_web_acl(self, original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
        """DeleteWebACL, which takes the logging configuration along."""
        acl = waf._resource_from_scope(waf._web_acls, data.get("Id", ""), data.get("Scope", "REGIONAL"))
        answer = original(data)
        if acl and answer[0] == 200:
            self._configurations.pop(acl["ARN"], None)
        return answer


def _keep_members(original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
    """CreateWebACL and UpdateWebACL, which set these members and drop those that are not sent."""
    answer = original(data)
    if answer[0] == 200:
        uid = data.get("Id") or json.loads(answer[2])["Summary"]["Id"]
        acl = waf._resource_from_scope(waf._web_acls, uid, data.get("Scope", "REGIONAL"))
        for member in _WEB_ACL_MEMBERS:
            acl.pop(member, None)
            if data.get(member):
                acl[member] = data[member]
    return answer


def _may_receive_logs(destination: str) -> bool:
    """Whether the log group, bucket or delivery stream has a name that WAF accepts."""
    name = re.split(":log-group:|:::|deliverystream/", destination)[-1]
    return destination.startswith("arn:") and name.startswith(_NAME_PREFIX)


def _ok(document: Mapping[str, Any]) -> Answer:
    answer: Answer = json_response(document)
    return answer


def _error(code: str, message: str) -> Answer:
    answer: Answer = waf._waf_err(code, message)
    return answer


def _missing(arn: str) -> Answer:
    return _error(
        "WAFNonexistentItemException",
        "AWS WAF couldn't perform the operation because your resource doesn't exist. " + arn,
    )


def _install(_settings: Settings) -> None:
    logging = _Logging()
    wrap(waf, "handle_request", logging.handle)
    wrap(waf, "_delete_web_acl", logging.delete_web_acl)
    wrap(waf, "_create_web_acl", _keep_members)
    wrap(waf, "_update_web_acl", _keep_members)


FILL = Fill(
    name="waf_logging",
    requires=(
        "ministack.services.waf._create_web_acl",
        "ministack.services.waf._delete_web_acl",
        "ministack.services.waf._resolve_local_web_acl",
        "ministack.services.waf._resource_from_scope",
        "ministack.services.waf._update_web_acl",
        "ministack.services.waf._waf_err",
        "ministack.services.waf._web_acls",
        "ministack.services.waf.handle_request",
    ),
    install=_install,
)
