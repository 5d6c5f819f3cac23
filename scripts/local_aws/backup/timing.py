"""How long things take that take minutes or hours on AWS."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass


class TimingError(ValueError):
    """A duration is no number of seconds; the message names the variable."""


@dataclass(frozen=True)
class Timing:
    """Durations in seconds, each settable by the environment variable named LOCAL_AWS_<FIELD>.

    pitr_lag_seconds: how far the latest restorable time is behind now. AWS says "typically five minutes".
        One second keeps what matters, that the newest writes cannot be restored yet, without making
        every test and drill wait five minutes; 300 is like AWS.
    restore_seconds: how long a restored table is CREATING. AWS: minutes, 95 % of restores under an hour.
    backup_job_seconds: how long a backup or copy job is in each of CREATED and RUNNING.
    """

    pitr_lag_seconds: float = 1.0
    restore_seconds: float = 0.5
    backup_job_seconds: float = 0.2

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Timing:
        """The defaults, with what the environment sets. Raises TimingError."""
        environ = os.environ if environ is None else environ
        names = {field: f"LOCAL_AWS_{field.upper()}" for field in cls.__dataclass_fields__}
        return cls(**{field: _seconds(name, environ) for field, name in names.items() if environ.get(name)})


def _seconds(name: str, environ: Mapping[str, str]) -> float:
    try:
        seconds = float(environ[name])
    except ValueError as error:
        raise TimingError(f"{name}={environ[name]} is not a number of seconds") from error
    if not math.isfinite(seconds) or seconds < 0:
        raise TimingError(f"{name}={environ[name]} is not a number of seconds")
    return seconds
