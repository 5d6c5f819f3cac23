"""What a plan would do, and what was done, for people and programs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from techmoda_ha.recovery.service import undo_file
from techmoda_recovery.applying import Progress
from techmoda_recovery.core.images import plain
from techmoda_recovery.core.repairs import Repair
from techmoda_recovery.core.rules import key_text
from techmoda_recovery.core.stamps import STAMPS
from techmoda_recovery.pace import least_seconds
from techmoda_recovery.plan_files import Plan

SAMPLES = 5
LISTED = 50
_FIRST = ("repairs", "restored", "recreated", "removed")


def plan_lines(plan: Plan, units_per_second: float) -> list[str]:
    """Return a plan for people: what it is for, its counts, how long it takes at that pace, some samples."""
    header = plan.header
    names = sorted(plan.counts, key=lambda name: (*_FIRST, name).index(name))
    counts = ", ".join(f"{plan.counts[name]:,} {name.replace('_', ' ')}" for name in names)
    seconds = least_seconds(plan.counts, units_per_second)
    lines = [
        f"Plan {header.plan_id} for {header.table} in {header.region} ({header.described})",
        f"  {counts}",
        f"  {plan.file}",
        f"  at least {seconds:,.0f} s at {units_per_second:g} write units a second",
    ]
    return lines + [f"  {sample_line(repair)}" for repair in islice(plan.repairs(), SAMPLES)]


def sample_line(repair: Repair) -> str:
    """Return one repair in words."""
    name = key_text(repair.key)
    if repair.expected is None:
        return f"{name}: comes back"
    if repair.target is None:
        return f"{name}: is removed"
    now, then = plain(repair.expected) or {}, plain(repair.target) or {}
    changes = [
        f"{attribute} {now.get(attribute)!r} -> {then.get(attribute)!r}"
        for attribute in sorted({*now, *then})
        if now.get(attribute) != then.get(attribute) and attribute not in STAMPS.names
    ]
    return f"{name}: " + ", ".join(changes)


def unrepaired(progress: Progress) -> list[str]:
    """Return keys of items that changed meanwhile, for people; not all when there are many."""
    return [key_text(key) for key in progress.unrepaired[:LISTED]]


def summary_of(plan: Plan, results: Sequence[tuple[Plan, Progress]]) -> dict[str, Any]:
    """Return the same for programs."""
    return {
        "plan": {
            **vars(plan.header),
            "file": str(plan.file),
            "counts": plan.counts,
            "gaps": plan.gaps,
            "sha256": plan.checksum,
        },
        "rounds": [
            {
                "plan": str(applied.file),
                "undo": None if applied.header.kind == "undo" else str(undo_file(applied.file)),
                "repairs": applied.size,
                "outcomes": dict(progress.outcomes),
                "changed_meanwhile": unrepaired(progress),
            }
            for applied, progress in results
        ],
    }
