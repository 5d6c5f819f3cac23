"""What must hold before data may be damaged: each check says in words what does not, "" when all is well."""

from __future__ import annotations

from collections.abc import Callable

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.drills.corruption.observing import Sights
from techmoda_ha.drills.stage import Stage
from techmoda_ha.errors import HaError
from techmoda_ha.recovery.tables import Table


def writes_can_be_read_back(stage: Stage) -> str:
    """The primary table's stream has both images, and its point-in-time recovery is enabled."""
    client, name = stage.clients("dynamodb", stage.primary.name), stage.primary.table_name
    try:
        _ = Table.read(client, name).stream
        with aws_errors_as(f"{name}'s backups could not be read", ""):
            answer = client.describe_continuous_backups(TableName=name)
    except HaError as error:
        return error.message
    recovery = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    is_on = recovery.get("PointInTimeRecoveryStatus") == "ENABLED"
    return "" if is_on else f"{name} has no point-in-time recovery"


def alarm_is_quiet(sights: Sights) -> Callable[[Stage], str]:
    """Return the check that the alarm on the business metric is not raised."""

    def check(_stage: Stage) -> str:
        state = sights.alarm_state()
        return "" if state != "ALARM" else f"{sights.alarm} is raised: products are damaged already"

    return check
