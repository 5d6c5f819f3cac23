"""The function's settings, read once into one typed value."""

from collections.abc import Mapping
from dataclasses import dataclass

from common.environment import number, required

LEAST_SECONDS = 0.01
"""A look more often than this would be a loop without a rest."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What the deployment tells this function. Names in capitals are the environment variables."""

    table: str  # FAILOVER_TABLE
    active_host: str  # ACTIVE_HOST: its CNAME is the own host of the region that DNS leads to
    primary_host: str  # PRIMARY_HOST: the primary region's own host name
    dr_host: str  # DR_HOST: this region's own host name
    look_every: float  # LOOK_EVERY_SECONDS
    arm_after: float  # ARM_AFTER_SECONDS: how long DNS may take to follow the switch
    region: str  # AWS_REGION, set by Lambda
    log_level: str  # LOG_LEVEL
    service: str  # POWERTOOLS_SERVICE_NAME
    metrics_namespace: str  # POWERTOOLS_METRICS_NAMESPACE

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Environment":
        """Read the settings.

        Raises:
            SettingError: one without a default is missing, or a number of seconds is none, or too few.
        """
        return cls(
            table=required(environ, "FAILOVER_TABLE"),
            active_host=required(environ, "ACTIVE_HOST"),
            primary_host=required(environ, "PRIMARY_HOST"),
            dr_host=required(environ, "DR_HOST"),
            look_every=number(environ, "LOOK_EVERY_SECONDS", least=LEAST_SECONDS),
            arm_after=number(environ, "ARM_AFTER_SECONDS", least=LEAST_SECONDS),
            region=required(environ, "AWS_REGION"),
            log_level=environ.get("LOG_LEVEL", "INFO"),
            service=environ.get("POWERTOOLS_SERVICE_NAME", "failover-control"),
            metrics_namespace=environ.get("POWERTOOLS_METRICS_NAMESPACE", "TechModa/Failover"),
        )
