"""One empty local AWS and one copy of the Terraform for the whole tier, planned once as it is."""

from __future__ import annotations

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
def documents(bench: Bench, aws: testing.LocalAws) -> dict[str, Document]:
    """Terraform's JSON about the plans of the unchanged environments."""
    primary = bench.plan("primary")
    make_lookups(aws, read(primary))
    return {"primary": primary, "dr": bench.plan("dr")}


@pytest.fixture(scope="session")
def system(documents: dict[str, Document], objectives: Objectives) -> System:
    """The unchanged environments."""
    return System(objectives, read(documents["primary"]), read(documents["dr"]))


@pytest.fixture(scope="session")
def unchanged(system: System) -> Findings:
    """What the rules say of the unchanged environments."""
    return judge(system, (), TODAY)


@pytest.fixture(scope="session")
def saved_plans(bench: Bench, documents: dict[str, Document]) -> dict[str, Path]:
    """The plan files of the unchanged environments, kept from later plans."""
    kept = {}
    for environment in documents:
        file = bench.build / f"unchanged-{environment}.tfplan"
        if not file.exists():
            file.write_bytes(bench.plan_file(environment).read_bytes())
        kept[environment] = file
    return kept
