"""What a rule is, and what it says about a resource: it holds, it is broken, or nobody can know yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from techmoda_ha.plan.model import Location, Plan, Resource, Role, System
from techmoda_ha.plan.values import UNKNOWN, Truth


class Outcome(StrEnum):
    """How a rule judges one resource."""

    HOLDS = "holds"
    VIOLATED = "violated"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How bad a violation is: every severity refuses the plan, but the worst are shown first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"


@dataclass(frozen=True)
class Judgement:
    """What a rule says about one address of one plan."""

    outcome: Outcome
    role: Role
    address: str
    message: str
    location: Location | None = None


Check = Callable[[System], Iterable[Judgement]]


@dataclass(frozen=True)
class Rule:
    """A rule with all that a reader needs to act on it.

    `needs` are the plans without which it cannot judge, and `answers` the demands that it answers: codes
    of techmoda_ha.plan.compliance.DEMANDS.
    """

    id: str
    severity: Severity
    title: str
    why: str
    fix: str
    source: str
    answers: tuple[str, ...]
    needs: frozenset[Role]
    check: Check

    @property
    def area(self) -> str:
        """Return the first part of the id, such as "data"."""
        return self.id.partition("-")[0]

    def judge(self, system: System) -> list[Judgement]:
        """Return what the rule says about the system; a rule that must not pass on nothing says so itself."""
        return list(self.check(system))


RULES: dict[str, Rule] = {}
ANY: frozenset[Role] = frozenset()
PRIMARY = frozenset({Role.PRIMARY})
DR = frozenset({Role.DR})
BOTH = frozenset({Role.PRIMARY, Role.DR})


def rule(
    identifier: str,
    *,
    severity: Severity,
    title: str,
    why: str,
    fix: str,
    source: str,
    answers: tuple[str, ...],
    needs: frozenset[Role] = ANY,
) -> Callable[[Check], Check]:
    """Register the decorated function as a rule."""

    def register(check: Check) -> Check:
        if identifier in RULES:
            raise ValueError(f"two rules are named {identifier}")
        RULES[identifier] = Rule(identifier, severity, title, why, fix, source, answers, needs, check)
        return check

    return register


def judged(resource: Resource, outcome: Outcome, message: str) -> Judgement:
    """Return a judgement of a resource."""
    return Judgement(outcome, resource.role, resource.address, message, resource.location)


def decide(resource: Resource, holds: Truth, message: str) -> Judgement:
    """Judge a resource by a truth value that may be UNKNOWN; the message says what is wrong."""
    if holds is UNKNOWN:
        return judged(resource, Outcome.UNKNOWN, f"Known only after apply, whether: {message}")
    return judged(resource, Outcome.HOLDS if holds else Outcome.VIOLATED, message)


def expect(resource: Resource, path: str, holds: Callable[[Any], bool], message: str) -> Judgement:
    """Judge a resource by its value at a path; `{}` in the message stands for that value."""
    value = resource.value(path)
    said = message.replace("{}", repr(value))
    return decide(resource, UNKNOWN if value is UNKNOWN else holds(value), said)


def missing(plan: Plan, message: str) -> Judgement:
    """Say that a plan lacks something that no resource of it stands for."""
    return Judgement(Outcome.VIOLATED, plan.role, f"envs/{plan.role}", message)
