"""What the control API says of the replication."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from local_aws.replication.core import Conflict
from local_aws.replication.links import Link
from local_aws.replication.versions import Write


def link_report(link: Link, oldest_age: float | None, *, held: bool) -> dict[str, Any]:
    """One way between two replicas; ages and latencies are in seconds."""
    return {
        "table": link.source.table,
        "source": link.source.region,
        "destination": link.destination.region,
        "pending": len(link.writes),
        "oldest_pending_seconds": _rounded(oldest_age),
        "last_latency_seconds": _rounded(link.last_latency),
        "held": held,
    }


def conflict_report(conflict: Conflict) -> dict[str, Any]:
    """One conflict: the write that all replicas kept, and the one that is lost."""
    return {
        "table": conflict.table,
        "key": [part for part in conflict.kept.key if part != "__no_sort__"],
        "kept": _write_report(conflict.kept),
        "lost": _write_report(conflict.lost),
        "found_at": _iso(conflict.found_at),
    }


def _write_report(write: Write) -> dict[str, Any]:
    return {"region": write.region, "written_at": _iso(write.at), "item": write.item}


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
