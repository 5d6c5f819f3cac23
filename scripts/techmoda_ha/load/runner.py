"""Running a load test: the load process, progress on screen, and the evidence."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dns.exception
from rich.console import Console

from techmoda_ha import operations
from techmoda_ha.aws_clients import AwsClients
from techmoda_ha.capacity.configuration import Workload
from techmoda_ha.drills.records import DrillTable
from techmoda_ha.environments import Environment, Target, Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.evidence import Evidence
from techmoda_ha.load import judgement
from techmoda_ha.load.judgement import LoadObjectives, LoadRun
from techmoda_ha.load.settings import LoadSettings
from techmoda_ha.load.throttles import CapacityParts, count_throttles, seconds_to_a_clean_minute
from techmoda_ha.network import Network
from techmoda_ha.progress import make_progress

END_SECONDS = 30.0
_NEXT = "Its words are above; try a smaller --scale first."


def shares_of(workload: Workload) -> dict[str, float]:
    """Return the mix of requests that the capacity model reckons with, by the names of `visits`."""
    return {
        "list": workload.list_share,
        "category": workload.category_share,
        "item": workload.item_share,
        "create": workload.create_share,
        "update": workload.update_share,
    }


@dataclass(frozen=True)
class LoadTarget:
    """Where the load goes: the deployment's public name, and what serves it."""

    target: Target
    api_url: str
    region: str
    parts: CapacityParts
    token: str
    network: Network
    variables: Mapping[str, str]

    @classmethod
    def of(
        cls, workspace: Workspace, target: Target, variables: Mapping[str, str], named: str | None
    ) -> LoadTarget:
        """Return the deployment; raise HaError unless load may be put on it.

        On AWS `named` must be the deployment's own host name, so that nobody loads what they do not mean.
        On the local AWS the host must resolve to this machine.
        """
        outputs = operations.outputs(workspace, Environment.PRIMARY, variables)
        if not outputs:
            raise HaError("envs/primary is not deployed.", "Deploy it: make apply ENV=primary")
        host, network = urlsplit(outputs["api_url"]).netloc, Network.from_environment(variables)
        if target is Target.AWS and named != host:
            raise HaError(
                f"A load test of AWS needs the name of what it shall load: {host}.",
                f"Ask its owner, then: ha load-test --target aws --environment {host}",
            )
        if target is Target.LOCAL:
            _require_loopback(host, network)
        return cls(
            target=target,
            api_url=outputs["api_url"],
            region=outputs["region"],
            parts=CapacityParts.from_outputs(outputs),
            token=operations.write_token(workspace, target),
            network=network,
            variables=variables,
        )

    @property
    def host(self) -> str:
        """Return the public host name."""
        return urlsplit(self.api_url).netloc


def _require_loopback(host: str, network: Network) -> None:
    try:
        addresses = network.look_up(host).values
    except dns.exception.DNSException as error:
        raise HaError(f"DNS does not know {host}: {error}", "Is it deployed? make smoke-test") from error
    if not all(ipaddress.ip_address(address).is_loopback for address in addresses):
        raise HaError(
            f"{host} leads to {', '.join(addresses)}, which is not this machine.",
            "The local target is loaded at loopback addresses only; for AWS say --target aws.",
        )


@dataclass
class LoadTest:
    """One load test, with a person watching."""

    workspace: Workspace
    target: LoadTarget
    run: LoadRun
    objectives: LoadObjectives
    workload: Workload
    console: Console
    category: str = field(default_factory=lambda: f"load-{uuid.uuid4().hex[:12]}")

    @property
    def folder(self) -> Path:
        """Return where the run's files go."""
        return self.workspace.build / "load"

    def execute(self) -> Evidence:
        """Put the load on, judge it, delete what it made, and write the evidence; raise HaError."""
        self.wait_for_a_clean_minute()
        try:
            results = self.put_load()
        finally:
            self._clear()
        evidence = judgement.evidence_of(self.run, results, {}, self.objectives)
        throttles = count_throttles(
            self._cloudwatch(), self.target.parts, evidence.started_at, evidence.ended_at
        )
        evidence = judgement.evidence_of(self.run, results, throttles, self.objectives)
        evidence.write(self.workspace.build / "evidence")
        shutil.copyfile(
            self.folder / "report.html", self.workspace.build / "evidence" / f"{evidence.name}.html"
        )
        return evidence

    def wait_for_a_clean_minute(self) -> None:
        """Let a minute pass in which something was refused before the load; raise HaError."""
        if seconds := seconds_to_a_clean_minute(self._cloudwatch(), self.target.parts, datetime.now(UTC)):
            self.console.print(
                f"Something was refused within this minute already; the load begins in {seconds:.0f} s.",
                highlight=False,
            )
            time.sleep(seconds)

    def put_load(self) -> dict[str, Any]:
        """Run the load process to its end and return its results; raise HaError when it fails."""
        self.folder.mkdir(parents=True, exist_ok=True)
        results, log = self.folder / "results.json", self.folder / "locust.log"
        results.unlink(missing_ok=True)
        settings = LoadSettings(
            host=self.target.host,
            base_path=urlsplit(self.target.api_url).path.rstrip("/"),
            token=self.target.token,
            category=self.category,
            results=str(results),
            scenario=self.run.scenario,
            network=self.target.network,
            shares=shares_of(self.workload),
        )
        with log.open("wb") as output:
            process = subprocess.Popen(
                self._command(), env={**os.environ, **settings.to_variable()}, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=output, text=True,
                process_group=0,  # Ctrl-C is ours to pass on, once: a second signal would cost the results.
            )  # fmt: skip
            try:
                self._follow(process)
                code = process.wait(END_SECONDS)
            except KeyboardInterrupt:
                _end(process)
                self.console.print(measured_so_far(results), highlight=False)
                raise
            finally:
                _end(process)
        if code != 0 or not results.is_file():
            raise HaError(
                f"The load process ended with status {code}.",
                _NEXT,
                detail=log.read_text(errors="replace")[-3000:],
            )
        found: dict[str, Any] = json.loads(results.read_text())
        return found

    def _cloudwatch(self) -> Any:
        return AwsClients(self.target.variables)("cloudwatch", self.target.region)

    def _command(self) -> list[str]:
        command = [
            sys.executable, "-m", "locust", "-f", str(Path(__file__).with_name("locustfile.py")),
            "--headless", "--only-summary", "--exit-code-on-error", "0",
            "--stop-timeout", "10", "--loglevel", "WARNING",
            "--html", str(self.folder / "report.html"),
        ]  # fmt: skip
        return command if self.run.workers == 1 else [*command, "--processes", str(self.run.workers)]

    def _follow(self, process: subprocess.Popen[str]) -> None:
        """Show what the load process says once a second."""
        total = len(self.run.scenario.rates)
        with make_progress(self.console) as progress:
            task = progress.add_task(f"load {self.run.scenario.name}", total=total, doing="")
            for second, line in enumerate(process.stdout or (), 1):
                if not line.startswith("{"):
                    continue
                told = json.loads(line)
                doing = (
                    f"{told['rate']:.0f} requests/s, {told['requests']} sent, {told['failures']} failed, "
                    f"p99 {told['p99_ms']:.0f} ms"
                )
                progress.update(task, completed=min(second, total), doing=doing)

    def _clear(self) -> None:
        client = AwsClients(self.target.variables, attempts=10)("dynamodb", self.target.region)
        deleted = DrillTable(client, self.target.parts.table, self.target.region).delete(self.category)
        self.console.print(f"Deleted the {deleted} products of the test.", highlight=False)


def measured_so_far(results: Path) -> str:
    """Say what a load process that was stopped had measured, if it came to write that."""
    try:
        total = json.loads(results.read_text())["total"]
    except (OSError, ValueError, KeyError):
        total = {"count": 0}
    if not total["count"]:
        return "Stopped before anything was measured."
    return (
        f"Stopped after {total['count']:,} requests: {total['failures']:,} failed, p50 "
        f"{total['p50_seconds']:.2f} s, p99 {total['p99_seconds']:.2f} s. A part of a test is no evidence."
    )


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
    with contextlib.suppress(ProcessLookupError):  # Workers that have lost the first process, if any.
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
