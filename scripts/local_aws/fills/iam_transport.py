"""Calls count as made over TLS, when IAM is enforced.

Contract: "aws:SecureTransport" of the IAM user guide; AWS's endpoints all speak TLS. Here their API is
answered over plain HTTP on the loopback interface, which stands for it: policies that refuse calls in the
clear would refuse every call otherwise.
"""

from __future__ import annotations

from collections.abc import Callable

from ministack import app

from local_aws.fills import Fill
from local_aws.fills.patching import wrap
from local_aws.settings import Settings


def _secure(original: Callable[[str, bool], None], source_ip: str, _secure_transport: bool) -> None:
    original(source_ip, True)


def _install(_settings: Settings) -> None:
    wrap(app, "pin_request_origin", _secure)


FILL = Fill(
    name="iam_transport",
    requires=("ministack.app.pin_request_origin",),
    install=_install,
)
