"""Run a CodeBuild buildspec (version 0.2) on this machine, phase by phase, as CodeBuild does.

From "Build specification reference for CodeBuild" and "View build details" (phase transitions), CodeBuild
user guide: a command that fails ends its phase; the commands of `finally` run all the same; a failed install
or pre_build phase ends the build, while post_build runs after a failed build phase unless that says
`on-failure: ABORT`. CODEBUILD_BUILD_SUCCEEDING tells the commands whether all went well so far.

Variables from stores (parameter-store, secrets-manager), runtimes, caches and artifacts are CodeBuild's own
business; they are left alone here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from techmoda_ha.errors import HaError
from techmoda_ha.processes import in_foreground

PHASES = ("install", "pre_build", "build", "post_build")
ABORTING = ("install", "pre_build")  # whatever `on-failure` says
NEXT_STEP = "Mend the file; its form: CodeBuild user guide, Build specification reference."
Say = Callable[[str], None]


@dataclass(frozen=True)
class Phase:
    """One phase of a build."""

    name: str
    commands: tuple[str, ...]
    finally_commands: tuple[str, ...]
    aborts: bool


@dataclass(frozen=True)
class Buildspec:
    """A buildspec: its variables and its phases, in the order in which they run."""

    file: Path
    variables: dict[str, str]
    phases: tuple[Phase, ...]

    @classmethod
    def read(cls, file: Path) -> Buildspec:
        """Return the buildspec in a file; raise HaError when it is not one, or would run nothing."""
        try:
            document: Any = yaml.safe_load(file.read_text())
            phases = _phases(document)
        except (OSError, yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise HaError(f"{file.name} is no buildspec: {error}", NEXT_STEP) from error
        if not any(phase.commands for phase in phases):
            raise HaError(f"{file.name} runs nothing.", NEXT_STEP)
        variables = (document.get("env") or {}).get("variables") or {}
        return cls(file, {name: str(value) for name, value in variables.items()}, phases)

    def run(self, folder: Path, variables: Mapping[str, str], say: Say) -> bool:
        """Run it in a folder; return whether it succeeded.

        `variables` are the whole environment of the commands; they win over the buildspec's own, as those of
        a CodePipeline action do.
        """
        environment, succeeding = {**self.variables, **variables}, True
        for phase in self.phases:
            environment["CODEBUILD_BUILD_SUCCEEDING"] = "1" if succeeding else "0"
            passed = _run_all(phase.commands, folder, environment, say, f"{self.file.stem} {phase.name}")
            if not passed:
                environment["CODEBUILD_BUILD_SUCCEEDING"] = "0"
            finished = _run_all(
                phase.finally_commands, folder, environment, say, f"{self.file.stem} {phase.name} finally"
            )
            succeeding = succeeding and passed and finished
            if not (passed and finished) and (phase.aborts or phase.name in ABORTING):
                break
        return succeeding


def _phases(document: Any) -> tuple[Phase, ...]:
    if str(document["version"]) != "0.2":
        raise ValueError(f"its version is {document['version']}, not 0.2")
    given = document["phases"]
    if unknown := given.keys() - set(PHASES):
        raise ValueError(f"there is no phase {', '.join(sorted(unknown))}")
    return tuple(_phase(name, given[name]) for name in PHASES if name in given)


def _phase(name: str, given: Mapping[str, Any]) -> Phase:
    commands, last = given.get("commands") or [], given.get("finally") or []
    if not all(isinstance(command, str) for command in [*commands, *last]):
        raise ValueError(f"the commands of {name} must be text")
    return Phase(name, tuple(commands), tuple(last), given.get("on-failure") == "ABORT")


def _run_all(
    commands: tuple[str, ...], folder: Path, variables: Mapping[str, str], say: Say, where: str
) -> bool:
    for command in commands:
        say(f"{where}: {command.strip()}")
        if in_foreground(["bash", "-c", command], folder, variables) != 0:
            say(f"{where}: failed: {command.strip()}")
            return False
    return True
