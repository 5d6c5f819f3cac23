"""Run Terraform for one environment and tell what it does while it does it.

python-terraform builds the command lines. The process is started here, because that library can neither
stream a running command nor give a command variables of its own (two environments apply side by side).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import click
from python_terraform import IsFlagged
from python_terraform import Terraform as CommandBuilder

from techmoda_ha.bootstrap.backend import StateBackend
from techmoda_ha.endpoint_watch import EndpointWatch
from techmoda_ha.environments import Environment, Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.terraform_failures import locked_state_error, unwritten_state_error

Event = dict[str, Any]
Listener = Callable[[Event], None]
PLAN_HAS_CHANGES = 2  # what `terraform plan -detailed-exitcode` exits with
INTERRUPT_PATIENCE_SECONDS = 120  # Terraform stops the running operations and writes the state first.
LOCK_PATIENCE_SECONDS = 60  # How long a run waits for another one that holds the state.
READ_PATIENCE_SECONDS = 30  # A state takes a second to read, but for one whose region does not answer.


def ignore(_event: Event) -> None:
    """Listen to nothing."""


def describe_diagnostic(diagnostic: Mapping[str, Any]) -> str:
    """Return a Terraform diagnostic as Terraform prints it: summary, where, and the whole detail."""
    lines = [f"{str(diagnostic.get('severity', 'error')).capitalize()}: {diagnostic.get('summary', '')}"]
    where = diagnostic.get("range") or {}
    if address := diagnostic.get("address"):
        lines.append(f"  with {address}")
    if filename := where.get("filename"):
        lines.append(f"  on {filename} line {where.get('start', {}).get('line', '?')}")
    if detail := diagnostic.get("detail"):
        lines.append(str(detail))
    return "\n".join(lines)


@dataclass
class Run:
    """What one Terraform command said: its events' essence, and its exit status."""

    exit_code: int = 0
    diagnostics: list[Event] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    planned: list[dict[str, str]] = field(default_factory=list)
    other_output: list[str] = field(default_factory=list)

    def take(self, line: str) -> Event | None:
        """Read one line of Terraform's JSON user interface; plain text is kept for the error report."""
        try:
            event: Event = json.loads(line)
        except ValueError:
            self.other_output.append(line.rstrip())
            return None
        if event.get("type") == "diagnostic":
            self.diagnostics.append(event.get("diagnostic", {}))
        if event.get("type") == "planned_change":
            change = event["change"]
            self.planned.append({"action": change["action"], "address": change["resource"]["addr"]})
        if event.get("type") == "change_summary":
            self.summary = event.get("changes", {})
        return event

    @property
    def has_changes(self) -> bool:
        """Tell whether a plan (with -detailed-exitcode) would change anything, outputs included."""
        return self.exit_code == PLAN_HAS_CHANGES

    @property
    def error_text(self) -> str:
        """Return every error whole."""
        errors = [describe_diagnostic(one) for one in self.diagnostics if one.get("severity") == "error"]
        return "\n\n".join(errors or self.other_output)


@dataclass(frozen=True)
class Terraform:
    """Terraform on one environment of a workspace, with the variables of one target.

    Every method raises HaError (exit status 2), holding Terraform's error whole, when Terraform fails.
    """

    workspace: Workspace
    environment: Environment
    variables: Mapping[str, str]
    lock_patience_seconds: int = LOCK_PATIENCE_SECONDS
    read_patience_seconds: int = READ_PATIENCE_SECONDS

    @property
    def directory(self) -> Path:
        """Return the root module's folder."""
        return self.workspace.environment_dir(self.environment)

    @property
    def backend(self) -> StateBackend:
        """Return where this environment's state for this target lies."""
        return StateBackend(self.workspace, self.environment, self.variables)

    @property
    def process_environment(self) -> dict[str, str]:
        """Return all variables of a Terraform process."""
        data_dir = str(self.workspace.terraform_data_dir(self.environment))
        return {**os.environ, **self.variables, "TF_DATA_DIR": data_dir}

    @property
    def var_files(self) -> list[str]:
        """Return the values file that a real deployment keeps, when the target is AWS."""
        file = self.directory / "aws.tfvars"
        return [str(file)] if self.variables.get("HA_TARGET") == "aws" and file.is_file() else []

    def init(self, settings: Mapping[str, object] | None = None) -> None:
        """Initialise for this target's state (or the given settings), unless that was done already."""
        settings = settings or self.backend.settings()
        if self._is_initialised(settings):
            return
        # `init` has a JSON interface too, but not for backend errors: read its plain words.
        command = self._command(
            "init", backend_config=str(self.backend.file), reconfigure=IsFlagged, input=False,
            lockfile="readonly", no_color=IsFlagged,
        )  # fmt: skip
        result = subprocess.run(
            command, check=False, capture_output=True, text=True,
            cwd=self.directory, env=self.process_environment,
        )  # fmt: skip
        if result.returncode != 0:
            raise HaError(
                f"terraform init failed in envs/{self.environment}.",
                "Run `make setup`; it checks Terraform and where the provider comes from. "
                f"The state lies in bucket {settings['bucket']}, {settings['region']}.",
                detail=(result.stderr or result.stdout).strip(),
            )

    def _is_initialised(self, settings: Mapping[str, object]) -> bool:
        data_dir = self.workspace.terraform_data_dir(self.environment)
        try:
            backend = json.loads((data_dir / "terraform.tfstate").read_text())["backend"]
            known = {name: backend["config"].get(name) for name in settings}
            modules = (data_dir / "modules" / "modules.json").stat().st_mtime
        except (OSError, ValueError, KeyError):
            return False
        sources = [*self.directory.glob("*.tf"), *self.workspace.root.glob("modules/**/*.tf")]
        changed = max(file.stat().st_mtime for file in sources)
        current = changed <= modules and (data_dir / "providers").is_dir()
        return bool(current and backend["type"] == "s3" and known == settings)

    def plan(self, listener: Listener = ignore, *, out: Path | None = None, lock: bool = True) -> Run:
        """Plan; return the run, whose `has_changes` tells whether anything would change."""
        options = {"out": str(out)} if out else {}
        run = self._stream("plan", listener, detailed_exitcode=IsFlagged, lock=lock, **options)
        if run.exit_code not in (0, PLAN_HAS_CHANGES):
            raise self._failed("plan", run)
        return run

    def apply(self, listener: Listener = ignore, **options: object) -> Run:
        """Apply without asking; return the run with its change summary."""
        return self._change("apply", listener, **options)

    def destroy(self, listener: Listener = ignore, **options: object) -> Run:
        """Destroy without asking (callers ask); return the run with its change summary."""
        return self._change("destroy", listener, **options)

    def outputs(self) -> dict[str, Any]:
        """Return the outputs by name; empty when nothing has been applied."""
        said = self._quick("output", json=IsFlagged)
        return {name: output["value"] for name, output in json.loads(said).items()}

    def show_state(self) -> dict[str, Any]:
        """Return the state as `terraform show -json` describes it; without `values` when there is none."""
        state: dict[str, Any] = json.loads(self._quick("show", json=IsFlagged))
        return state

    def pull_state(self) -> dict[str, Any]:
        """Return the state itself; empty when there is none."""
        state: dict[str, Any] = json.loads(self._quick("state pull") or "{}")
        return state

    def push_state(self, file: Path) -> None:
        """Make a file the state; Terraform refuses one that is older than, or no kin of, what is there."""
        self._quick("state push", str(file))

    def _change(self, verb: str, listener: Listener, **options: object) -> Run:
        run = self._stream(verb, listener, auto_approve=IsFlagged, **options)
        if run.exit_code != 0:
            raise self._failed(verb, run)
        return run

    def _quick(self, verb: str, *arguments: str, **options: object) -> str:
        try:
            result = subprocess.run(
                self._command(verb, *arguments, **options), check=False, capture_output=True, text=True,
                cwd=self.directory, env=self.process_environment, timeout=self.read_patience_seconds,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise HaError(
                f"The state of envs/{self.environment} was not read within {self.read_patience_seconds} s.",
                "Its region may be down; the other environment's state lies in the other region.",
            ) from error
        if result.returncode != 0:
            raise HaError(
                f"terraform {verb} failed in envs/{self.environment}.",
                "Look at the cause above: the state's region may not answer, or not to these credentials.",
                detail=click.unstyle(result.stderr).strip(),
            )
        return result.stdout

    def _failed(self, verb: str, run: Run) -> HaError:
        if locked := locked_state_error(self.environment, verb, run.diagnostics):
            return locked
        return HaError(
            f"terraform {verb} failed in envs/{self.environment}.",
            f"What was done so far is in the state. Mend the cause and run `make {verb} "
            f"ENV={self.environment}` again; the whole log is {self._log_file(verb)}",
            detail=run.error_text,
        )

    def _command(self, verb: str, *arguments: str, **options: object) -> list[str]:
        command: list[str] = CommandBuilder().generate_cmd_string(verb, *arguments, **options)
        return command

    def _log_file(self, verb: str) -> Path:
        return self.workspace.build / "logs" / "terraform" / f"{self.environment}-{verb}.jsonl"

    def _stream(self, verb: str, listener: Listener, **options: object) -> Run:
        log_file = self._log_file(verb)
        log_file.parent.mkdir(parents=True, exist_ok=True)
        command = self._command(
            verb, json=IsFlagged, input=False, lock_timeout=f"{self.lock_patience_seconds}s",
            var_file=self.var_files, **options,
        )  # fmt: skip
        run = Run()
        with (
            log_file.open("w") as log,
            subprocess.Popen(
                command, cwd=self.directory, env=self.process_environment, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, process_group=0,
            ) as process,
            graceful_interrupt(process, self.environment, verb),
            EndpointWatch(self.variables.get("AWS_ENDPOINT_URL"), process) as watch,
        ):  # fmt: skip
            for event in _events(process, run, log):
                listener(event)
        unwritten = unwritten_state_error(self.directory, log_file.parent, verb)
        if watch.died:
            raise HaError(
                f"AWS at {self.variables['AWS_ENDPOINT_URL']} stopped answering during terraform {verb} "
                f"in envs/{self.environment}.",
                "The local AWS is gone with all that it held: start again with `make local-up`.",
                detail=run.error_text,
            )
        if unwritten:
            raise unwritten
        run.exit_code = process.returncode
        return run


def _events(process: subprocess.Popen[str], run: Run, log: TextIO) -> Iterator[Event]:
    for line in process.stdout or ():
        log.write(line)
        if event := run.take(line):
            yield event
    process.wait()


@contextmanager
def graceful_interrupt(process: subprocess.Popen[str], environment: Environment, verb: str) -> Iterator[None]:
    """Pass one interrupt on to Terraform and wait until it has written its state.

    Terraform runs in a process group of its own: a terminal's Ctrl-C would reach it a second time, and a
    second interrupt makes it drop what it is doing.
    """
    try:
        yield
    except BaseException as error:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=INTERRUPT_PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        if isinstance(error, KeyboardInterrupt):
            raise HaError(
                f"Interrupted: terraform {verb} in envs/{environment} was stopped; its state is written.",
                f"Go on with `make apply ENV={environment}`, or take it down: make destroy ENV={environment}",
            ) from error
        raise
