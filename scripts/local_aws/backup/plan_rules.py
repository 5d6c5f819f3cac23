"""What AWS Backup refuses about a backup plan, and what it fills in.

Contract: CreateBackupPlan and the type BackupRuleInput of the AWS Backup API Reference. The start window
is at least an hour; a rule fires at most hourly; each lifecycle holds by itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from local_aws.backup import lifecycles, schedules
from local_aws.backup.errors import invalid_value
from local_aws.backup.lifecycles import LifecycleError
from local_aws.backup.schedules import DEFAULT_EXPRESSION, DEFAULT_TIMEZONE, ScheduleError

LEAST_START_WINDOW_MINUTES = 60
DEFAULT_START_WINDOW_MINUTES = 480
DEFAULT_COMPLETION_WINDOW_MINUTES = 10_080


def completed(plan: Mapping[str, Any]) -> dict[str, Any]:
    """The plan as AWS keeps it: its rules with ids and defaults. Raises BackupError."""
    if not plan["Rules"]:
        raise invalid_value("A backup plan must have at least one rule")
    return {**plan, "Rules": [_completed_rule(rule) for rule in plan["Rules"]]}


def _completed_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    whole = {
        "RuleId": str(uuid.uuid4()),
        "ScheduleExpression": DEFAULT_EXPRESSION,
        "ScheduleExpressionTimezone": DEFAULT_TIMEZONE,
        "StartWindowMinutes": DEFAULT_START_WINDOW_MINUTES,
        "CompletionWindowMinutes": DEFAULT_COMPLETION_WINDOW_MINUTES,
        **rule,
    }
    try:
        schedules.check(whole["ScheduleExpression"], whole["ScheduleExpressionTimezone"])
        lifecycles.check(whole.get("Lifecycle") or {})
        for action in whole.get("CopyActions") or []:
            lifecycles.check(action.get("Lifecycle") or {})
    except (LifecycleError, ScheduleError) as error:
        raise _refused(str(error)) from error
    _check_windows(whole)
    return whole


def _check_windows(rule: Mapping[str, Any]) -> None:
    start, completion = rule["StartWindowMinutes"], rule["CompletionWindowMinutes"]
    if start < LEAST_START_WINDOW_MINUTES:
        raise _refused(f"Invalid start window. It must be at least {LEAST_START_WINDOW_MINUTES} minutes")
    if completion <= start:
        raise _refused("Invalid completion window. It must be longer than the start window")


def _refused(reason: str) -> Exception:
    return invalid_value(f"Error in some rules due to : {reason}")
