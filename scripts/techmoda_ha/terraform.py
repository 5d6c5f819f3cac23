"""Run Terraform for one environment and tell what it does while it does it.

python-terraform builds the command lines. The process is started here, because that library can neither
stream a running command nor give a command variables of its own (two environments apply side by side).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from python_terraform import IsFlagged
from python_terraform import Terraform as CommandBuilder

from techmoda_ha.bootstrap.backend import StateBackend
from techmoda_ha.endpoint_watch import EndpointWatch
from techmoda_ha.environments import Environment, Target, Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.processes import finished, follow, grouped
from techmoda_ha.terraform_failures import Failed
from techmoda_ha.terraform_run import Listener, Run, ignore

INTERRUPT_PATIENCE_SECONDS = 120  # Terraform stops the running operations and writes the state first.
# At Go's usual pace of collecting garbage, a plan takes a third more CPU time (17 s instead of 12).
GARBAGE_COLLECTION = {"GOGC": "400", "GOMEMLIMIT": "1GiB"}
# The provider mostly waits, 30 s for a record. On AWS Terraform's 10 at once keep within the APIs' throttles.
LOCAL_PARALLELISM = 40
LOCK_PATIENCE_SECONDS = 60  # How long a run waits for another one that holds the state.
READ_PATIENCE_SECONDS = 30  # A state takes a second to read, but for one whose region does not answer.


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
        return {**GARBAGE_COLLECTION, **os.environ, **self.variables, "TF_DATA_DIR": data_dir}

    @property
    def var_files(self) -> list[str]:
        """Return the values file that a real deployment keeps, when the target is AWS."""
        file = self.directory / "aws.tfvars"
        return [str(file)] if self.variables.get("HA_TARGET") == "aws" and file.is_file() else []

    def init(self, settings: Mapping[str, object] | None = None) -> None:
        """Initialise for this target's state, which must answer, or for the given settings, unless done."""
        settings = settings or self.backend.answering_settings()
        if self._is_initialised(settings):
            return
        # `init` has a JSON interface too, but not for backend errors: read its plain words.
        command = self._command(
            "init", backend_config=str(self.backend.file), reconfigure=IsFlagged, input=False,
            lockfile="readonly", no_color=IsFlagged,
        )  # fmt: skip
        result = finished(command, self.directory, self.process_environment)
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

    def plan(
        self,
        listener: Listener = ignore,
        *,
        out: Path | None = None,
        lock: bool = True,
        refresh: bool = True,
    ) -> Run:
        """Plan; return the run, whose `has_changes` tells whether anything would change.

        Without `refresh` it believes the state, and does not ask AWS what there is.
        """
        options: dict[str, object] = {"out": str(out)} if out else {}
        if not refresh:
            options["refresh"] = False
        return self._stream("plan", listener, detailed_exitcode=IsFlagged, lock=lock, **options)

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

    def show_plan(self, file: Path) -> str:
        """Return the whole difference of a saved plan in Terraform's words, which hide sensitive values."""
        command = self._command("show", str(file), no_color=IsFlagged)
        result = finished(command, self.directory, self.process_environment)
        if result.returncode != 0:
            raise HaError(
                f"terraform show failed in envs/{self.environment}: the plan cannot be read.",
                "Plan again.",
                detail=result.stderr.strip(),
            )
        return result.stdout.strip()

    def pull_state(self) -> dict[str, Any]:
        """Return the state itself; empty when there is none."""
        state: dict[str, Any] = json.loads(self._quick("state pull") or "{}")
        return state

    def unlock_state(self, lock_id: str) -> None:
        """Release the state's lock; Terraform refuses when another run holds it by now."""
        self._quick("force-unlock", "-force", lock_id)

    def push_state(self, file: Path) -> None:
        """Make a file the state; Terraform refuses one that is older than, or no kin of, what is there."""
        self._quick("state push", str(file))

    def _change(self, verb: str, listener: Listener, **options: object) -> Run:
        if self.variables.get("HA_TARGET") == Target.LOCAL:
            options["parallelism"] = LOCAL_PARALLELISM
        return self._stream(verb, listener, auto_approve=IsFlagged, **options)

    def _quick(self, verb: str, *arguments: str, **options: object) -> str:
        try:
            result = finished(
                self._command(verb, *arguments, **options), self.directory, self.process_environment,
                timeout=self.read_patience_seconds,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise HaError(
                f"The state of envs/{self.environment} was not read within {self.read_patience_seconds} s.",
                "Its region may be down; the other environment's state lies in the other region.",
            ) from error
        if result.returncode != 0:
            words = click.unstyle(result.stderr).strip()
            raise self._failed(verb).by_lock([{"detail": words}]) or HaError(
                f"terraform {verb} failed in envs/{self.environment}.",
                "Look at the cause above: the state's region may not answer, or not to these credentials.",
                detail=words,
            )
        return result.stdout

    def _failed(self, verb: str) -> Failed:
        return Failed(self.environment, verb, self.variables.get("HA_TARGET", Target.LOCAL))

    def _command(self, verb: str, *arguments: str, **options: object) -> list[str]:
        command: list[str] = CommandBuilder().generate_cmd_string(verb, *arguments, **options)
        return command

    def _stream(self, verb: str, listener: Listener, **options: object) -> Run:
        """Run a command and pass its events on; raise HaError unless it did what it was to do."""
        self.backend.refuse_an_unwritten_state()
        command = self._command(
            verb, json=IsFlagged, input=False, lock_timeout=f"{self.lock_patience_seconds}s",
            var_file=self.var_files, **options,
        )  # fmt: skip
        run, failed = Run(), self._failed(verb)
        with _log_of(self.workspace.build / "logs" / "terraform", f"{self.environment}-{verb}") as (
            log,
            kept,
        ):
            try:
                watch = self._run(command, log, run, listener)
            except Interrupted as error:
                unwritten = failed.by_unwritten_state(self.directory, self.backend.unwritten_state)
                in_order = error.exit_code >= 0
                raise (
                    unwritten or (failed.by_interrupt() if in_order else failed.by_signal(error.exit_code))
                ) from error
        unwritten = failed.by_unwritten_state(self.directory, self.backend.unwritten_state)
        if watch.died:
            raise HaError(
                f"AWS at {self.variables['AWS_ENDPOINT_URL']} stopped answering during terraform {verb} "
                f"in envs/{self.environment}.",
                "The local AWS is gone with all that it held: start again with `make local-up`.",
                detail=run.error_text,
            )
        if unwritten:
            raise unwritten
        if run.exit_code < 0:
            raise failed.by_signal(run.exit_code)
        if run.exit_code != 0 and not (verb == "plan" and run.has_changes):
            raise failed.by_lock(run.diagnostics) or failed.otherwise(run.error_text, kept)
        return run

    def _run(self, command: list[str], log: Path, run: Run, listener: Listener) -> EndpointWatch:
        with (
            log.open("w") as output,
            grouped(command, self.directory, self.process_environment, output) as process,
            EndpointWatch(self.variables.get("AWS_ENDPOINT_URL"), process) as watch,
            graceful_interrupt(process),
        ):
            for line in follow(log, process):
                if event := run.take(line):
                    listener(event)
        run.exit_code = process.returncode
        return watch


class Interrupted(KeyboardInterrupt):
    """Terraform was interrupted; its exit status, below 0 when it had to be killed."""

    def __init__(self, exit_code: int) -> None:
        """Keep the status."""
        super().__init__()
        self.exit_code = exit_code


@contextmanager
def _log_of(folder: Path, name: str) -> Iterator[tuple[Path, Path]]:
    """Give a log to one run alone, and the name under which it is found after that run.

    Of two runs at once neither must read what the other one says.
    """
    folder.mkdir(parents=True, exist_ok=True)
    own = f"{name}-{os.getpid()}-{uuid.uuid4().hex[:12]}"  # who starts an `ha` finds its log by the process
    log, kept = folder / f"{own}.jsonl", folder / f"{name}.jsonl"
    try:
        yield log, kept
    finally:
        log.replace(kept)


@contextmanager
def graceful_interrupt(process: subprocess.Popen[str]) -> Iterator[None]:
    """Pass an error inside the block on to Terraform as one interrupt, and wait until it has ended.

    Terraform runs in a process group of its own: a terminal's Ctrl-C would reach it a second time, and a
    second interrupt makes it drop what it is doing. Who interrupts twice means just that: it is killed.
    Raises Interrupted for a KeyboardInterrupt, and the error itself else.
    """
    try:
        yield
    except BaseException as error:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            click.echo("Stopping: Terraform writes its state first. Interrupt again to kill it.", err=True)
            try:
                process.wait(INTERRUPT_PATIENCE_SECONDS)
            except (subprocess.TimeoutExpired, KeyboardInterrupt):
                process.kill()
                process.wait()
        if isinstance(error, KeyboardInterrupt):
            raise Interrupted(process.returncode) from error
        raise
