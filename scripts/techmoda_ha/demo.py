"""`ha demo`: the whole system on the local AWS, from nothing to a tested two-region API."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from techmoda_ha.deployment import Deployment, RegionDeployment, Route, wait_until_healthy
from techmoda_ha.environments import Environment, Target, Workspace, process_variables
from techmoda_ha.errors import HaError, ViolationError
from techmoda_ha.incidents import replay
from techmoda_ha.operations import apply, mint_token, package
from techmoda_ha.printed_tables import print_table
from techmoda_ha.report.commands import make_report
from techmoda_ha.sample_catalogue import ensure_catalogue
from techmoda_ha.smoke.runner import SmokeResult, run_smoke


@dataclass(frozen=True)
class Demo:
    """One run of the demonstration."""

    workspace: Workspace
    console: Console

    def run(self, *, with_incidents: bool) -> None:
        """Deploy both regions on the local AWS, prove that they answer, replay the incidents if asked.

        A report is written at the end, also when a drill failed.
        Raises HaError when a step fails, ViolationError when a smoke check or a drill does.
        """
        self._deploy()
        try:
            if with_incidents:
                replay(self.console)
        finally:
            make_report(self.workspace, self.console)

    def _deploy(self) -> None:
        self._start_local_aws()
        variables = process_variables(self.workspace, Target.LOCAL)
        package(self.workspace, Target.LOCAL, self.console)
        for environment in Environment:  # DR finds its replica table only after the primary has made it.
            apply(self.workspace, environment, variables, self.console)
        deployment = Deployment.read(self.workspace, variables)
        token = mint_token(self.workspace)
        self._wait_until_healthy(deployment, variables)
        primary = deployment.primary
        with Route.to(primary.regional_api_url, primary.region, variables).client(token) as api:
            if written := ensure_catalogue(api):
                self.console.print(f"Wrote {written} sample products.")
        with self.console.status("Smoke test of both regions"):
            result = run_smoke(self.workspace, deployment, variables, token, quiet=True)
        self._report(deployment, variables, result)

    def _start_local_aws(self) -> None:
        command = [sys.executable, "-m", "local_aws", "up"]
        if subprocess.run(command, check=False).returncode != 0:
            raise HaError("The local AWS did not start.", "Its log: ha local logs")

    def _wait_until_healthy(self, deployment: Deployment, variables: Mapping[str, str]) -> None:
        for region in deployment.regions:
            route = Route.to(region.regional_api_url, region.region, variables)
            with self.console.status(f"Waiting for the API in {region.region}"), route.client() as api:
                wait_until_healthy(api, region.region)

    def _report(self, deployment: Deployment, variables: Mapping[str, str], result: SmokeResult) -> None:
        table = Table(title="TechModa HA on the local AWS", title_justify="left")
        for heading in ("", *(region.region for region in deployment.regions)):
            table.add_column(heading, overflow="fold")
        rows: dict[str, Callable[[RegionDeployment], str]] = {
            "environment": lambda region: f"envs/{region.environment}",
            "failover record": lambda region: "PRIMARY" if region == deployment.primary else "SECONDARY",
            "API": lambda region: urlsplit(region.regional_api_url).netloc,
            "function": lambda region: f"{region.products_function_name}:{region.products_function_alias}",
            "table": lambda region: region.table_name,
            "backup vault": lambda region: region.backup_vault_name,
            "alarms": lambda region: str(len(region.alarm_names)),
            "dashboard": lambda region: region.dashboard_name,
        }
        for name, describe in rows.items():
            table.add_row(name, *map(describe, deployment.regions))
        print_table(self.console, table)
        lag = [value for name, value in result.measurements.items() if name.startswith("replication_lag")]
        self.console.print(
            f"Smoke test: {len(result.checks) - len(result.failures)} of {len(result.checks)} checks passed; "
            f"slowest replication seen {max(lag, default=float('nan')):.2f} s."
        )
        for failed in result.failures:
            self.console.print(f"  failed: {failed.name}: {failed.failure}", style="red", markup=False)
        if result.failures:
            raise ViolationError(
                f"{len(result.failures)} smoke checks failed.", "See each with: make smoke-test"
            )
        self.console.print(f"\nPublic name: {deployment.primary.api_url}. List the products of each region:")
        for region in deployment.regions:
            line = Route.to(region.api_url, region.region, variables).curl("/products")
            self.console.print(f"  {line}", soft_wrap=True, highlight=False, markup=False)
        self.console.print(
            "\nLook around with terraform and the AWS CLI: "
            'eval "$(build/venv/tools/bin/ha local env)". Take it all down: make local-down',
            soft_wrap=True, highlight=False, markup=False,
        )  # fmt: skip
