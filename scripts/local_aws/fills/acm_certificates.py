"""ACM certificates keep the options that they were requested with.

Contract: RequestCertificate and DescribeCertificate in the ACM API Reference: certificate transparency
logging is enabled unless the request disables it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ministack.services import acm

from local_aws.fills import Fill
from local_aws.fills.patching import Answer, wrap
from local_aws.settings import Settings

_DEFAULTS = {"CertificateTransparencyLoggingPreference": "ENABLED"}


def _request(original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
    answer = original(data)
    if answer[0] == 200:
        arn = json.loads(answer[2])["CertificateArn"]
        acm._certificates[arn]["Options"] = {**_DEFAULTS, **(data.get("Options") or {})}
    return answer


def _install(_settings: Settings) -> None:
    wrap(acm, "_request_certificate", _request)


FILL = Fill(
    name="acm_certificates",
    requires=("ministack.services.acm._certificates", "ministack.services.acm._request_certificate"),
    install=_install,
)
