"""Calls to the control API of a running local AWS."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

from local_aws.control import PREFIX
from local_aws.settings import Settings

_TIMEOUT_SECONDS = 5.0


class ControlError(RuntimeError):
    """The control API did not answer, or refused; the message says which."""


def status(settings: Settings, timeout: float = _TIMEOUT_SECONDS) -> Mapping[str, Any]:
    """The running server's status (see local_aws.control). Raises ControlError."""
    return call(settings, "GET", "status", None, timeout)


def set_region(settings: Settings, region: str, mode: str) -> Mapping[str, str]:
    """Set how a region fails ("reset", "hang", "unavailable") or that it is "up"; region → mode of all.

    Raises ControlError.
    """
    regions: Mapping[str, str] = call(settings, "PUT", f"regions/{region}", {"mode": mode})["regions"]
    return regions


def set_service(
    settings: Settings, service: str, region: str, modes: Sequence[str], share: float = 1.0
) -> Sequence[Mapping[str, Any]]:
    """Set how calls to a service fail in a region (see local_aws.service_faults); ["up"] heals it.

    Answers all faults of services. Raises ControlError.
    """
    body = {"mode": list(modes), "share": share}
    faults: Sequence[Mapping[str, Any]] = call(settings, "PUT", f"services/{service}/{region}", body)[
        "faults"
    ]
    return faults


def call(
    settings: Settings, method: str, path: str, body: object, timeout: float = _TIMEOUT_SECONDS
) -> Mapping[str, Any]:
    """What the control API answers at a path below /_local/. Raises ControlError."""
    url = f"{settings.endpoint_url}{PREFIX}{path}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method)  # noqa: S310 - always http to loopback
    # An HTTP proxy of the user must not get between.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout) as response:
            answer: Mapping[str, Any] = json.load(response)
            return answer
    except urllib.error.HTTPError as error:
        raise ControlError(json.load(error)["message"]) from error
    except (OSError, ValueError) as error:
        raise ControlError(f"{settings.endpoint_url} does not answer: {error}") from error
