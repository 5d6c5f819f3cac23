"""Dashboards, which an account has once and not once a region.

Contract: CloudWatch user guide, "Creating and working with CloudWatch dashboards": dashboards are global, and
the ARN of one names no region. MiniStack keeps them by region, so each could have one of the same name.
"""

from __future__ import annotations

from ministack.core.responses import AccountScopedDict
from ministack.services import cloudwatch

from local_aws.fills import Fill
from local_aws.settings import Settings


def _install(_settings: Settings) -> None:
    cloudwatch._dashboards = AccountScopedDict()


FILL = Fill(
    name="cloudwatch_dashboards",
    requires=(
        "ministack.core.responses.AccountScopedDict",
        "ministack.services.cloudwatch._dashboards",
    ),
    install=_install,
)
