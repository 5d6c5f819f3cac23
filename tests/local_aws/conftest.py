"""A running local AWS for the tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.local_aws.deployer import Deployer

from local_aws import testing

_TEST_DIR = Path(os.environ.get("HA_BUILD_DIR", "build")) / "test"


@pytest.fixture(scope="session")
def test_dir() -> Path:
    """Where tests keep what they write."""
    return _TEST_DIR.resolve()


@pytest.fixture(scope="session")
def aws(test_dir: Path) -> Iterator[testing.LocalAws]:
    """One local AWS that the tests share; a test that breaks it must start its own."""
    with testing.started(test_dir) as running:
        yield running


@pytest.fixture(scope="session")
def east(aws: testing.LocalAws) -> Deployer:
    """Deploys to us-east-1."""
    return Deployer(aws, "us-east-1")


@pytest.fixture(scope="session")
def west(aws: testing.LocalAws) -> Deployer:
    """Deploys to us-west-2."""
    return Deployer(aws, "us-west-2")
