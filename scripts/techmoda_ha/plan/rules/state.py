"""Rules of the state: each environment's lies in its own region, locked and encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from techmoda_ha.plan.judging import Judgement, Outcome, Severity, missing, rule
from techmoda_ha.plan.model import Plan, System


@rule(
    "state-own-region",
    severity=Severity.CRITICAL,
    title="Each environment's state lies in its own region",
    why="With its state in the failed region the DR environment cannot be changed until the outage is over.",
    fix="Let `ha bootstrap` make the state's bucket in the environment's region, and init with its settings.",
    source="Terraform, S3 backend; Well-Architected REL 13",
    answers=("wa-rel-10", "wa-rel-13"),
)
def own_region(system: System) -> Iterator[Judgement]:
    """Judge the backend of an environment that was planned here; a plan file does not tell it."""
    for plan in system.plans:
        if plan.backend is None or plan.backend.type == "local":
            yield _open(plan)
            continue
        region = plan.backend.settings.get("region")
        if plan.backend.type == "s3" and region == plan.region:
            yield Judgement(Outcome.HOLDS, plan.role, f"envs/{plan.role}", "")
        else:
            yield missing(
                plan, f"Its state is kept by {plan.backend.type} in {region}, not in {plan.region}."
            )


@rule(
    "state-locked",
    severity=Severity.HIGH,
    title="The state is locked while it changes, and encrypted",
    why="Two applies at a time corrupt the state; and it holds settings that nobody else should read.",
    fix="Set use_lockfile = true and encrypt = true in the backend's settings.",
    source="Terraform, S3 backend: use_lockfile; locking by DynamoDB is deprecated",
    answers=("wa-rel-8", "wa-sec-8"),
)
def locked(system: System) -> Iterator[Judgement]:
    """Judge the settings of an S3 backend."""
    for plan in system.plans:
        if plan.backend is None or plan.backend.type != "s3":
            yield _open(plan)
            continue
        lacking = [
            name for name in ("use_lockfile", "encrypt") if plan.backend.settings.get(name) is not True
        ]
        if lacking:
            yield missing(plan, f"Its backend lacks {' and '.join(lacking)}.")
        else:
            yield Judgement(Outcome.HOLDS, plan.role, f"envs/{plan.role}", "")


def _open(plan: Plan) -> Judgement:
    text = "Where its state lies is not known from a plan; validate the environment itself (--env)."
    return Judgement(Outcome.UNKNOWN, plan.role, f"envs/{plan.role}", text)
