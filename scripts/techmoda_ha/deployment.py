"""What is deployed where: the outputs of both environments, typed, and HTTP clients that reach them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from techmoda_ha.environments import Environment, Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.terraform import Terraform

REQUEST_TIMEOUT_SECONDS = 30.0  # API Gateway ends an integration after 29 s.
READY_WITHIN_SECONDS = 120.0  # Functions start cold and DNS spreads after a first deployment.
READY_POLL_SECONDS = 0.5


@dataclass(frozen=True)
class RegionDeployment:
    """One region's deployment: the Terraform outputs that tooling uses, by their own names."""

    environment: str
    region: str
    api_url: str
    regional_api_url: str
    table_name: str
    products_function_name: str
    products_function_alias: str
    rest_api_id: str
    stage_name: str
    hosted_zone_id: str
    health_check_id: str
    dashboard_name: str
    alarm_names: tuple[str, ...]
    topic_arn: str
    backup_vault_name: str
    deletion_protection: bool

    @classmethod
    def from_outputs(cls, environment: str, outputs: Mapping[str, Any]) -> Self:
        """Return the deployment that these outputs describe; raise HaError when one is missing."""
        names = [field.name for field in fields(cls) if field.name != "environment"]
        if missing := [name for name in names if name not in outputs]:
            raise HaError(
                f"envs/{environment} has no output {', '.join(missing)}: it is not (fully) deployed.",
                f"Deploy it: make apply ENV={environment}",
            )
        values = {name: outputs[name] for name in names}
        return cls(environment=environment, **{**values, "alarm_names": tuple(values["alarm_names"])})


@dataclass(frozen=True)
class Deployment:
    """Both regions."""

    primary: RegionDeployment
    dr: RegionDeployment

    @property
    def regions(self) -> tuple[RegionDeployment, RegionDeployment]:
        """Return both regions, primary first."""
        return self.primary, self.dr

    @classmethod
    def read(cls, workspace: Workspace, variables: Mapping[str, str]) -> Self:
        """Read both environments' outputs from their Terraform states."""
        found = {}
        for environment in Environment:
            terraform = Terraform(workspace, environment, variables)
            terraform.init()
            found[environment] = RegionDeployment.from_outputs(environment, terraform.outputs())
        return cls(found[Environment.PRIMARY], found[Environment.DR])

    def save(self, file: Path) -> None:
        """Write it as JSON."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(self), indent=2))

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read what `save` wrote."""
        data = json.loads(file.read_text())
        return cls(*(RegionDeployment(**{**data[key], "alarm_names": tuple(data[key]["alarm_names"])})
                     for key in ("primary", "dr")))  # fmt: skip


@dataclass(frozen=True)
class Route:
    """How to reach an API URL in one region: where to connect, and which host to ask for."""

    base_url: str
    host: str

    @classmethod
    def to(cls, url: str, region: str, variables: Mapping[str, str] = os.environ) -> Route:
        """Return the route to `url` as `region` serves it.

        HA_API_ENDPOINT_<REGION> says where that region's API listens, where its host name does not
        resolve to it; the request still names the real host. On AWS the variable is unset.
        """
        parts = urlsplit(url)
        endpoint = variables.get(f"HA_API_ENDPOINT_{region.upper().replace('-', '_')}")
        base = endpoint or f"{parts.scheme}://{parts.netloc}"
        return cls(base.rstrip("/") + parts.path, parts.netloc)

    def client(self, token: str | None = None) -> httpx.Client:
        """Return an HTTP client for this route, with a bearer token where one is given."""
        headers = {"Host": self.host} | ({"Authorization": f"Bearer {token}"} if token else {})
        return httpx.Client(base_url=self.base_url, headers=headers, timeout=REQUEST_TIMEOUT_SECONDS)

    def curl(self, path: str) -> str:
        """Return a curl line that asks this route for `path`."""
        return f"curl -fsS -H 'Host: {self.host}' {self.base_url}{path}"


def wait_until_healthy(
    api: httpx.Client,
    region: str,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait until a region's /health answers 200.

    Raises HaError when it does not within READY_WITHIN_SECONDS, with the last answer.
    """
    deadline = clock() + READY_WITHIN_SECONDS
    while True:
        try:
            answer = api.get("/health")
            if answer.status_code == httpx.codes.OK:
                return
            last = f"{answer.status_code} {answer.text}"
        except httpx.HTTPError as error:
            last = str(error) or type(error).__name__
        if clock() > deadline:
            raise HaError(
                f"The API in {region} is not healthy after {READY_WITHIN_SECONDS:.0f} s.",
                "Its functions' logs say why: ha logs products --env primary (or: --env dr)",
                detail=last,
            )
        sleep(READY_POLL_SECONDS)
