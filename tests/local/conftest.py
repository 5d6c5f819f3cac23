"""One local AWS for this tier, both regions on it, and the `ha` command run against it as a person would.

IAM is enforced, so every test also shows that the shipped roles suffice.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.local.inventory import inventory

from local_aws import testing
from techmoda_ha.deployment import Deployment, RegionDeployment, Route
from techmoda_ha.environments import TOKEN_AUDIENCE, TOKEN_ISSUER
from techmoda_ha.failover.service import Failover, FailoverSetup
from techmoda_ha.tokens import SigningKey

HA = Path(sys.executable).parent / "ha"
SETTLED_SECONDS = 240.0  # A minute of TTL, a minute until the latch looks, and a busy machine.
# What the tier tells is one story: it deploys, all else uses that, and it ends with nothing. Two tests need
# the latch to be armed, which takes minutes after an operator's resume. So the first of them comes when the
# deployment has armed it, and the second when all that does not need it has given it the time again. What
# may make Route 53 fail over, or resumes, comes after both, and what counts throttles before it makes some.
FIRST = ("test_deployment", "test_region_outage")
LAST = ("test_latch", "test_surge", "test_api_faults", "test_stop", "test_teardown")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in the order of the story; those in between keep theirs."""
    places = {name: place - len(FIRST) for place, name in enumerate(FIRST)}
    places |= {name: place for place, name in enumerate(LAST, 1)}
    items.sort(key=lambda item: places.get(item.path.stem, 0))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that asks for `here` once in each region."""
    if "here" in metafunc.fixturenames:
        metafunc.parametrize("here", ["primary", "dr"], indirect=True)


@dataclass(frozen=True)
class Ha:
    """The `ha` command with a build folder and a local AWS of its own.

    `before` is what the account has before anything is deployed to it, or keeps by its nature.
    """

    aws: testing.LocalAws
    build: Path
    before: Mapping[str, set[str]]

    @property
    def variables(self) -> dict[str, str]:
        """Return the environment of a command."""
        own = {"HA_BUILD_DIR": str(self.build), **self.aws.settings.as_environment()}
        return {**os.environ, **own, "COLUMNS": "200", "NO_COLOR": "1"}

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; with `check`, a failure fails the test with all that was said."""
        result = subprocess.run(
            [HA, *arguments], check=False, capture_output=True, text=True, env=self.variables
        )
        if check:
            assert result.returncode == 0, f"ha {' '.join(arguments)}\n{result.stdout}\n{result.stderr}"
        return result

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command and return while it runs."""
        return subprocess.Popen(
            [HA, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.variables
        )

    def json(self, *arguments: str) -> Any:
        """Run a command that must succeed and return the JSON it prints."""
        return json.loads(self.run(*arguments).stdout)


@dataclass(frozen=True)
class Deployed:
    """Both regions, deployed and serving. `outputs` are Terraform's, by environment."""

    ha: Ha
    deployment: Deployment
    key: SigningKey
    outputs: Mapping[str, Mapping[str, Any]]

    @property
    def regions(self) -> tuple[RegionDeployment, RegionDeployment]:
        """Return both regions, primary first."""
        return self.deployment.regions

    @property
    def failover(self) -> Failover:
        """Return what `ha failover` works with: to look again and again, a process each time is too much."""
        setup = FailoverSetup.from_outputs(self.outputs["dr"])
        return Failover.of(setup, self.ha.aws.environment)

    def token(self, **claims: Any) -> str:
        """Return a token that may write, with other claims where given."""
        usual = {
            "issuer": TOKEN_ISSUER,
            "audience": TOKEN_AUDIENCE,
            "subject": "end-to-end",
            "scope": "products:write",
            "now": datetime.now(UTC),
            "valid_for": timedelta(minutes=30),
        }
        return self.key.mint(**{**usual, **claims})

    def api(self, region: RegionDeployment, token: str | None = None) -> httpx.Client:
        """Return a client of a region's API."""
        return Route.to(region.regional_api_url, region.region, self.ha.aws.environment).client(token)

    def client(self, service: str, region: RegionDeployment) -> Any:
        """Return an AWS client of the account's root."""
        return self.ha.aws.client(service, region.region)


@pytest.fixture(scope="session")
def ha() -> Iterator[Ha]:
    """Return `ha` on a fresh local AWS, which ends with the tests whatever happens to them."""
    build = Path(os.environ.get("HA_BUILD_DIR", "build")).resolve() / "test" / "end-to-end"
    build.mkdir(parents=True, exist_ok=True)
    with testing.started(build, auth=True) as aws:
        fresh = Ha(aws, build, {})
        for environment in ("primary", "dr"):  # the buckets of the states outlive what the states describe
            fresh.run("bootstrap", "--env", environment)
        yield replace(fresh, before=inventory(aws))


@pytest.fixture(scope="session")
def deployed(ha: Ha) -> Deployed:
    """Return both regions, deployed now unless the tests before have done it."""
    found = {}
    for environment in ("primary", "dr"):
        there = ha.run("outputs", "--env", environment, check=False)
        outputs = json.loads(there.stdout) if there.returncode == 0 else {}
        if "configuration_fingerprint" not in outputs:
            outputs = ha.json("apply", "--env", environment, "--json")
        found[environment] = outputs
    regions = {name: RegionDeployment.from_outputs(name, outputs) for name, outputs in found.items()}
    key = SigningKey.load_or_create(ha.build / "keys" / "token-signing.pem")
    return Deployed(ha, Deployment(**regions), key, found)


@pytest.fixture
def steady(deployed: Deployed) -> Deployed:
    """Return the deployment once the primary region serves: other tests may have made it fail over."""
    failover = deployed.failover

    def primary_serves() -> bool:
        status = failover.status()
        if status.stop.engaged:
            deployed.ha.run("failover", "resume", "--reason", "next test", check=False)
            return False
        return status.serving == deployed.deployment.primary.region

    assert testing.eventually(primary_serves, SETTLED_SECONDS), failover.status()
    return deployed


@pytest.fixture
def here(request: pytest.FixtureRequest, deployed: Deployed) -> RegionDeployment:
    """Return one region's deployment."""
    region: RegionDeployment = getattr(deployed.deployment, request.param)
    return region


@pytest.fixture
def api(here: RegionDeployment, deployed: Deployed) -> Iterator[httpx.Client]:
    """Return a client of this region's API that may write."""
    with deployed.api(here, deployed.token()) as client:
        yield client
