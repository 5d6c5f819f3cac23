"""Names of restored tables: how they are given, and told from others. No I/O."""

from __future__ import annotations

from datetime import datetime

MARK = "restaurado"


def target_name(table: str, now: datetime) -> str:
    """Return the name of a new restored table, as the original function gave it: with the milliseconds."""
    return f"{prefix(table)}{int(now.timestamp() * 1000)}"


def prefix(table: str) -> str:
    """Return how the names of all tables begin that were restored from a table."""
    return f"{table}-{MARK}-"


def suffix(restored: str) -> str:
    """Return what tells a restored table's name from the original's, such as -restaurado-1764324000000."""
    return restored[restored.rindex(f"-{MARK}-") :]
