"""The Terraform states as their buckets hold them, looked at without Terraform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.bootstrap.lock import Lock, StateLock
from techmoda_ha.environments import Environment
from techmoda_ha.errors import HaError

Settings = Mapping[str, object]


@dataclass(frozen=True)
class States:
    """Both states, by the settings of their backends; `regions` are those that the environments are in."""

    clients: Callable[[str, str], Any]
    settings: Mapping[Environment, Settings]
    regions: Mapping[Environment, str]

    def version(self, environment: Environment) -> str:
        """Return the version of a state's object: whoever writes the state makes a new one."""
        bucket, key = (str(self.settings[environment][name]) for name in ("bucket", "key"))
        return self._version(environment, bucket, key)

    def release(self, environment: Environment) -> str:
        """Return the version of the record of the last release, "" before the first one."""
        bucket = str(self.settings[environment]["bucket"])
        try:
            return self._version(environment, bucket, f"releases/{environment}.json")
        except HaError as error:
            if (
                isinstance(error.__cause__, ClientError)
                and error.__cause__.response["Error"]["Code"] == "404"
            ):
                return ""
            raise

    def versions(self) -> dict[Environment, str]:
        """Return both states' versions."""
        return {one: self.version(one) for one in self.settings}

    def lock(self, environment: Environment) -> Lock | None:
        """Return who holds a state."""
        return StateLock.of(self.settings[environment], self._s3(environment)).read()

    def problems(self) -> str:
        """Say in words what would make a state unusable when it is needed, "" when all is well."""
        found = []
        for environment, settings in self.settings.items():
            if settings["region"] != self.regions[environment]:
                found.append(
                    f"the state of envs/{environment} lies in {settings['region']}, "
                    f"not in its own region {self.regions[environment]}"
                )
            elif not settings.get("use_lockfile"):
                found.append(f"the state of envs/{environment} is not locked")
            elif lock := self.lock(environment):
                found.append(f"the state of envs/{environment} is held: {lock.holder}")
        return "; ".join(found)

    def _version(self, environment: Environment, bucket: str, key: str) -> str:
        with aws_errors_as(f"The state of envs/{environment} could not be looked at.", "ha bootstrap"):
            return str(self._s3(environment).head_object(Bucket=bucket, Key=key)["VersionId"])

    def _s3(self, environment: Environment) -> Any:
        return self.clients("s3", str(self.settings[environment]["region"]))
