"""A running local AWS for the tests, and small things to deploy to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
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
