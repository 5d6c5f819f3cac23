"""Autoscaling of a table and its indexes, as Application Auto Scaling has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_application_autoscaling import ApplicationAutoScalingClient

NAMESPACE: Final = "dynamodb"
TRACKING: Final = "TargetTrackingScalingPolicyConfiguration"


class TableScaling:
    """Reads and registers what governs a table's capacity.

    A field is named by dimension and index: `table:WriteCapacityUnits` or `index:ReadCapacityUnits/NAME`.
    Its value holds the limits and, by policy name, the target tracking.
    """

    def __init__(self, client: ApplicationAutoScalingClient) -> None:
        self._client = client

    def read(self, table: str) -> dict[str, Any]:
        """Return each scalable target of the table."""
        policies = self._policies(table)
        pages = self._client.get_paginator("describe_scalable_targets").paginate(ServiceNamespace=NAMESPACE)
        found = {}
        for page in pages:
            for target in page["ScalableTargets"]:
                if _is_of(target["ResourceId"], table):
                    name = _field(target["ResourceId"], target["ScalableDimension"])
                    found[name] = {
                        "min": target["MinCapacity"],
                        "max": target["MaxCapacity"],
                        "policies": policies.get(name, {}),
                    }
        return found

    def _policies(self, table: str) -> dict[str, dict[str, Any]]:
        pages = self._client.get_paginator("describe_scaling_policies").paginate(ServiceNamespace=NAMESPACE)
        found: dict[str, dict[str, Any]] = {}
        for page in pages:
            for policy in page["ScalingPolicies"]:
                if _is_of(policy["ResourceId"], table) and TRACKING in policy:
                    name = _field(policy["ResourceId"], policy["ScalableDimension"])
                    found.setdefault(name, {})[policy["PolicyName"]] = dict(policy[TRACKING])
        return found

    def apply(self, table: str, targets: Mapping[str, Mapping[str, Any]]) -> None:
        """Register these targets for the table, with their policies."""
        for field, target in targets.items():
            resource, dimension = _resource(field, table)
            place: Any = {
                "ServiceNamespace": NAMESPACE,
                "ResourceId": resource,
                "ScalableDimension": dimension,
            }
            self._client.register_scalable_target(
                **place, MinCapacity=target["min"], MaxCapacity=target["max"]
            )
            for name, tracking in target["policies"].items():
                self._client.put_scaling_policy(
                    **place,
                    PolicyName=name,
                    PolicyType="TargetTrackingScaling",
                    TargetTrackingScalingPolicyConfiguration=tracking,
                )


def _is_of(resource: str, table: str) -> bool:
    return resource == f"table/{table}" or resource.startswith(f"table/{table}/index/")


def _field(resource: str, dimension: str) -> str:
    _, _, index = resource.partition("/index/")
    return dimension.removeprefix(f"{NAMESPACE}:") + (f"/{index}" if index else "")


def _resource(field: str, table: str) -> tuple[str, str]:
    dimension, _, index = field.partition("/")
    return f"table/{table}" + (f"/index/{index}" if index else ""), f"{NAMESPACE}:{dimension}"
