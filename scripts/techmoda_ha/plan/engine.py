"""Runs the rules over a system and gathers what they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import techmoda_ha.plan.rules  # noqa: F401 - registers the rules
from techmoda_ha.plan.judging import RULES, Judgement, Outcome, Rule, Severity
from techmoda_ha.plan.model import System
from techmoda_ha.plan.waivers import Waiver, complaints

ORDER = {severity: place for place, severity in enumerate(Severity)}


@dataclass(frozen=True)
class Finding:
    """A rule with one of its judgements; `waiver` where somebody answers for the violation."""

    rule: Rule
    judgement: Judgement
    waiver: Waiver | None = None


@dataclass
class Findings:
    """What all rules said.

    `held` counts good judgements by rule id. `not_judged` are rules that need a plan which is not at
    hand, `without_subject` those that found nothing to judge.
    """

    violations: list[Finding] = field(default_factory=list)
    waived: list[Finding] = field(default_factory=list)
    unknown: list[Finding] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)
    not_judged: list[Rule] = field(default_factory=list)
    without_subject: list[Rule] = field(default_factory=list)
    waiver_complaints: list[str] = field(default_factory=list)

    @property
    def broken_rules(self) -> set[str]:
        """Return the ids of all rules with a violation that nobody answers for."""
        return {finding.rule.id for finding in self.violations}

    @property
    def places(self) -> set[tuple[str, str, str]]:
        """Return (rule, environment, address) of every violation that nobody answers for."""
        return {(one.rule.id, str(one.judgement.role), one.judgement.address) for one in self.violations}


def judge(
    system: System, waivers: Sequence[Waiver], today: date, rules: Iterable[Rule] | None = None
) -> Findings:
    """Judge a system by all rules (or those given) and return their findings, the worst first."""
    found, used = Findings(), set[Waiver]()
    for rule in RULES.values() if rules is None else rules:
        if not rule.needs <= system.roles:
            found.not_judged.append(rule)
            continue
        judgements = _distinct(rule.judge(system))
        if not judgements:
            found.without_subject.append(rule)
        for judgement in judgements:
            waiver = next((one for one in waivers if one.covers(rule.id, judgement)), None)
            if waiver and judgement.outcome is Outcome.VIOLATED:
                used.add(waiver)
            is_waived = waiver is not None and not waiver.is_over(today)
            _sort_in(found, Finding(rule, judgement, waiver if is_waived else None))
    found.violations.sort(key=lambda one: (ORDER[one.rule.severity], one.rule.id, one.judgement.address))
    found.waiver_complaints = complaints(waivers, used, set(system.roles), today)
    return found


def _distinct(judgements: Iterable[Judgement]) -> list[Judgement]:
    return list(dict.fromkeys(judgements))


def _sort_in(found: Findings, finding: Finding) -> None:
    outcome, identifier = finding.judgement.outcome, finding.rule.id
    if outcome is Outcome.HOLDS:
        found.held[identifier] = found.held.get(identifier, 0) + 1
    elif outcome is Outcome.UNKNOWN:
        found.unknown.append(finding)
    elif finding.waiver:
        found.waived.append(finding)
    else:
        found.violations.append(finding)
