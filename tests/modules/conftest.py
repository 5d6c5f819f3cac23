"""A local AWS that the tests of one file share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws import testing


@pytest.fixture(scope="module")
def aws() -> Iterator[testing.LocalAws]:
    """Return a fresh local AWS, which ends with the tests whatever happens to them."""
    build = Path(os.environ.get("HA_BUILD_DIR", "build")).resolve() / "test" / "modules"
    with testing.started(build) as running:
        running.terraform_state.mkdir(parents=True, exist_ok=True)
        yield running
