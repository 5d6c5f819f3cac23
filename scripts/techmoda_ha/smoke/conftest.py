"""Fixtures of the smoke test: the deployment, HTTP clients and AWS clients of each region."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from techmoda_ha.deployment import Deployment, RegionDeployment, Route

AwsClients = Callable[[str], Any]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that asks for `here` once in each region."""
    if "here" in metafunc.fixturenames:
        metafunc.parametrize("here", ["primary", "dr"], indirect=True)


@pytest.fixture(scope="session")
def deployment() -> Deployment:
    """Return what is deployed in both regions."""
    return Deployment.load(Path(os.environ["HA_DEPLOYMENT_FILE"]))


@pytest.fixture
def here(request: pytest.FixtureRequest, deployment: Deployment) -> RegionDeployment:
    """Return one region's deployment."""
    region: RegionDeployment = getattr(deployment, request.param)
    return region


@pytest.fixture(scope="session")
def token() -> str:
    """Return a token that may write."""
    return os.environ["HA_TOKEN"]


@pytest.fixture
def api(here: RegionDeployment, token: str) -> Iterator[httpx.Client]:
    """Return a client of this region's API that may write."""
    with Route.to(here.regional_api_url, here.region).client(token) as client:
        yield client


@pytest.fixture
def anonymous_api(here: RegionDeployment) -> Iterator[httpx.Client]:
    """Return a client of this region's API without a token."""
    with Route.to(here.regional_api_url, here.region).client() as client:
        yield client


@pytest.fixture
def aws(here: RegionDeployment) -> AwsClients:
    """Return a maker of AWS clients in this region."""
    return lambda service: boto3.client(service, region_name=here.region)  # type: ignore[call-overload]
