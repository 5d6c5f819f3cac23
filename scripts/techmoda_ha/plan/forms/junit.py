"""JUnit XML, which CI systems show as tests."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from techmoda_ha.plan.assessment.measure import Measure, Verdict
from techmoda_ha.plan.engine import Findings
from techmoda_ha.plan.judging import RULES, Rule


def junit_document(findings: Findings, measures: Sequence[Measure]) -> str:
    """Return a test for each rule, each measure and the waivers; unknown and not judged ones are skipped."""
    root = Xml.Element("testsuites", name="ha validate")
    rules = Xml.SubElement(root, "testsuite", name="rules")
    for rule in RULES.values():
        _rule(rules, rule, findings)
    waivers = Xml.SubElement(rules, "testcase", classname="rules", name="waivers")
    if findings.waiver_complaints:
        _fail(waivers, "; ".join(findings.waiver_complaints))
    objectives = Xml.SubElement(root, "testsuite", name="objectives")
    for measure in measures:
        _measure(objectives, measure)
    for suite in (rules, objectives):
        _count(suite)
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _rule(suite: Xml.Element, rule: Rule, findings: Findings) -> None:
    test = Xml.SubElement(suite, "testcase", classname=f"rules.{rule.area}", name=rule.id)
    broken = [one.judgement for one in findings.violations if one.rule is rule]
    unknown = [one.judgement for one in findings.unknown if one.rule is rule]
    if broken:
        _fail(test, "\n".join(f"envs/{one.role} {one.address}: {one.message}" for one in broken))
    elif rule in findings.not_judged:
        _skip(test, "needs the plans of both environments")
    elif unknown:
        _skip(test, f"{len(unknown)} known only after apply")
    elif rule in findings.without_subject:
        _skip(test, "nothing to judge")


def _measure(suite: Xml.Element, measure: Measure) -> None:
    test = Xml.SubElement(suite, "testcase", classname="objectives", name=measure.name)
    if measure.verdict is Verdict.MISSED:
        _fail(
            test, f"{measure.value:g} {measure.unit}, objective {measure.objective:g}: {measure.arithmetic}"
        )
    elif measure.verdict is Verdict.UNKNOWN:
        _skip(test, measure.arithmetic)


def _fail(test: Xml.Element, text: str) -> None:
    Xml.SubElement(test, "failure", message=text.splitlines()[0]).text = text


def _skip(test: Xml.Element, text: str) -> None:
    Xml.SubElement(test, "skipped", message=text)


def _count(suite: Xml.Element) -> None:
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
