"""Whether a principal may do what an AWS service does in its name, when IAM is enforced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack import app
from ministack.core import iam_evaluator as iam

REQUIRES = tuple(
    f"ministack.core.iam_evaluator.{name}"
    for name in (
        "EvalContext",
        "_POLICY_REQUIRED",
        "_gather_role_policies",
        "_resource_policy",
        "combine_resource_policy",
        "enforce",
        "evaluate",
        "evaluate_resource_policy",
    )
)


def enforced() -> bool:
    """Whether this local AWS enforces IAM."""
    return bool(app.AUTH)


def role_may(role_arn: str, action: str, resource: str, **context: str) -> bool:
    """Whether a role's policies, with those of the resource, allow an action.

    `context` holds condition keys such as `kms:ViaService`, with "__" for the colon. Account and region
    are those of the resource. Always True unless IAM is enforced.
    """
    if not enforced():
        return True
    service, region, account = action.partition(":")[0], resource.split(":")[3], role_arn.split(":")[4]
    name = role_arn.rpartition("/")[2]
    policies = iam._gather_role_policies(name, account)
    question = iam.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{name}/local-aws",
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=region,
        service_context=condition_keys(context),
        secure_transport=True,  # AWS's services talk to each other over TLS.
    )
    result = iam.evaluate(question, policies)
    found = iam._resource_policy(service, resource)
    if found is not None:
        required = service in iam._POLICY_REQUIRED
        result = iam.combine_resource_policy(result, question, *found, required=required, limits=[])
    return bool(result.decision == "Allow")


def service_may(principal: str, action: str, resource: str, **context: str) -> bool:
    """Whether the resource's own policy lets an AWS service act on it. Always True unless IAM is enforced.

    `principal` is the service's, such as events.amazonaws.com; `context` holds condition keys.
    """
    if not enforced():
        return True
    service, region, account = action.partition(":")[0], *resource.split(":")[3:5]
    found = iam._resource_policy(service, resource)
    question = iam.EvalContext(
        principal_arn=f"arn:aws:iam::{account}:root",
        principal_type="Service",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=region,
        service_context=condition_keys(context),
        secure_transport=True,  # AWS's services talk to each other over TLS.
    )
    policy = found[0] if found else None
    return bool(iam.evaluate_resource_policy(policy, question, service=principal).decision == "Allow")


def denial(access_key: str, action: str, resource: str, **context: str) -> str | None:
    """Who is denied what a service does for the caller of the request in force; None when it is allowed."""
    if not enforced():
        return None
    service, region = action.partition(":")[0], resource.split(":")[3]
    result = iam.enforce(
        access_key, action, service, region, resource_arn=resource, service_context=condition_keys(context)
    )
    return None if result is None else str(getattr(result, "principal_arn", "") or access_key)


def condition_keys(context: Mapping[str, str]) -> dict[str, Any]:
    """Condition keys as MiniStack's evaluator takes them: lower case, with colons."""
    return {name.replace("__", ":").lower(): value for name, value in context.items()}
