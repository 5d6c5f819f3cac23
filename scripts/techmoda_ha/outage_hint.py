"""Says, before Terraform asks AWS what there is, that a region it asks is out, and what to do instead.

A provider repeats each call that nobody answers 25 times, silently and for many minutes (decision 46).
"""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console

from techmoda_ha.environments import Environment, Target, ha_command
from techmoda_ha.hints import program, typeable
from techmoda_ha.reachability import PROBE_SECONDS, AnsweringClients
from techmoda_ha.terraform import Terraform

# The control planes of IAM and Route 53 are there (AWS whitepaper "AWS Fault Isolation Boundaries").
CONTROL_PLANES = "us-east-1"
Silence = Callable[[str], str]


def asked_elsewhere(environment: Environment, own: str, dr: str) -> dict[str, str]:
    """Return the regions beside its own that a refresh of an environment asks, and for what."""
    asked = {CONTROL_PLANES: "IAM and Route 53"}
    if environment is Environment.PRIMARY:
        asked[dr] = ", ".join([*([asked[dr]] if dr in asked else []), "the replicas"])
    return {region: what for region, what in asked.items() if region != own}


def tell_of_outage(
    terraform: Terraform, console: Console, command: str, silence_of: Silence | None = None
) -> None:
    """Print a line for each silent region that Terraform is about to ask; it is not kept from asking.

    `command` is the `ha` command that asks. Its own region's silence is an error before (Terraform.init).
    """
    own, dr = (terraform.backend.region_of(one) for one in (terraform.environment, Environment.DR))
    silence_of = silence_of or AnsweringClients.of(terraform.variables, PROBE_SECONDS).silence_of
    for region, what in asked_elsewhere(terraform.environment, own, dr).items():
        if why := silence_of(region):
            said = (
                f"{region} does not answer ({why}). Terraform asks for {what} there, each call up to "
                f"25 times: this may take many minutes, and fail. {_instead(terraform, command)}"
            )
            console.print(said, style="yellow", markup=False, highlight=False, soft_wrap=True)


def _instead(terraform: Terraform, command: str) -> str:
    if command == "drift":
        return "What drifted can be told when it answers again."
    target = terraform.variables.get("HA_TARGET", Target.LOCAL)
    typed = typeable(ha_command(command, terraform.environment, target, "--no-refresh"), [command], program())
    return f"Interrupt it, and believe the state: {typed}"
