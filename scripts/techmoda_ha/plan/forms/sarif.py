"""SARIF 2.1.0 (OASIS), which code scanning reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from techmoda_ha.plan.engine import Finding, Findings
from techmoda_ha.plan.judging import RULES, Rule, Severity
from techmoda_ha.plan.model import Location

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# What GitHub's code scanning sorts by: 9 and more is critical, 7 high, 4 medium.
SCORES = {Severity.CRITICAL: "9.0", Severity.HIGH: "7.0", Severity.MEDIUM: "5.0"}


def sarif_document(findings: Findings) -> str:
    """Return the violations, waived ones as suppressed, and what is unknown as open."""
    rules = list(RULES.values())
    places = {rule.id: index for index, rule in enumerate(rules)}
    results = [
        *(_result(one, places, "fail") for one in findings.violations),
        *(_result(one, places, "fail", suppressed=True) for one in findings.waived),
        *(_result(one, places, "open") for one in findings.unknown),
    ]
    driver = {
        "name": "ha validate",
        "semanticVersion": "1.0.0",
        "rules": [_rule(rule) for rule in rules],
    }
    document = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}],
    }
    return json.dumps(document, indent=2)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.fix} Source: {rule.source}"},
        "defaultConfiguration": {"level": "error"},
        "properties": {"security-severity": SCORES[rule.severity], "tags": list(_tags(rule.answers))},
    }


def _tags(answers: Sequence[str]) -> Sequence[str]:
    return ["availability", *answers]


def _result(one: Finding, places: dict[str, int], kind: str, *, suppressed: bool = False) -> dict[str, Any]:
    judgement = one.judgement
    # Code scanning shows no result without a file: what is missing from an environment is shown at its root.
    where = judgement.location or Location(f"envs/{judgement.role}/versions.tf", 1)
    place = {
        "logicalLocations": [{"fullyQualifiedName": f"{judgement.role}/{judgement.address}"}],
        "physicalLocation": {
            "artifactLocation": {"uri": where.file, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": where.line},
        },
    }
    result = {
        "ruleId": one.rule.id,
        "ruleIndex": places[one.rule.id],
        "kind": kind,
        # Only a failure has a level other than none (SARIF 2.1.0, 3.27.10).
        "level": "error" if kind == "fail" else "none",
        "message": {"text": f"{judgement.message} ({judgement.address} in envs/{judgement.role})"},
        "locations": [place],
        "partialFingerprints": {"place/v1": f"{one.rule.id}:{judgement.role}:{judgement.address}"},
    }
    if suppressed and one.waiver:
        result["suppressions"] = [{"kind": "external", "justification": one.waiver.reason}]
    return result
