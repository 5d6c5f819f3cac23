"""The lock of a state, as Terraform keeps it: an object beside the state, there while a run holds it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.errors import HaError
from techmoda_ha.terraform_failures import describe_lock

SUFFIX = ".tflock"


@dataclass(frozen=True)
class Lock:
    """Who holds a state: the lock's id, and the rest of what Terraform wrote into it."""

    id: str
    holder: str


@dataclass(frozen=True)
class StateLock:
    """Looks at the lock of one state. `s3` is a client of the bucket's region."""

    s3: Any
    bucket: str
    key: str

    @classmethod
    def of(cls, settings: Mapping[str, object], s3: Any) -> StateLock:
        """Return the lock of the state that backend settings name."""
        return cls(s3, str(settings["bucket"]), str(settings["key"]))

    def read(self) -> Lock | None:
        """Return who holds the state, None when nobody does; raise HaError when that cannot be told."""
        with aws_errors_as("The state's lock could not be read.", "Check the credentials and the region."):
            try:
                text = self.s3.get_object(Bucket=self.bucket, Key=self.key + SUFFIX)["Body"].read()
            except self.s3.exceptions.NoSuchKey:
                return None
        try:
            lock = json.loads(text)
            return Lock(lock["ID"], describe_lock(lock))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise HaError(
                "The state's lock is not one of Terraform's.",
                f"Look at s3://{self.bucket}/{self.key}{SUFFIX}; delete it only if no Terraform runs.",
                detail=str(error),
            ) from error
