"""Everything that one validation found, and the forms it is written in."""

from __future__ import annotations

import json
from collections.abc import Sized
from dataclasses import dataclass
from typing import Any

from techmoda_ha.plan.assessment.availability import availability
from techmoda_ha.plan.assessment.head_room import first_bottleneck, head_room
from techmoda_ha.plan.assessment.measure import Measure, Verdict
from techmoda_ha.plan.assessment.recovery import recovery
from techmoda_ha.plan.engine import Finding, Findings
from techmoda_ha.plan.forms.junit import junit_document
from techmoda_ha.plan.forms.sarif import sarif_document
from techmoda_ha.plan.judging import RULES
from techmoda_ha.plan.model import System

NEEDS_BOTH = "needs both plans"


@dataclass(frozen=True)
class Report:
    """The findings of the rules, and the measures that the plan's own numbers give."""

    sources: tuple[str, ...]
    findings: Findings
    availability: Measure
    recovery: tuple[Measure, ...]
    head_room: tuple[Measure, ...]

    @classmethod
    def of(cls, system: System, findings: Findings) -> Report:
        """Assess the system and put everything together."""
        return cls(
            tuple(plan.source for plan in system.plans), findings, availability(system),
            tuple(recovery(system)), tuple(head_room(system)),
        )  # fmt: skip

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Return all measures."""
        return (self.availability, *self.recovery, *self.head_room)

    @property
    def missed(self) -> tuple[Measure, ...]:
        """Return the measures that miss their objective."""
        return tuple(one for one in self.measures if one.verdict is Verdict.MISSED)

    @property
    def bottleneck(self) -> Measure | None:
        """Return the component that gives way first in a surge."""
        return first_bottleneck(list(self.head_room))

    @property
    def problems(self) -> int:
        """Return how many things refuse the plan."""
        return len(self.findings.violations) + len(self.findings.waiver_complaints) + len(self.missed)

    @property
    def summary(self) -> str:
        """Return the counts in words."""
        found = self.findings
        broken = f" of {_counted(found.broken_rules, 'rule')}" if found.violations else ""
        return (
            f"{_counted(found.violations, 'violation')}{broken}, "
            f"{_counted(self.missed, 'objective')} missed, "
            f"{_counted(found.waiver_complaints, 'waiver')} in question; "
            f"{_counted(found.unknown, 'judgement')} known only after apply, {len(found.waived)} waived"
        )

    @property
    def states(self) -> dict[str, str]:
        """Return how every rule stands, by its id: one of the words of `_state`."""
        return {rule.id: _state(self.findings, rule.id) for rule in RULES.values()}

    def as_json(self) -> str:
        """Return the whole report as a JSON document."""
        found = self.findings
        document = {
            "plans": self.sources,
            "passed": not self.problems,
            "summary": self.summary,
            "violations": [_finding(one) for one in found.violations],
            "waived": [_finding(one) for one in found.waived],
            "unknown": [_finding(one) for one in found.unknown],
            "waivers_in_question": found.waiver_complaints,
            "rules": self.states,
            "assessment": {
                "availability": _measure(self.availability),
                "recovery": [_measure(one) for one in self.recovery],
                "head_room": [_measure(one) for one in self.head_room],
                "first_bottleneck": self.bottleneck.name if self.bottleneck else None,
            },
        }
        return json.dumps(document, indent=2)

    def as_junit(self) -> str:
        """Return a JUnit XML document: a test for each rule and each measure."""
        return junit_document(self.findings, self.measures)

    def as_sarif(self) -> str:
        """Return a SARIF 2.1.0 document of the violations."""
        return sarif_document(self.findings)


def _counted(things: Sized, noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"


def _state(found: Findings, identifier: str) -> str:
    if identifier in found.broken_rules:
        return "violated"
    if any(rule.id == identifier for rule in found.not_judged):
        return NEEDS_BOTH
    if any(one.rule.id == identifier for one in found.unknown):
        return "unknown"
    if any(one.rule.id == identifier for one in found.waived):
        return "waived"
    return "holds" if found.held.get(identifier) else "nothing to judge"


def _finding(one: Finding) -> dict[str, Any]:
    judgement, waiver = one.judgement, one.waiver
    return {
        "rule": one.rule.id,
        "severity": str(one.rule.severity),
        "environment": str(judgement.role),
        "address": judgement.address,
        "location": str(judgement.location) if judgement.location else None,
        "message": judgement.message,
        "why": one.rule.why,
        "fix": one.rule.fix,
    } | (
        {"waiver": {"reason": waiver.reason, "owner": waiver.owner, "expires": str(waiver.expires)}}
        if waiver
        else {}
    )


def _measure(one: Measure) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "value": one.value,
        "objective": one.objective,
        "unit": one.unit,
        "verdict": str(one.verdict),
        "arithmetic": one.arithmetic,
    }
