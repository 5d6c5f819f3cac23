"""Calls count as made over TLS, when IAM is enforced.

Contract: "aws:SecureTransport" of the IAM user guide; AWS's endpoints all speak TLS. Here their API is
answered over plain HTTP on the loopback interface, which stands for it: policies that refuse calls in the
clear would refuse every call otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from ministack import app
from ministack.core import iam_evaluator

from local_aws.fills import Fill
from local_aws.fills.patching import wrap
from local_aws.settings import Settings


def _secure(original: Callable[[str, bool], None], source_ip: str, _secure_transport: bool) -> None:
    original(source_ip, True)


def _install(_settings: Settings) -> None:
    # What services do by themselves, such as an alarm's notification, belongs to no request.
    origin: ContextVar[tuple[str, bool]] = ContextVar("local_aws_origin", default=("127.0.0.1", True))
    iam_evaluator._request_origin = origin
    wrap(app, "pin_request_origin", _secure)
    iam_evaluator._request_origin = ContextVar("request_origin", default=("127.0.0.1", True))


FILL = Fill(
    name="iam_transport",
    requires=("ministack.app.pin_request_origin", "ministack.core.iam_evaluator._request_origin"),
    install=_install,
)
