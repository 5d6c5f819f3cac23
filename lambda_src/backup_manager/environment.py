"""The function's settings, read once into one typed value."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from common.environment import SettingError, number, required, whole_number


class BackupsAre(StrEnum):
    """What the backups in this region's vault are to it."""

    JOBS = "jobs"  # taken here
    COPIES = "copies"  # received from another region


@dataclass(frozen=True, slots=True)
class Environment:
    """What the deployment tells this function. Names in capitals are the environment variables."""

    table: str  # PRODUCTS_TABLE
    erasures_table: str  # ERASURES_TABLE
    vault: str  # BACKUP_VAULT
    backups_are: BackupsAre  # BACKUPS_ARE
    backed_up_table_arn: str  # BACKUP_SOURCE_TABLE_ARN: of which table the backups were taken
    recent_hours: int  # RECENT_HOURS: how old the newest backup may be
    restore_role_arn: str  # RESTORE_ROLE_ARN
    restored_key_arn: str  # RESTORED_TABLE_KEY_ARN: encrypts what is restored from the vault
    sample: int  # VALIDATION_SAMPLE: items of each table that are compared whole
    grace_seconds: float  # VALIDATION_GRACE_SECONDS
    read_units: float  # VALIDATION_READ_UNITS: at most, each second
    region: str  # AWS_REGION, set by Lambda
    log_level: str  # LOG_LEVEL
    service: str  # POWERTOOLS_SERVICE_NAME
    metrics_namespace: str  # POWERTOOLS_METRICS_NAMESPACE

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Environment":
        """Read the settings.

        Raises:
            SettingError: one without a default is missing or unusable.
        """
        return cls(
            table=required(environ, "PRODUCTS_TABLE"),
            erasures_table=required(environ, "ERASURES_TABLE"),
            vault=required(environ, "BACKUP_VAULT"),
            backups_are=_backups_are(environ),
            backed_up_table_arn=required(environ, "BACKUP_SOURCE_TABLE_ARN"),
            recent_hours=whole_number(environ, "RECENT_HOURS"),
            restore_role_arn=required(environ, "RESTORE_ROLE_ARN"),
            restored_key_arn=required(environ, "RESTORED_TABLE_KEY_ARN"),
            sample=whole_number(environ, "VALIDATION_SAMPLE"),
            grace_seconds=number(environ, "VALIDATION_GRACE_SECONDS", least=0),
            read_units=number(environ, "VALIDATION_READ_UNITS", least=1),
            region=required(environ, "AWS_REGION"),
            log_level=environ.get("LOG_LEVEL", "INFO"),
            service=environ.get("POWERTOOLS_SERVICE_NAME", "backup-manager"),
            metrics_namespace=environ.get("POWERTOOLS_METRICS_NAMESPACE", "TechModa/Backup"),
        )


def _backups_are(environ: Mapping[str, str]) -> BackupsAre:
    text = required(environ, "BACKUPS_ARE")
    try:
        return BackupsAre(text)
    except ValueError as error:
        raise SettingError(f"BACKUPS_ARE is {' or '.join(BackupsAre)}, not {text!r}") from error
