"""Reports as tables for people."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from techmoda_ha.plan.assessment.measure import Measure, Verdict
from techmoda_ha.plan.engine import Finding
from techmoda_ha.plan.judging import RULES, Rule
from techmoda_ha.plan.report import NEEDS_BOTH, Report

COLOURS = {Verdict.HOLDS: "green", Verdict.MISSED: "bold red", Verdict.UNKNOWN: "yellow"}
SHOWN_ROOM = 6
STANDING = {  # the words of Report.states as they follow a number
    "holds": "hold", "violated": "broken", "waived": "waived", "unknown": "known only after apply",
    "nothing to judge": "without anything to judge", NEEDS_BOTH: "not judged",
}  # fmt: skip


def show(report: Report, console: Console, *, show_all: bool, both: str) -> None:
    """Print what a CTO reads first: promises, then what is wrong, then what nobody can know yet.

    The verdict is the last line. `both` is the command that judges both environments.
    """
    _show_promises(report, console)
    _show_room(report, console, show_all=show_all)
    _show_findings(report, console)
    _show_unknown(report, console, show_all=show_all)
    for complaint in report.findings.waiver_complaints:
        console.print(f"waiver  {complaint}", style="red", markup=False, highlight=False)
    _show_counts(report, console, both)
    _show_verdict(report, console)


def _show_counts(report: Report, console: Console, both: str) -> None:
    """Say how many rules stand how, so that the numbers add up to all of them."""
    counts = Counter(report.states.values())
    told = ", ".join(f"{counts[state]} {word}" for state, word in STANDING.items() if counts[state])
    console.print(f"{len(RULES)} rules: {told}.", highlight=False, soft_wrap=True)
    if alone := counts[NEEDS_BOTH]:
        text = (
            f"{alone} of {len(RULES)} rules cannot be judged from the plan of {_judged(report)} alone; "
            f"both together: {both}"
        )
        console.print(text, markup=False, highlight=False, soft_wrap=True)


def _show_verdict(report: Report, console: Console) -> None:
    console.print(f"{report.summary[:1].upper()}{report.summary[1:]}.", highlight=False, soft_wrap=True)
    verdict = "does not hold" if report.problems else "holds"
    alone = " alone" if NEEDS_BOTH in report.states.values() else ""
    style = COLOURS[Verdict.MISSED if report.problems else Verdict.HOLDS]
    console.print(Text(f"Verdict on {_judged(report)}{alone}: {verdict}.", style=style), soft_wrap=True)


def _judged(report: Report) -> str:
    return " and ".join(report.sources)


def _show_promises(report: Report, console: Console) -> None:
    table = Table(title="Promises, from the plan's own numbers", title_justify="left")
    for column in ("", "promise", "plan gives", "objective", "how"):
        table.add_column(column, overflow="fold")
    for measure in (report.availability, *report.recovery):
        table.add_row(*_row(measure))
    console.print(table)


def _show_room(report: Report, console: Console, *, show_all: bool) -> None:
    measures = report.head_room if show_all else report.head_room[:SHOWN_ROOM]
    table = Table(title="Head-room in a surge, the tightest first", title_justify="left")
    for column in ("", "component", "holds", "objective", "how"):
        table.add_column(column, overflow="fold")
    for measure in measures:
        table.add_row(*_row(measure))
    console.print(table)
    if report.bottleneck:
        console.print(f"First bottleneck: {report.bottleneck.name}.", highlight=False)


def _row(measure: Measure) -> tuple[Text, str, str, str, str]:
    value = "unknown" if measure.value is None else f"{_number(measure)} {measure.unit}"
    sign = "≤" if measure.at_most else "≥"
    mark = Text(str(measure.verdict), style=COLOURS[measure.verdict])
    return mark, measure.name, value, f"{sign} {measure.objective:g} {measure.unit}", measure.arithmetic


def _number(measure: Measure) -> str:
    value = measure.value or 0.0
    return f"{value:.4f}" if measure.unit == "%" else f"{value:.1f}".removesuffix(".0")


def _show_findings(report: Report, console: Console) -> None:
    for one in (*report.findings.violations, *report.findings.waived):
        _show_finding(one, console)


def _show_finding(one: Finding, console: Console) -> None:
    judgement = one.judgement
    word = "waived" if one.waiver else str(one.rule.severity)
    style = "yellow" if one.waiver else "red"
    where = f"envs/{judgement.role}" if judgement.address.startswith("envs/") else (
        f"{judgement.address} in envs/{judgement.role}"
    )  # fmt: skip
    console.print(Text(f"{word}  {one.rule.id}: {judgement.message}", style=style), soft_wrap=True)
    lines = [f"where  {where}" + (f" ({judgement.location})" if judgement.location else "")]
    if one.waiver:
        lines.append(f"waived {one.waiver.reason} — {one.waiver.owner}, until {one.waiver.expires}")
    else:
        lines += [f"why    {one.rule.why}", f"fix    {one.rule.fix}"]
    for line in lines:
        console.print(f"    {line}", markup=False, highlight=False, soft_wrap=True)


def _show_unknown(report: Report, console: Console, *, show_all: bool) -> None:
    unknown = report.findings.unknown
    if not unknown:
        return
    console.print("Known only after apply, so not judged as good:", style="yellow")
    if show_all:
        for one in unknown:
            text = f"    {one.rule.id}  {one.judgement.address} in envs/{one.judgement.role}"
            console.print(text, markup=False, highlight=False, soft_wrap=True)
        return
    for identifier in dict.fromkeys(one.rule.id for one in unknown):
        count = sum(one.rule.id == identifier for one in unknown)
        console.print(f"    {identifier}: {count} (--all lists them)", highlight=False)


def show_rules(rules: list[Rule], console: Console) -> None:
    """Print one line for each rule."""
    table = Table(box=None, pad_edge=False)
    for column in ("rule", "severity", "holds when"):
        table.add_column(column, overflow="fold")
    for rule in rules:
        table.add_row(rule.id, str(rule.severity), rule.title)
    console.print(table)
    console.print(f"{len(rules)} rules.", highlight=False)


def explain(rule: Rule, console: Console) -> None:
    """Print everything about one rule."""
    for name, value in described(rule).items():
        text = ", ".join(value) if isinstance(value, list) else value
        console.print(f"{name:9} {text}", markup=False, highlight=False, soft_wrap=True)


def described(rule: Rule) -> dict[str, Any]:
    """Return a rule's metadata as JSON types."""
    return {
        "id": rule.id,
        "severity": str(rule.severity),
        "title": rule.title,
        "why": rule.why,
        "fix": rule.fix,
        "source": rule.source,
        "answers": list(rule.answers),
        "needs": sorted(str(one) for one in rule.needs),
    }
