"""Rules of independence: the DR environment stands, and can be changed, while the primary region is down."""

from __future__ import annotations

from collections.abc import Iterator

from techmoda_ha.plan.judging import DR, Judgement, Outcome, Severity, missing, rule
from techmoda_ha.plan.model import Plan, System


@rule(
    "dr-independent",
    severity=Severity.CRITICAL,
    title="The DR environment uses no provider and no state of the primary region",
    why="A provider of the failed region, or its state, makes every change in DR wait for the outage to end.",
    fix="Look everything up in the DR region by name (envs/dr/data.tf).",
    source="Well-Architected REL 11, static stability; docs/decisions/0046",
    answers=("wa-rel-10", "wa-rel-11", "wa-rel-13"),
    needs=DR,
)
def independent(system: System) -> Iterator[Judgement]:
    """Judge the providers of the DR plan, and its lookups."""
    plan = system.dr
    if plan is None:
        return
    for provider in plan.providers:
        if provider.region == plan.primary_region:
            yield missing(
                plan, f"Its provider {provider.key} works in {provider.region}, the primary region."
            )
    states = [one.address for one in plan.data if one.type == "terraform_remote_state"]
    if states:
        yield missing(plan, f"It reads another environment's state: {', '.join(states)}.")
    foreign = [one.address for one in plan.data if _names_primary(plan, str(one.values.get("arn", "")))]
    if foreign:
        yield missing(plan, f"It looks up what is in the primary region: {', '.join(foreign)}.")
    yield Judgement(Outcome.HOLDS, plan.role, "envs/dr", "")


def _names_primary(plan: Plan, arn: str) -> bool:
    return arn.split(":")[3:4] == [plan.primary_region]


@rule(
    "dr-another-region",
    severity=Severity.CRITICAL,
    title="The DR region is another region than the primary one",
    why="Two environments in one region fall together.",
    fix="Set dr_region to another region, in both environments alike.",
    source="Well-Architected REL 10, REL 13",
    answers=("gdpr-32-1-b", "wa-rel-10", "wa-rel-13"),
)
def another_region(system: System) -> Iterator[Judgement]:
    """Judge each plan's variables, and whether both plans mean the same regions."""
    for plan in system.plans:
        regions = (plan.primary_region, plan.dr_region)
        if plan.primary_region == plan.dr_region:
            yield missing(plan, f"Both regions are {plan.dr_region}.")
        elif any((other.primary_region, other.dr_region) != regions for other in system.plans):
            yield missing(plan, f"The other environment means other regions than {' and '.join(regions)}.")
        else:
            yield Judgement(Outcome.HOLDS, plan.role, f"envs/{plan.role}", "")
