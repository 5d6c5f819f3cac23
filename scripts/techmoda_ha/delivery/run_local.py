"""Run the pipeline's stages on this machine, with the very buildspecs that CodeBuild runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from techmoda_ha.delivery.buildspec import Buildspec
from techmoda_ha.errors import HaError

STAGES = Path("pipeline", "stages.yaml")


@dataclass(frozen=True)
class Stage:
    """One stage: a buildspec with its variables, or (without one) a person's approval."""

    name: str
    buildspec: Path | None
    variables: dict[str, str]


def read_stages(root: Path) -> list[Stage]:
    """Return the stages of pipeline/stages.yaml in their order; raise HaError when it does not say them."""
    try:
        document: Any = yaml.safe_load((root / STAGES).read_text())
        return [
            Stage(
                one["name"],
                root / one["buildspec"] if one.get("buildspec") else None,
                {name: str(value) for name, value in one.get("variables", {}).items()},
            )
            for one in document["stages"]
        ]
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise HaError(
            f"{STAGES} does not say the stages: {error}", "Restore it from version control."
        ) from error


def stages_between(stages: list[Stage], first: str, last: str) -> list[Stage]:
    """Return the stages from one to another, both by name, "" for the outermost; raise HaError for none."""
    names = [stage.name for stage in stages]
    if unknown := [name for name in (first, last) if name and name not in names]:
        raise HaError(f"There is no stage {', '.join(unknown)}.", f"The stages are {', '.join(names)}.")
    begin = names.index(first) if first else 0
    chosen = stages[begin : names.index(last) + 1 if last else len(names)]
    if not chosen:
        raise HaError(f"Stage {last} comes before stage {first}.", f"The stages are {', '.join(names)}.")
    return chosen


def run_stages(
    root: Path,
    stages: list[Stage],
    variables: Mapping[str, str],
    say: Callable[[str], None],
    approve: Callable[[str], bool],
) -> Stage | None:
    """Run the stages in their order; return the one that failed, after which none has run, or None.

    All buildspecs are read before the first one runs. A stage without a buildspec asks `approve`.
    """
    specs = {stage.name: Buildspec.read(stage.buildspec) for stage in stages if stage.buildspec}
    for stage in stages:
        say(f"stage {stage.name}")
        spec = specs.get(stage.name)
        passed = spec.run(root, {**variables, **stage.variables}, say) if spec else approve(stage.name)
        if not passed:
            return stage
    return None
