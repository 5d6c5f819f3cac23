"""The function's settings, read once into one typed value."""

from collections.abc import Mapping
from dataclasses import dataclass

from common.environment import number, required, whole_number


@dataclass(frozen=True, slots=True)
class Environment:
    """What the deployment tells this function. Names in capitals are the environment variables."""

    table: str  # PRODUCTS_TABLE
    erasures_table: str  # ERASURES_TABLE
    bucket: str  # RUNS_BUCKET
    concurrency: int  # MAX_CONCURRENCY: how many segments are worked on at the same time
    slice_seconds: float  # SLICE_SECONDS: how long one invocation works
    segment_bytes: int  # SEGMENT_BYTES: about how much of a table one segment has
    region: str  # AWS_REGION, set by Lambda
    log_level: str  # LOG_LEVEL
    service: str  # POWERTOOLS_SERVICE_NAME

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Environment":
        """Read the settings.

        Raises:
            SettingError: one without a default is missing or unusable.
        """
        return cls(
            table=required(environ, "PRODUCTS_TABLE"),
            erasures_table=required(environ, "ERASURES_TABLE"),
            bucket=required(environ, "RUNS_BUCKET"),
            concurrency=whole_number(environ, "MAX_CONCURRENCY"),
            slice_seconds=number(environ, "SLICE_SECONDS", least=1),
            segment_bytes=whole_number(environ, "SEGMENT_BYTES"),
            region=required(environ, "AWS_REGION"),
            log_level=environ.get("LOG_LEVEL", "INFO"),
            service=environ.get("POWERTOOLS_SERVICE_NAME", "recovery-worker"),
        )
