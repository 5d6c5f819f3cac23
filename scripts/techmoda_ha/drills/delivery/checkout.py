"""A scratch clone of this checkout's last commit, to commit what nobody should to, and deploy from."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from techmoda_ha.drills.delivery.running import HaCommand
from techmoda_ha.environments import Workspace
from techmoda_ha.errors import HaError

LOCAL_STATE = "LOCAL_AWS_STATE_DIR"
IDENTITY = ("-c", "user.name=ha drill delivery", "-c", "user.email=drill@techmoda.example")


@dataclass(frozen=True)
class Checkout:
    """The clone at `folder`, with a build folder and tools of its own."""

    workspace: Workspace
    folder: Path

    @property
    def build(self) -> Path:
        """Return its build folder."""
        return self.folder / "build"

    def ha(self) -> HaCommand:
        """Return its own `ha`, which leads to the same deployment as this one's."""
        instance = os.environ.get(LOCAL_STATE, str(self.workspace.build / "local"))
        python = self.build / "venv" / "tools" / "bin" / "python"
        logs = self.workspace.build / "drills" / "delivery"
        return HaCommand(self.folder, self.build, logs, {LOCAL_STATE: instance}, str(python))

    def make(self) -> HaCommand:
        """Clone, install the tools, and return its `ha`; nothing to do when it is there.

        Raises HaError where this is no git checkout, or when the tools cannot be installed.
        """
        if not self.folder.exists():
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            _run(["git", "clone", "--quiet", str(self.workspace.root), str(self.folder)], self.workspace.root)
            _run(["make", "setup"], self.folder)
            # Tokens are signed with the deployment's key.
            shutil.copytree(self.workspace.signing_key_file.parent, self.build / "keys")
        return self.ha()

    def commit(self, file: str, text: str, message: str) -> None:
        """Append to a file, or make it, and commit that."""
        with (self.folder / file).open("a") as written:
            written.write(text)
        _run(["git", "add", file], self.folder)
        _run(["git", *IDENTITY, "commit", "--quiet", "-m", message], self.folder)

    def reset(self) -> None:
        """Go back to the commit that was cloned."""
        _run(["git", "reset", "--quiet", "--hard", "@{upstream}"], self.folder)

    def remove(self) -> None:
        """Remove it, if it is there."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _run(command: list[str], folder: Path) -> None:
    # A git command above, such as a hook that runs the drill, must not lead this one to its own repository.
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    variables.pop("HA_BUILD_DIR", None)
    ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder, env=variables)
    if ended.returncode != 0:
        raise HaError(
            f"{' '.join(command[:2])} failed in {folder}.",
            "The drill needs a git checkout with a commit, and what `make setup` needs.",
            detail=(ended.stderr or ended.stdout).strip(),
        )
