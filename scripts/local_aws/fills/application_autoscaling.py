"""Application Auto Scaling's control plane, which MiniStack does not have.

Contract: the Application Auto Scaling API Reference (botocore's model "application-autoscaling",
2016-02-06). A target can be registered for a resource that exists only; a policy or a scheduled action
needs a registered target; deregistering a target removes both. Everything belongs to one region.
See docs/decisions/0020-own-application-auto-scaling.md for why it is not moto's.
"""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from local_aws.asgi import App, Call, Receive, Scope, Send, call_of
from local_aws.fills import Fill
from local_aws.fills.application_autoscaling_permissions import REQUIRES, require_permission
from local_aws.fills.application_autoscaling_store import STORES, RegionStore, Stores, invalid, key_of
from local_aws.fills.json_protocol import Operation, RefusedError, answer
from local_aws.settings import Settings

_DEFAULT_PAGE = 50

_RESOURCE_IDS = {
    ("dynamodb", "dynamodb:table:"): re.compile(r"table/(?P<table>[^/]+)"),
    ("dynamodb", "dynamodb:index:"): re.compile(r"table/(?P<table>[^/]+)/index/(?P<index>[^/]+)"),
    ("lambda", "lambda:function:"): re.compile(r"function:(?P<function>[^:]+):(?P<qualifier>[^:]+)"),
}


def require_resource(call: Call, request: Mapping[str, Any]) -> None:
    """Refuse a target whose table, index or function alias is not there, or whose dimension does not fit."""
    namespace, resource, dimension = key_of(request)
    patterns = {prefix: pattern for (space, prefix), pattern in _RESOURCE_IDS.items() if space == namespace}
    if not patterns:
        return
    for prefix, pattern in patterns.items():
        found = pattern.fullmatch(resource) if dimension.startswith(prefix) else None
        if found:
            _require_existing(call, resource, found.groupdict())
            return
    raise invalid("Unsupported service namespace, resource type or scalable dimension")


def _require_existing(call: Call, resource: str, names: Mapping[str, str]) -> None:
    from ministack.core.responses import request_scope
    from ministack.services import dynamodb, lambda_svc

    with request_scope(call.account_id, call.region):
        if "function" in names:
            function = lambda_svc._functions.get(names["function"]) or {}
            known = {**function.get("aliases", {}), **function.get("versions", {})}
            if names["qualifier"] not in known:
                raise invalid(f"Lambda function alias or version does not exist: {resource}")
            return
        table = dynamodb._tables.get(names["table"])
        if table is None:
            raise invalid(f"DynamoDB table does not exist: {resource}")
        indexes = {index["IndexName"] for index in table.get("GlobalSecondaryIndexes") or []}
        if "index" in names and names["index"] not in indexes:
            raise invalid(f"DynamoDB index does not exist: {resource}")


class ApplicationAutoScaling:
    """The service as an ASGI app.

    `clock` gives epoch seconds; `require` refuses a target that does not exist.
    """

    def __init__(
        self,
        stores: Stores,
        clock: Callable[[], float] = time.time,
        require: Callable[[Call, Mapping[str, Any]], None] = require_resource,
        authorize: Callable[[Scope, str, str, Mapping[str, Any]], None] = require_permission,
    ) -> None:
        self._stores = stores
        self._clock = clock
        self._require_resource = require
        self._authorize = authorize
        self._operations: dict[str, Operation] = {
            "RegisterScalableTarget": self._register,
            "DeregisterScalableTarget": self._deregister,
            "DescribeScalableTargets": self._describe_targets,
            "PutScalingPolicy": self._put_policy,
            "DeleteScalingPolicy": self._delete_policy,
            "DescribeScalingPolicies": self._describe_policies,
            "PutScheduledAction": self._put_action,
            "DeleteScheduledAction": self._delete_action,
            "DescribeScheduledActions": self._describe_actions,
            "DescribeScalingActivities": self._describe_activities,
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "ListTagsForResource": self._list_tags,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""

        def authorize(name: str, request: Mapping[str, Any]) -> None:
            self._authorize(scope, name, self._resource(call_of(scope), name, request), request)

        await answer("application-autoscaling", self._operations, scope, receive, send, authorize=authorize)

    def _resource(self, call: Call, operation: str, request: Mapping[str, Any]) -> str:
        """The ARN on which a call is authorized; that of a target to be has no id yet."""
        prefix = f"arn:aws:application-autoscaling:{call.region}:{call.account_id}:"
        if operation.startswith("Describe"):
            return f"{prefix}*"  # These are authorized on "*" alone.
        if "ResourceARN" in request:
            return str(request["ResourceARN"])
        target = self._store(call).targets.get(key_of(request)) or {}
        return str(target.get("ScalableTargetARN") or f"{prefix}scalable-target/new")

    def _store(self, call: Call) -> RegionStore:
        return self._stores.of(call.account_id, call.region)

    def _register(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        self._require_resource(call, request)
        return {"ScalableTargetARN": self._store(call).register(request, self._clock())}

    def _deregister(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        self._store(call).deregister(key_of(request))
        return {}

    def _describe_targets(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        wanted = request.get("ResourceIds")
        found = [
            target
            for target in self._store(call).targets.values()
            if _selected(target, request) and (not wanted or target["ResourceId"] in wanted)
        ]
        return _page("ScalableTargets", found, request)

    def _put_policy(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        policy = self._store(call).put_policy(request, self._clock())
        return {"PolicyARN": policy["PolicyARN"], "Alarms": policy["Alarms"]}

    def _delete_policy(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        self._store(call).delete_policy(key_of(request), request["PolicyName"])
        return {}

    def _describe_policies(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        found = _named(self._store(call).policies.values(), "PolicyName", request.get("PolicyNames"), request)
        return _page("ScalingPolicies", found, request)

    def _put_action(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        _check_schedule(request.get("Schedule"))
        self._store(call).put_action(request, self._clock())
        return {}

    def _delete_action(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        self._store(call).delete_action(key_of(request), request["ScheduledActionName"])
        return {}

    def _describe_actions(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        names = request.get("ScheduledActionNames")
        found = _named(self._store(call).actions.values(), "ScheduledActionName", names, request)
        return _page("ScheduledActions", found, request)

    def _describe_activities(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        found = [one for one in self._store(call).activities if _selected(one, request)]
        return _page("ScalingActivities", found, request)

    def _tag(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        store = self._store(call)
        store.tags_of(request["ResourceARN"])
        store.tag(request["ResourceARN"], request["Tags"])
        return {}

    def _untag(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        self._store(call).untag(request["ResourceARN"], request["TagKeys"])
        return {}

    def _list_tags(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        return {"Tags": self._store(call).tags_of(request["ResourceARN"])}


def _check_schedule(schedule: str | None) -> None:
    """Refuse what is none of at(yyyy-mm-ddThh:mm:ss), rate(value unit) and cron(six fields)."""
    if schedule is None:
        return
    forms = (
        r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)",
        r"rate\([1-9]\d* (minute|minutes|hour|hours|day|days)\)",
        r"cron\(\S+( \S+){5}\)",
    )
    if not any(re.fullmatch(form, schedule) for form in forms):
        raise invalid(f"Schedule expression is not valid: {schedule}")


def _selected(item: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
    """Whether an item belongs to the namespace, resource and dimension that a Describe request names."""
    if request.get("ScalableDimension") and not (request.get("ResourceId") or request.get("ResourceIds")):
        raise invalid("A resource ID must be specified when a scalable dimension is")
    filters = ("ServiceNamespace", "ResourceId", "ScalableDimension")
    return all(item[name] == request[name] for name in filters if request.get(name))


def _named(
    items: Iterable[dict[str, Any]], attribute: str, names: list[str] | None, request: Mapping[str, Any]
) -> list[dict[str, Any]]:
    return [item for item in items if _selected(item, request) and (not names or item[attribute] in names)]


def _page(member: str, items: list[dict[str, Any]], request: Mapping[str, Any]) -> dict[str, Any]:
    """One page of a Describe answer. The token is opaque to callers: the offset of the next page."""
    start = 0
    if token := request.get("NextToken"):
        try:
            start = int(base64.b64decode(token, validate=True))
        except (binascii.Error, ValueError) as error:
            raise RefusedError("InvalidNextTokenException", "The next token is not valid") from error
    end = start + request.get("MaxResults", _DEFAULT_PAGE)
    answer: dict[str, Any] = {member: items[start:end]}
    if end < len(items):
        answer["NextToken"] = base64.b64encode(str(end).encode()).decode()
    return answer


def _app(_settings: Settings) -> App:
    return ApplicationAutoScaling(STORES)


FILL = Fill(
    name="application-autoscaling",
    requires=(
        "ministack.services.dynamodb._tables",
        "ministack.services.lambda_svc._functions",
        *REQUIRES,
    ),
    services={"application-autoscaling": _app},
)
