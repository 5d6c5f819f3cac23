"""What Application Auto Scaling keeps for one account and region, and the rules for changing it.

Contract: the Application Auto Scaling API Reference (botocore's model "application-autoscaling",
2016-02-06). Time is passed in, so that tests and the scaling loop share one clock.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local_aws.fills.json_protocol import RefusedError

Key = tuple[str, str, str]
"""Service namespace, resource id, scalable dimension: what identifies a scalable target."""

MAX_TAGS = 50
MAX_ACTIVITIES = 1000  # AWS keeps six weeks of them.

_NOT_SUSPENDED = {
    "DynamicScalingInSuspended": False,
    "DynamicScalingOutSuspended": False,
    "ScheduledScalingSuspended": False,
}

_SERVICE_ROLES = {"dynamodb": "_DynamoDBTable", "lambda": "_LambdaConcurrency"}
"""The endings of the service-linked roles' names."""


def invalid(message: str) -> RefusedError:
    """A ValidationException."""
    return RefusedError("ValidationException", message)


def key_of(request: Mapping[str, Any]) -> Key:
    """The scalable target that a request, a policy or a scheduled action names."""
    return request["ServiceNamespace"], request["ResourceId"], request["ScalableDimension"]


@dataclass
class RegionStore:
    """The targets, policies, scheduled actions and tags of one account in one region.

    Targets, policies and actions are kept in the shape in which the Describe operations return them.
    """

    account_id: str
    region: str
    targets: dict[Key, dict[str, Any]] = field(default_factory=dict)
    policies: dict[tuple[Key, str], dict[str, Any]] = field(default_factory=dict)
    actions: dict[tuple[Key, str], dict[str, Any]] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    new_bounds: set[Key] = field(default_factory=set)
    """The targets whose bounds were set since capacities were last brought within them."""
    activities: list[dict[str, Any]] = field(default_factory=list)
    """What scaling did, newest first."""

    def target(self, key: Key) -> dict[str, Any]:
        """The registered target; ObjectNotFoundException when there is none."""
        if key not in self.targets:
            namespace, resource, dimension = key
            raise RefusedError(
                "ObjectNotFoundException",
                f"No scalable target registered for service namespace: {namespace}, "
                f"resource ID: {resource}, scalable dimension: {dimension}",
            )
        return self.targets[key]

    def register(self, request: Mapping[str, Any], now: float) -> str:
        """Register a target or change the given attributes of a registered one; returns its ARN.

        Tags count at creation only: TagResource is for existing targets.
        """
        key = key_of(request)
        known = self.targets.get(key)
        target = dict(known) if known else self._new_target(key, now)
        given = ("MinCapacity", "MaxCapacity", "RoleARN")
        target |= {name: request[name] for name in given if name in request}
        target["SuspendedState"] = {**target["SuspendedState"], **request.get("SuspendedState", {})}
        check_bounds(target)
        arn: str = target["ScalableTargetARN"]
        if not known and request.get("Tags"):
            self.tag(arn, request["Tags"])
        self.targets[key] = target
        self.new_bounds.add(key)
        return arn

    def _new_target(self, key: Key, now: float) -> dict[str, Any]:
        namespace, resource, dimension = key
        identity = uuid.uuid4().hex + uuid.uuid4().hex[:2]
        role = "AWSServiceRoleForApplicationAutoScaling" + _SERVICE_ROLES.get(namespace, "")
        service = f"{namespace}.application-autoscaling.amazonaws.com"
        return {
            "ServiceNamespace": namespace,
            "ResourceId": resource,
            "ScalableDimension": dimension,
            "RoleARN": f"arn:aws:iam::{self.account_id}:role/aws-service-role/{service}/{role}",
            "CreationTime": now,
            "SuspendedState": dict(_NOT_SUSPENDED),
            "ScalableTargetARN": (
                f"arn:aws:application-autoscaling:{self.region}:{self.account_id}:scalable-target/{identity}"
            ),
        }

    def deregister(self, key: Key) -> None:
        """Remove a target with its policies, scheduled actions and tags."""
        target = self.target(key)
        self.policies = {name: policy for name, policy in self.policies.items() if name[0] != key}
        self.actions = {name: action for name, action in self.actions.items() if name[0] != key}
        self.tags.pop(target["ScalableTargetARN"], None)
        del self.targets[key]

    def put_policy(self, request: Mapping[str, Any], now: float) -> dict[str, Any]:
        """Create a policy, or replace what an existing one of that name says."""
        key, name = key_of(request), request["PolicyName"]
        self.target(key)
        known = self.policies.get((key, name))
        kind = request.get("PolicyType") or (known or {}).get("PolicyType") or "StepScaling"
        configuration = f"{kind}PolicyConfiguration"
        if configuration not in request and not known:
            raise invalid(f"{configuration} must be specified for policy type {kind}")
        _check_policy(key[0], kind, request)
        if kind == "TargetTrackingScaling":
            self._refuse_second_policy_for_the_metric(key, name, request)
        policy = {
            "PolicyARN": (known or {}).get("PolicyARN") or self._policy_arn(key, name),
            "PolicyName": name,
            "ServiceNamespace": key[0],
            "ResourceId": key[1],
            "ScalableDimension": key[2],
            "PolicyType": kind,
            configuration: request.get(configuration) or (known or {}).get(configuration),
            "Alarms": (known or {}).get("Alarms") or self._alarms_of(key, kind),
            "CreationTime": (known or {}).get("CreationTime", now),
        }
        self.policies[key, name] = policy
        return policy

    def _alarms_of(self, key: Key, kind: str) -> list[dict[str, str]]:
        """The names of the alarms, over the target and below it, that a new policy makes."""
        if (key[0], kind) != ("dynamodb", "TargetTrackingScaling"):
            return []
        names = [f"TargetTracking-{key[1]}-{side}-{uuid.uuid4()}" for side in ("AlarmHigh", "AlarmLow")]
        arn = f"arn:aws:cloudwatch:{self.region}:{self.account_id}:alarm:"
        return [{"AlarmName": name, "AlarmARN": f"{arn}{name}"} for name in names]

    def _refuse_second_policy_for_the_metric(self, key: Key, name: str, request: Mapping[str, Any]) -> None:
        wanted = _metric_of(request)
        for (other_key, other_name), other in self.policies.items():
            if other_key == key and other_name != name and wanted is not None and _metric_of(other) == wanted:
                raise invalid(
                    "Only one TargetTrackingScaling policy for a given metric specification is allowed."
                )

    def _policy_arn(self, key: Key, name: str) -> str:
        return (
            f"arn:aws:autoscaling:{self.region}:{self.account_id}:scalingPolicy:{uuid.uuid4()}"
            f":resource/{key[0]}/{key[1]}:policyName/{name}"
        )

    def tracks(self, *key: str) -> bool:
        """Whether a target tracking policy scales the namespace's resource in that dimension."""
        return any(
            policy["PolicyType"] == "TargetTrackingScaling"
            for (target, _name), policy in self.policies.items()
            if target == key
        )

    def delete_policy(self, key: Key, name: str) -> None:
        """Remove a policy; ObjectNotFoundException when there is none of that name."""
        if self.policies.pop((key, name), None) is None:
            raise _not_found("scaling policy", key, name)

    def put_action(self, request: Mapping[str, Any], now: float) -> None:
        """Create a scheduled action, or change the given attributes of one."""
        key, name = key_of(request), request["ScheduledActionName"]
        self.target(key)
        known = self.actions.get((key, name))
        action = {**known} if known else self._new_action(key, name, now)
        given = ("Schedule", "Timezone", "StartTime", "EndTime", "ScalableTargetAction")
        action |= {attribute: request[attribute] for attribute in given if attribute in request}
        if "Schedule" not in action:
            raise invalid("Schedule must be specified for a new scheduled action")
        bounds = action.get("ScalableTargetAction") or {}
        if not bounds:
            raise invalid("ScalableTargetAction must set a minimum or a maximum capacity")
        check_bounds(bounds, complete=False)
        self.actions[key, name] = action

    def _new_action(self, key: Key, name: str, now: float) -> dict[str, Any]:
        return {
            "ScheduledActionName": name,
            "ScheduledActionARN": (
                f"arn:aws:autoscaling:{self.region}:{self.account_id}:scheduledAction:{uuid.uuid4()}"
                f":resource/{key[0]}/{key[1]}:scheduledActionName/{name}"
            ),
            "ServiceNamespace": key[0],
            "ResourceId": key[1],
            "ScalableDimension": key[2],
            "CreationTime": now,
        }

    def delete_action(self, key: Key, name: str) -> None:
        """Remove a scheduled action; ObjectNotFoundException when there is none of that name."""
        if self.actions.pop((key, name), None) is None:
            raise _not_found("scheduled action", key, name)

    def note_activity(
        self, key: Key, now: float, before: int, units: int, cause: str, *, succeeded: bool
    ) -> None:
        """Keep that a capacity was changed."""
        words = f"from {before} to {units} because of {cause}"
        outcome = {"StatusCode": "Successful", "StatusMessage": f"Successfully set capacity {words}."}
        if not succeeded:
            outcome = {"StatusCode": "Failed", "StatusMessage": f"Failed to set capacity {words}."}
        activity = {
            "ActivityId": str(uuid.uuid4()),
            "ServiceNamespace": key[0],
            "ResourceId": key[1],
            "ScalableDimension": key[2],
            "Description": f"Setting capacity units to {units}.",
            "Cause": cause,
            "StartTime": now,
            "EndTime": now,
            **outcome,
        }
        self.activities.insert(0, activity)
        del self.activities[MAX_ACTIVITIES:]

    def tags_of(self, arn: str) -> dict[str, str]:
        """The tags of a registered target; ResourceNotFoundException for any other ARN."""
        if all(target["ScalableTargetARN"] != arn for target in self.targets.values()):
            raise RefusedError("ResourceNotFoundException", f"Resource not found: {arn}")
        return self.tags.get(arn, {})

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Add or overwrite tags, at most 50 on one target."""
        merged = {**self.tags.get(arn, {}), **tags}
        if len(merged) > MAX_TAGS:
            raise RefusedError("TooManyTagsException", f"A resource can have at most {MAX_TAGS} tags")
        self.tags[arn] = merged

    def untag(self, arn: str, names: Iterable[str]) -> None:
        """Remove tags; a name that is not there is ignored."""
        gone = set(names)
        self.tags[arn] = {name: value for name, value in self.tags_of(arn).items() if name not in gone}


def check_bounds(bounds: Mapping[str, Any], *, complete: bool = True) -> None:
    """Refuse a minimum above the maximum, a negative capacity, or (`complete`) a missing bound."""
    least, most = bounds.get("MinCapacity"), bounds.get("MaxCapacity")
    if complete and (least is None or most is None):
        raise invalid("Both MinCapacity and MaxCapacity must be specified for a new scalable target")
    if min(least or 0, most or 0) < 0:
        raise invalid("Minimum and maximum capacity must be greater than or equal to 0")
    if least is not None and most is not None and least > most:
        raise invalid("Maximum capacity cannot be less than minimum capacity")


def _check_policy(namespace: str, kind: str, request: Mapping[str, Any]) -> None:
    if kind == "StepScaling" and namespace in {"dynamodb", "lambda"}:
        raise invalid(f"Policy type StepScaling is not supported for service namespace {namespace}")
    tracking = request.get("TargetTrackingScalingPolicyConfiguration")
    if tracking is None:
        return
    specifications = {"PredefinedMetricSpecification", "CustomizedMetricSpecification"} & tracking.keys()
    if len(specifications) != 1:
        raise invalid("Exactly one of a predefined and a customized metric specification is needed")
    metric = tracking.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType", "")
    prefixes = {"dynamodb": "DynamoDB", "lambda": "Lambda"}
    if metric and not metric.startswith(prefixes.get(namespace, "")):
        raise invalid(f"Predefined metric type {metric} is not supported for service namespace {namespace}")


def _metric_of(policy: Mapping[str, Any]) -> object:
    configuration = policy.get("TargetTrackingScalingPolicyConfiguration") or {}
    predefined = configuration.get("PredefinedMetricSpecification")
    return predefined or configuration.get("CustomizedMetricSpecification")


def _not_found(what: str, key: Key, name: str) -> RefusedError:
    namespace, resource, dimension = key
    return RefusedError(
        "ObjectNotFoundException",
        f"No {what} found for service namespace: {namespace}, resource ID: {resource}, "
        f"scalable dimension: {dimension}, {what} name: {name}",
    )


class Stores:
    """One store for each account and region, made when it is first asked for."""

    def __init__(self) -> None:
        self._stores: dict[tuple[str, str], RegionStore] = {}

    def of(self, account_id: str, region: str) -> RegionStore:
        """The store of an account in a region."""
        key = (account_id, region)
        return self._stores.setdefault(key, RegionStore(*key))


STORES = Stores()
"""What this process serves; like MiniStack's own stores, it lives as long as the process."""
