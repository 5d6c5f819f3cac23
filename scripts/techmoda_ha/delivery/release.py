"""What was live before the last release, kept beside the state so that any machine can go back."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.bootstrap.location import StateLocation
from techmoda_ha.errors import HaError

UNKNOWN_COMMIT = ""
ALIAS, NAME = "_function_alias", "_function_name"


@dataclass(frozen=True)
class Release:
    """The last release of an environment: its commit, and what it replaced.

    `versions` are those that each alias ("function:alias") served before; `previous` is the commit that was
    deployed before, "" when it is not known. A commit that ends in "+" had changes that were not committed.
    A release that was `taken_back` is nothing that a later one could go back to.
    """

    commit: str
    previous: str
    versions: dict[str, str]
    taken_back: bool = False


def current_commit(root: Path) -> str:
    """Return the commit of a checkout, with "+" when it holds changes; "" where this is no git checkout."""

    def git(*arguments: str) -> str | None:
        ended = subprocess.run(["git", *arguments], check=False, capture_output=True, text=True, cwd=root)
        return ended.stdout.strip() if ended.returncode == 0 else None

    commit = git("rev-parse", "HEAD")
    if not commit:
        return UNKNOWN_COMMIT
    return commit + ("+" if git("status", "--porcelain", "--untracked-files=no") else "")


def aliases(outputs: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return function and alias of every function in an environment's outputs, by "function:alias"."""
    found = {}
    for name, alias in outputs.items():
        function = outputs.get(name.removesuffix(ALIAS) + NAME) if name.endswith(ALIAS) else None
        if function:
            found[f"{function}:{alias}"] = (function, alias)
    return found


def live_versions(client: Any, outputs: Mapping[str, Any]) -> dict[str, str]:
    """Return the version that each alias serves. `client` is a Lambda client of the environment's region.

    An apply that was cut short leaves outputs of functions that it had not made yet; nothing served there.
    """
    versions = {}
    with aws_errors_as("The live versions could not be read.", "Check the credentials and the region."):
        for key, (function, alias) in aliases(outputs).items():
            with suppress(client.exceptions.ResourceNotFoundException):
                versions[key] = client.get_alias(FunctionName=function, Name=alias)["FunctionVersion"]
    return versions


@dataclass(frozen=True)
class ReleaseRecord:
    """The record in the state bucket. `s3` is a client of the bucket's region."""

    s3: Any
    location: StateLocation

    @property
    def _object(self) -> dict[str, str]:
        return {"Bucket": self.location.bucket, "Key": f"releases/{self.location.environment}.json"}

    def read(self) -> Release | None:
        """Return the last release; None when there has been none."""
        with aws_errors_as("The release record could not be read.", "Check the credentials and the region."):
            try:
                text = self.s3.get_object(**self._object)["Body"].read()
            except self.s3.exceptions.NoSuchKey:
                return None
        try:
            return Release(**json.loads(text))
        except (ValueError, TypeError) as error:
            raise HaError(
                f"The release record is not well formed: {error}", f"Look at {self._object}."
            ) from error

    def begin(self, commit: str, versions: dict[str, str]) -> Release:
        """Note what is live before a release of `commit`, and return that.

        Releasing the same commit again does not forget what was before it: that would be no way back.
        """
        last = self.read()
        same = last is not None and last.commit == commit and not commit.endswith("+") and commit
        if last and same:
            release = replace(last, taken_back=False)
        elif last:
            release = Release(commit, last.previous if last.taken_back else last.commit, versions)
        else:
            release = Release(commit, UNKNOWN_COMMIT, versions)
        self._write(release)
        return release

    def take_back(self, release: Release) -> None:
        """Note that a release was taken back."""
        self._write(replace(release, taken_back=True))

    def _write(self, release: Release) -> None:
        with aws_errors_as(
            "The release record could not be written.", "Check the credentials and the region."
        ):
            self.s3.put_object(**self._object, Body=json.dumps(asdict(release), indent=2).encode())
