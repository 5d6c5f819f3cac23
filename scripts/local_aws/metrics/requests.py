"""Reading what the members of CloudWatch requests have in common."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


class OperationError(Exception):
    """CloudWatch refuses a request. `code` is the error code of the API."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def seconds(value: Any) -> float:
    """A timestamp of any of the protocols, in Unix seconds. Raises OperationError.

    JSON gives a number and the query protocol a string of ISO 8601.
    """
    if not isinstance(value, str):
        return float(value)
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise OperationError("ValidationError", f"'{value}' is not a timestamp") from error
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def dimensions_of(item: Mapping[str, Any]) -> dict[str, str]:
    """The `Dimensions` member as a mapping."""
    return {each["Name"]: each["Value"] for each in item.get("Dimensions") or ()}
