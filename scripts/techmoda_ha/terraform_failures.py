"""What hinders Terraform, put into words: a state that is locked or could not be written, a run cut short."""

from __future__ import annotations

import re
import shutil
import signal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from techmoda_ha.environments import ha_command
from techmoda_ha.errors import HaError

LOCK_FIELDS = re.compile(r"^[ │]*(ID|Operation|Who|Created): *(.+?) *$", re.MULTILINE)
LOCKED = "acquiring the state lock"
UNWRITTEN_STATE = (
    "errored.tfstate"  # Terraform leaves it in the root module when the backend refuses the state.
)
# How AWS SDK for Go says that nobody answered at all.
UNANSWERED = re.compile(r"request send failed|i/o timeout|connection re(?:set|fused)|no such host")


@dataclass(frozen=True)
class Failed:
    """A Terraform command that did not do what it was to do: the environment, its verb and the target."""

    environment: str
    verb: str
    target: str = "local"

    def command(self, verb: str, *arguments: str) -> str:
        """Return an `ha` command for the same environment and target, as a person types it."""
        return ha_command(verb, self.environment, self.target, *arguments)

    def by_lock(self, diagnostics: Iterable[Mapping[str, Any]]) -> HaError | None:
        """Return the error of a state that another run holds, naming that run; None for another failure."""
        for one in diagnostics:
            said = f"{one.get('summary', '')}\n{one.get('detail', '')}"
            lock = dict(LOCK_FIELDS.findall(said)) if LOCKED in said else {}
            if "ID" in lock:
                return HaError(
                    f"envs/{self.environment} is being changed by another run: {describe_lock(lock)}. "
                    f"This {self.verb} touched nothing.",
                    "Run it again when that one has ended. Only if it died: "
                    + self.command("state unlock", "--id", lock["ID"]),
                )
        return None

    def by_unwritten_state(self, directory: Path, kept: Path) -> HaError | None:
        """Move a state that could not be written to its bucket to `kept`, and return the error that says so.

        None when there is no such state in the root module.
        """
        left = directory / UNWRITTEN_STATE
        if not left.is_file():
            return None
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(left, kept)
        return HaError(
            f"terraform {self.verb} in envs/{self.environment} could not write its state to the bucket.",
            f"The state is kept in {kept}. When the bucket answers again: {self.command('state push')}",
        )

    def by_signal(self, exit_code: int) -> HaError:
        """Return the error of a Terraform that was killed, so that it could not end in order."""
        name = signal.Signals(-exit_code).name if exit_code < 0 else f"status {exit_code}"
        return HaError(
            f"terraform {self.verb} in envs/{self.environment} was killed ({name}). Its state may lack what "
            "it did in the last 20 seconds, and is probably still locked.",
            f"Release the lock: {self.command('state unlock')}. Then go on: {self.command('apply')}. What "
            "that says exists already was made by the killed run: `terraform import` it, or delete it.",
        )

    def by_interrupt(self) -> HaError:
        """Return the error of a Terraform that was interrupted and ended in order."""
        stopped = f"Interrupted: terraform {self.verb} in envs/{self.environment} was stopped; "
        if self.verb == "plan":
            return HaError(
                stopped + "nothing was changed.",
                f"If it hung because a region is gone: {self.command('plan', '--no-refresh')}",
            )
        return HaError(
            stopped + "its state is written.",
            f"Go on with `{self.command('apply')}`, or take it down: {self.command('destroy')}",
        )

    def otherwise(self, words: str, log: Path) -> HaError:
        """Return the error of any other failure, with Terraform's own words."""
        next_step = (
            "What was done so far is in the state. Mend the cause and run "
            f"`{self.command(self.verb)}` again; the whole log is {log}"
        )
        if self.verb in {"plan", "apply"} and UNANSWERED.search(words):
            next_step = (
                "Something of AWS does not answer. If a region is gone, the other one can be changed all the "
                f"same, from what its state says: {self.command(self.verb, '--no-refresh')}. The log: {log}"
            )
        return HaError(f"terraform {self.verb} failed in envs/{self.environment}.", next_step, detail=words)


def describe_lock(lock: Mapping[str, str]) -> str:
    """Return in words who holds a state, since when and what for, from Terraform's lock information."""
    doing = lock.get("Operation", "").removeprefix("OperationType").lower() or "run"
    return f"{doing} by {lock.get('Who') or 'unknown'} since {lock.get('Created') or 'unknown'}"
