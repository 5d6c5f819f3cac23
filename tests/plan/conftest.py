"""One empty local AWS and one copy of the Terraform for the whole tier, planned once as it is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml
from tests.plan.bench import ROOT, Bench, Document, make_lookups, read

from local_aws import testing
from techmoda_ha.environments import Workspace
from techmoda_ha.plan.engine import Findings, judge
from techmoda_ha.plan.model import System
from techmoda_ha.plan.objectives import Objectives, read_objectives

TODAY = date(2026, 1, 1)


@pytest.fixture(scope="session")
def objectives() -> Objectives:
    return read_objectives(yaml.safe_load((ROOT / "objectives.yaml").read_text()))


@pytest.fixture(scope="session")
def aws() -> Iterator[testing.LocalAws]:
    with testing.started(Workspace.from_environment().build / "test" / "plan") as running:
        yield running


@pytest.fixture(scope="session")
def bench(aws: testing.LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    made = Bench.make(tmp_path_factory.mktemp("plan") / "copy", aws)
    made.initialise()
    return made


@pytest.fixture(scope="session")
def saved_plans(bench: Bench) -> dict[str, Path]:
    """Where the saved plans of the unchanged environments lie, once `documents` has made them."""
    return {environment: bench.build / f"unchanged-{environment}.tfplan" for environment in ("primary", "dr")}


@pytest.fixture(scope="session")
def documents(bench: Bench, aws: testing.LocalAws, saved_plans: dict[str, Path]) -> dict[str, Document]:
    """Terraform's JSON about the plans of the unchanged environments; the saved plans are kept."""
    primary = bench.plan("primary")
    make_lookups(aws, read(primary))
    planned = {"primary": primary, "dr": bench.plan("dr")}
    for environment, file in saved_plans.items():
        shutil.copyfile(bench.plan_file(environment), file)
    return planned


@pytest.fixture(scope="session")
def system(documents: dict[str, Document], objectives: Objectives) -> System:
    """The unchanged environments."""
    return System(objectives, read(documents["primary"]), read(documents["dr"]))


@pytest.fixture(scope="session")
def unchanged(system: System) -> Findings:
    """What the rules say of the unchanged environments."""
    return judge(system, (), TODAY)
