"""Find an environment's state, or make the place for it; what was found is kept beside other local files.

The file <environment>.s3.tfbackend in HA_STATE_DIR holds the backend's settings. It is a copy of what
account, region and name give, kept to save calls: whoever deletes it loses nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from techmoda_ha.aws_clients import AwsClients, aws_errors_as
from techmoda_ha.bootstrap.bucket import StateBucket
from techmoda_ha.bootstrap.location import (
    REGION_INPUTS,
    StateLocation,
    backend_text,
    parse_backend,
    text_input,
)
from techmoda_ha.environments import Environment, Target, Workspace
from techmoda_ha.errors import HaError

MAKE_WHEN_MISSING = "HA_BOOTSTRAP"  # "auto": a throw-away account gets its state buckets by itself


@dataclass(frozen=True)
class StateBackend:
    """The state of one environment for one target. `variables` are those of `process_variables`."""

    workspace: Workspace
    environment: Environment
    variables: Mapping[str, str]

    @property
    def file(self) -> Path:
        """Return the file that keeps the backend's settings."""
        return self._folder / f"{self.environment}.s3.tfbackend"

    @property
    def local_state(self) -> Path:
        """Return the file where the state lay before it lay in a bucket."""
        return self._folder / f"{self.environment}.tfstate"

    @property
    def unwritten_state(self) -> Path:
        """Return the file that keeps a state which its bucket did not take."""
        return self._folder / f"{self.environment}.errored.tfstate"

    @property
    def _folder(self) -> Path:
        return Path(self.variables["HA_STATE_DIR"])

    def settings(self) -> dict[str, object]:
        """Return the backend's settings, for a bucket that is there.

        Raises HaError when there is none (and the account is not one that gets it by itself), when a state
        still lies on this machine, and when AWS does not answer.
        """
        self._refuse_a_state_left_behind()
        if kept := self._kept():
            return kept
        bucket = self.bucket()
        with self._aws_errors():
            exists = bucket.exists()
        if not exists:
            if self.variables.get(MAKE_WHEN_MISSING, os.environ.get(MAKE_WHEN_MISSING)) != "auto":
                raise HaError(
                    f"envs/{self.environment} has no state bucket yet: {bucket.location.bucket}",
                    f"Make it: {self.command}",
                )
            self.ensure(bucket)
        return self.keep(bucket.location)

    def answering_settings(self) -> dict[str, object]:
        """Return the settings of a bucket that answers now.

        Raises HaError, soon, when it does not, or as `settings` does: Terraform would try for half a minute,
        and say several pages.
        """
        settings = self.settings()
        region = str(settings["region"])
        s3 = AwsClients(self.variables, attempts=1)("s3", region)
        with aws_errors_as(
            f"The state of envs/{self.environment} cannot be read: its bucket in {region} does not answer.",
            f"Check that {region} is up, and the credentials (aws sts get-caller-identity).",
        ):
            s3.head_bucket(Bucket=settings["bucket"])
        return settings

    def ensure(self, bucket: StateBucket) -> list[str]:
        """Make the bucket what it must be; return what was done."""
        with self._aws_errors():
            return bucket.ensure()

    def keep(self, location: StateLocation) -> dict[str, object]:
        """Write the backend's settings to `file` and return them."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self.file.write_text(backend_text(location.backend))
        return location.backend

    def bucket(self) -> StateBucket:
        """Return the bucket's name and place, made of the caller's account, and clients there."""
        region, name = self.region_of(self.environment), self._input("name")
        clients = AwsClients(self.variables)
        # In its own region: the state of one region must be found while the other is gone.
        with self._aws_errors():
            account: Any = clients("sts", region).get_caller_identity()["Account"]
        location = StateLocation(self.environment, str(account), region, name)
        return StateBucket(location, clients("s3", region), clients("kms", region))

    def region_of(self, environment: Environment) -> str:
        """Return the region of either environment, as this one's inputs say."""
        return self._input(REGION_INPUTS[environment])

    def _input(self, name: str) -> str:
        where = self.workspace.environment_dir(self.environment)
        on_aws = self.variables.get("HA_TARGET") == Target.AWS
        return text_input(where, name, {**os.environ, **self.variables}, use_values_file=on_aws)

    @property
    def command(self) -> str:
        """Return the command that makes it."""
        return f"make bootstrap ENV={self.environment} TARGET={self.variables.get('HA_TARGET', Target.LOCAL)}"

    def _kept(self) -> dict[str, object] | None:
        try:
            return parse_backend(self.file.read_text())
        except (OSError, ValueError):
            return None

    def _refuse_a_state_left_behind(self) -> None:
        if self.local_state.is_file() and self.local_state.stat().st_size:
            raise HaError(
                f"The state of envs/{self.environment} still lies on this machine: {self.local_state}",
                f"Move it to its bucket: ha bootstrap --env {self.environment} "
                f"--target {self.variables.get('HA_TARGET', Target.LOCAL)} --migrate-state",
            )

    def refuse_an_unwritten_state(self) -> None:
        """Raise HaError while a state lies here that its bucket lacks: a change would make things twice."""
        if self.unwritten_state.is_file():
            raise HaError(
                f"The last state of envs/{self.environment} is not in its bucket yet: {self.unwritten_state}",
                f"Put it there: ha state push --env {self.environment} "
                f"--target {self.variables.get('HA_TARGET', Target.LOCAL)}",
            )

    def _aws_errors(self) -> Any:
        return aws_errors_as(
            f"The state bucket of envs/{self.environment} could not be looked at or made.",
            "Check the credentials (aws sts get-caller-identity) and that the region answers.",
        )
