"""Who may call Application Auto Scaling, when IAM is enforced.

Contract: Service Authorization Reference, "Actions, resources, and condition keys for Application Auto
Scaling". What changes a target is authorized on its ARN, with the target's namespace and dimension as
condition keys; what only describes, on "*".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack.core.router import extract_access_key_id

from local_aws.asgi import Scope
from local_aws.fills import permissions
from local_aws.fills.json_protocol import RefusedError

_KEYS = {"ServiceNamespace": "service-namespace", "ScalableDimension": "scalable-dimension"}

REQUIRES = ("ministack.core.router.extract_access_key_id", *permissions.REQUIRES)


def require_permission(scope: Scope, operation: str, resource: str, request: Mapping[str, Any]) -> None:
    """Refuse a caller whose policies do not allow the operation on the resource. Raises RefusedError."""
    headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
    action = f"application-autoscaling:{operation}"
    context = {
        f"application-autoscaling:{key}": str(request[name]) for name, key in _KEYS.items() if name in request
    }
    who = permissions.denial(extract_access_key_id(headers, {}), action, resource, **context)
    if who:
        message = f"User: {who} is not authorized to perform: {action} on resource: {resource}"
        raise RefusedError("AccessDeniedException", message)
