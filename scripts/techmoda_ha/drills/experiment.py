"""Running a drill's Chaos Toolkit experiment in this process, with its journal in the build folder."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from chaoslib.exceptions import ChaosException
from chaoslib.experiment import ensure_experiment_is_valid, run_experiment

from techmoda_ha.errors import HaError

# Whatever happened, what was changed is undone.
_SETTINGS = {"runtime": {"rollbacks": {"strategy": "always"}}}


def load_experiment(file: Path) -> dict[str, Any]:
    """Return the experiment in a YAML file; raise HaError when it is missing or not valid."""
    next_step = f"Mend {file.name}; the format: https://chaostoolkit.org/reference/api/experiment/"
    try:
        experiment = yaml.safe_load(file.read_text())
        ensure_experiment_is_valid(experiment)
    except (OSError, yaml.YAMLError, ChaosException, AttributeError, TypeError) as error:
        raise HaError(f"{file.name} is no valid experiment.", next_step, detail=str(error)) from error
    found: dict[str, Any] = experiment
    return found


def run(experiment: Mapping[str, Any], folder: Path, **configuration: Any) -> dict[str, Any]:
    """Run it and return its journal, which is also written to FOLDER/journal.json.

    `configuration` goes over the experiment's own. The log of Chaos Toolkit is FOLDER/chaostoolkit.log.
    """
    chosen = {**experiment, "configuration": {**experiment.get("configuration", {}), **configuration}}
    folder.mkdir(parents=True, exist_ok=True)
    with _log_in(folder / "chaostoolkit.log"):
        journal: dict[str, Any] = run_experiment(chosen, settings=_SETTINGS)
    (folder / "journal.json").write_text(json.dumps(journal, indent=2, default=str) + "\n")
    return journal


def steady_state_met(journal: Mapping[str, Any], when: str) -> bool | None:
    """Tell whether the hypothesis held "before" or "after" the method; None when it was not looked at."""
    state = (journal.get("steady_states") or {}).get(when)
    return None if not state else bool(state.get("steady_state_met"))


@contextmanager
def _log_in(file: Path) -> Iterator[None]:
    logger = logging.getLogger("chaostoolkit")
    handler = logging.FileHandler(file, mode="w")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    before = logger.propagate, logger.level
    logger.addHandler(handler)
    logger.propagate, level = False, logging.INFO
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()
        logger.propagate = before[0]
        logger.setLevel(before[1])
