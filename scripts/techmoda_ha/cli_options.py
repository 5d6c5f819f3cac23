"""Options that commands share, and the question before something is touched for good."""

from __future__ import annotations

import click

from techmoda_ha.environments import Environment, Target
from techmoda_ha.errors import HaError


def choice(kind: type[Environment] | type[Target]) -> click.Choice[str]:
    """Return the click type of an enumeration's values."""
    return click.Choice([str(one) for one in kind])


environment_option = click.option(
    "--env",
    "environment",
    required=True,
    type=choice(Environment),
    envvar="ENV",
    help="Which root module under envs/.",
)
target_option = click.option(
    "--target", default="local", show_default=True, type=choice(Target), envvar="TARGET",
    help="The local AWS, or the account of the ambient AWS credentials.",
)  # fmt: skip
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
refresh_option = click.option(
    "--refresh/--no-refresh", default=True,
    help="Ask AWS what there is (default), or believe the state: for one region while the other is gone.",
)  # fmt: skip


def require_consent(
    question: str, target: str, *, yes: bool, otherwise: str = "Run it again when you are sure."
) -> None:
    """Ask on AWS, unless `yes` has answered; the local AWS is nobody's loss.

    Raises HaError, which advises `otherwise`, when the person does not agree.
    """
    if target == Target.AWS and not yes and not click.confirm(question, err=True):
        raise HaError("Not confirmed; nothing was touched.", otherwise)
