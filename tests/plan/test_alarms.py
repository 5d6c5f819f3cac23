"""No alarm of either environment is without an action, an owner, a severity and a runbook that is there."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable

import pytest
from tests.plan.bench import Document, read
from tests.plan.mutations import Entry, Mutation, entries
from tests.unit.documentation.markdown import ROOT
from tests.unit.documentation.markdown import Document as Markdown

from techmoda_ha.plan.alarms import COMPOSITE_ALARM, METRIC_ALARM, parts_of
from techmoda_ha.plan.model import Plan, Resource
from techmoda_ha.plan.values import UNKNOWN

RUNBOOKS = ROOT / "docs" / "runbooks"
# In full sentences, and the section to read at the end.
DESCRIPTION = re.compile(
    r"[A-Z].+[.:] Runbook: (?P<page>https://\S+/(?P<file>[a-z-]+\.md))#(?P<section>[a-z0-9-]+)"
)
SAID = re.compile(r"Severity: (?P<Severity>\w+)\. Owner: (?P<Owner>[^.]+)\.")
SEVERITIES = {"page", "ticket"}
MISSING_DATA = {"breaching", "notBreaching", "ignore"}


def alarms(plan: Plan) -> dict[str, Resource]:
    """Return the alarms of a plan by name."""
    return {alarm.value("alarm_name"): alarm for alarm in plan.of(METRIC_ALARM, COMPOSITE_ALARM)}


def problems(plan: Plan) -> list[str]:
    """Return what is wrong with the alarms of a plan, in words."""
    found = alarms(plan)
    assert found, "the plan has no alarm at all"
    acting = {name for name, alarm in found.items() if acts(alarm)}
    parts = {part for name in acting for part in parts_of(found[name])}
    return [
        f"{name} {problem}"
        for name, alarm in sorted(found.items())
        for problem in [*([] if name in acting | parts else ["acts on nothing"]), *words_of(alarm)]
    ]


def acts(alarm: Resource) -> bool:
    """Tell whether an alarm notifies somebody, both when it is raised and when it is over."""
    is_on = alarm.value("actions_enabled") is not False
    return is_on and all(alarm.is_set(name) is not False for name in ("alarm_actions", "ok_actions"))


def words_of(alarm: Resource) -> list[str]:
    """Return what is wrong with what an alarm says."""
    tags = alarm.value("tags") or {}
    wrong = [f"has no tag {tag}" for tag in ("Severity", "Owner", "Runbook") if not tags.get(tag)]
    if alarm.type == METRIC_ALARM and alarm.value("treat_missing_data") not in MISSING_DATA:
        wrong.append("leaves open what missing data mean")
    if tags.get("Severity") not in SEVERITIES:
        wrong.append("is neither a page nor a ticket")
    if alarm.value("alarm_description") is UNKNOWN:
        return wrong  # It names what only the apply tells, such as a queue; then it can be read.
    description = alarm.value("alarm_description") or ""
    match = DESCRIPTION.fullmatch(description)
    if not match:
        return [*wrong, "does not say what is wrong and where its runbook is"]
    said = SAID.match(description)
    claims = {**(said.groupdict() if said else {}), "Runbook": match["page"]}
    wrong += [
        f"says one {tag} and is tagged with another"
        for tag, claim in claims.items()
        if str(tags.get(tag)).partition("#")[0] != claim
    ]
    page = RUNBOOKS / match["file"]
    if not page.is_file() or match["section"] not in Markdown(page, page.read_text()).anchors:
        wrong.append(f"leads to {match['file']}#{match['section']}, which is not there")
    return wrong


@pytest.mark.parametrize("environment", ["primary", "dr"])
def test_every_alarm_reaches_somebody_who_knows_what_to_do(
    environment: str, documents: dict[str, Document]
) -> None:
    assert problems(read(documents[environment])) == []


def seeded(documents: dict[str, Document], seed: Mutation) -> dict[str, Document]:
    """Return a copy of both plans with a fault."""
    changed = copy.deepcopy(documents)
    seed(changed)
    return changed


def changing(path: str, value: object) -> Callable[[Entry], None]:
    """Return what sets a planned value of an alarm, and marks it as known."""

    def change(entry: Entry) -> None:
        entry["change"]["after"][path] = value
        entry["change"]["after_unknown"].pop(path, None)

    return change


@pytest.mark.parametrize(
    ("alarm", "change", "problem"),
    [
        ("api-latency", changing("alarm_actions", []), "acts on nothing"),
        ("api-latency", changing("ok_actions", []), "acts on nothing"),
        ("api-latency", changing("actions_enabled", False), "acts on nothing"),
        ("api-latency", changing("tags", {"Severity": "page", "Runbook": "x"}), "has no tag Owner"),
        ("api-latency", changing("treat_missing_data", "missing"), "leaves open what missing data mean"),
        ("api-latency", changing("tags", {"Severity": "urgent"}), "is neither a page nor a ticket"),
        ("api-latency", changing("tags", {"Severity": "ticket"}), "says one Severity and is tagged"),
        ("api-latency", changing("alarm_description", "It is slow."), "does not say what is wrong"),
    ],
)
def test_an_alarm_that_lacks_something_is_found(
    alarm: str, change: Callable[[Entry], None], problem: str, documents: dict[str, Document]
) -> None:
    def seed(both: dict[str, Document]) -> None:
        for entry in entries(both, f'["{alarm}"]'):
            change(entry)

    changed = seeded(documents, seed)
    assert any(problem in one and alarm in one for one in problems(read(changed["primary"])))


def test_a_runbook_without_the_section_is_found(documents: dict[str, Document]) -> None:
    def seed(both: dict[str, Document]) -> None:
        for entry in entries(both, '["api-latency"]'):
            said = entry["change"]["after"]["alarm_description"]
            entry["change"]["after"]["alarm_description"] = said.replace("#api-latency", "#gone")

    changed = seeded(documents, seed)
    assert any("api.md#gone, which is not there" in one for one in problems(read(changed["dr"])))


def test_a_window_that_no_composite_alarm_names_is_found(documents: dict[str, Document]) -> None:
    def seed(both: dict[str, Document]) -> None:
        for entry in entries(both, 'composite_alarm.slo["slo-latency-slow"]'):
            entry["change"]["after"]["alarm_rule"] = "FALSE"

    changed = seeded(documents, seed)
    assert [one for one in problems(read(changed["primary"])) if "acts on nothing" in one] == [
        "techmoda-api-slo-latency-slow-long acts on nothing",
        "techmoda-api-slo-latency-slow-short acts on nothing",
    ]
