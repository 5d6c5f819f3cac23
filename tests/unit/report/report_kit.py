"""Small evidence for the tests of the report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from techmoda_ha.plan.objectives import Objectives, read_objectives
from techmoda_ha.report.runs import Collected, Run, parse_run
from techmoda_ha.report.sources import Sources

ROOT = Path(__file__).resolve().parents[3]
SOURCES = Sources(
    "0123456789ab",
    datetime(2026, 11, 1, tzinfo=UTC),
    False,
    {"Python": "3.13"},
    datetime(2026, 11, 3, tzinfo=UTC),
)


def objectives() -> Objectives:
    return read_objectives(yaml.safe_load((ROOT / "objectives.yaml").read_text()))


def outage(**changes: Any) -> dict[str, Any]:
    """Return the evidence of a region outage as its file holds it."""
    content = {
        "name": "region-outage",
        "target": "local",
        "started_at": "2026-11-02T10:00:00.000Z",
        "ended_at": "2026-11-02T10:00:40.000Z",
        "passed": True,
        "objectives": {"rto_seconds": 120, "rpo_seconds": 900, "lost_writes": 0},
        "measurements": {"rto_seconds": 40.5, "rpo_seconds": 0.25, "lost_writes": 0, "odd_thing": 3},
        "violations": [],
        "notes": [],
        "timeline": [
            {"at": "2026-11-02T10:00:05.000Z", "event": "Disaster <strikes> & hurts"},
            {"at": "2026-11-02T10:00:25.000Z", "event": "DNS leads to us-west-2"},
        ],
        "details": {
            "requests_per_second": [
                {"second": 1, "ok": 4, "failed": 0, "regions": {"us-east-1": 4}},
                {"second": 6, "ok": 0, "failed": 4, "regions": {}},
                {"second": 26, "ok": 4, "failed": 1, "regions": {"us-west-2": 4}},
            ],
            "dns_answers": [
                {"second": 0.5, "value": "us-east-1"},
                {"second": 25.0, "value": "us-west-2"},
                {"second": 40.0, "value": "us-west-2"},
            ],
            "health": {
                "us-east-1": [{"second": 1.0, "value": "healthy"}, {"second": 5.0, "value": "no answer"}]
            },
            "latency": [
                {"second": 0, "p50_ms": 4.0, "p99_ms": 30.0},
                {"second": 10, "p50_ms": 5, "p99_ms": 90},
            ],
        },
    }
    return content | changes


def collected(*contents: dict[str, Any]) -> Collected:
    runs: list[Run] = [parse_run(one) for one in contents]
    return Collected({run.name: run for run in runs}, [])


def validation(**changes: Any) -> dict[str, Any]:
    """Return what `ha validate --save-json` writes, as far as the report reads it."""

    def measure(name: str, **figures: Any) -> dict[str, Any]:
        return {
            "name": name,
            "objective": 1.0,
            "unit": "x",
            "verdict": "holds",
            "arithmetic": "2 / 1",
        } | figures

    return {
        "plans": ["primary", "dr"],
        "passed": True,
        "violations": [],
        "rules": {"data-pitr": "holds", "data-key": "holds", "api-domain": "unknown"},
        "assessment": {
            "availability": measure("availability", value=99.9962, objective=99.99, unit="%"),
            "recovery": [measure("region-outage", value=None, verdict="unknown")],
            "head_room": [measure("table reads", value=2.0)],
            "first_bottleneck": "table reads",
        },
    } | changes


def simulation() -> dict[str, Any]:
    """Return what `ha capacity` keeps."""
    return {
        "profile": "plus-1000",
        "title": "ten times the traffic",
        "seconds": 120,
        "verdicts": [
            {
                "configuration": name,
                "holds": not refused,
                "requests": 1000.0,
                "throttled_requests": refused,
                "first_bottleneck": "table_read" if refused else None,
                "p99_seconds": 0.3,
                "monthly_cost_usd": 77.96,
                "series": {"offered": [10.0, 100.0], "throttled": [0.0, refused / 10]},
            }
            for name, refused in (("seed", 204.0), ("ours", 0.0))
        ],
    }
