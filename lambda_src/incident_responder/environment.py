"""The function's settings, read once into one typed value."""

from collections.abc import Mapping
from dataclasses import dataclass

from common.environment import required, switch, whole_number


@dataclass(frozen=True, slots=True)
class Environment:
    """What the deployment tells this function. Names in capitals are the environment variables."""

    table: str  # INCIDENT_TABLE
    topic_arn: str  # TOPIC_ARN: who is told
    parking_queue_url: str  # PARKING_QUEUE_URL: where events go that nobody knows
    playbooks: str  # PLAYBOOKS: JSON, see playbook_table.py
    dry_run: bool  # DRY_RUN: "true" or "false"
    acts_per_hour: int  # ACTS_PER_HOUR: of all playbooks together
    stable_after: int  # STABLE_AFTER_SECONDS: how long a version serves until it has proved itself
    keep_days: int  # KEEP_DAYS: how long audit records are kept
    region: str  # AWS_REGION, set by Lambda
    log_level: str  # LOG_LEVEL
    service: str  # POWERTOOLS_SERVICE_NAME
    metrics_namespace: str  # POWERTOOLS_METRICS_NAMESPACE

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Environment":
        """Read the settings.

        Raises:
            SettingError: one without a default is missing, or is not what it must be.
        """
        return cls(
            table=required(environ, "INCIDENT_TABLE"),
            topic_arn=required(environ, "TOPIC_ARN"),
            parking_queue_url=required(environ, "PARKING_QUEUE_URL"),
            playbooks=required(environ, "PLAYBOOKS"),
            dry_run=switch(environ, "DRY_RUN"),
            acts_per_hour=whole_number(environ, "ACTS_PER_HOUR"),
            stable_after=whole_number(environ, "STABLE_AFTER_SECONDS"),
            keep_days=whole_number(environ, "KEEP_DAYS"),
            region=required(environ, "AWS_REGION"),
            log_level=environ.get("LOG_LEVEL", "INFO"),
            service=environ.get("POWERTOOLS_SERVICE_NAME", "incident-responder"),
            metrics_namespace=environ.get("POWERTOOLS_METRICS_NAMESPACE", "TechModa/Incidents"),
        )
