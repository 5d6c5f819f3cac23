"""The three incidents that TechModa had, met again on purpose: each is a drill of its own, run one by one.

A drill that fails does not keep the next one from running: what each measured is worth knowing.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from techmoda_ha.errors import HaError, ViolationError

RunCommand = Callable[[Sequence[str]], int]
"""Runs a command in the foreground and returns its exit status."""


@dataclass(frozen=True)
class Step:
    """One command, and what it is about."""

    title: str
    arguments: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the command as a person types it."""
        return "ha " + " ".join(self.arguments)


STEPS = (
    Step("Are the plans highly available, and what do they promise?", ("validate",)),
    Step("What would ten times the traffic meet?", ("capacity",)),
    Step("The fashion week: ten times the traffic", ("drill", "surge")),
    Step("The regional outage: us-east-1 goes dark", ("drill", "region-outage")),
    Step("The bad deployment: a fifth of the products is corrupted", ("drill", "data-corruption")),
)


def in_foreground(arguments: Sequence[str]) -> int:
    """Run `ha` with the arguments, its words on this terminal; return its exit status."""
    ha = str(Path(sys.executable).parent / "ha")
    return subprocess.run([ha, *arguments], check=False).returncode


def replay(console: Console, steps: Sequence[Step] = STEPS, run: RunCommand = in_foreground) -> None:
    """Run every step.

    Raises ViolationError when a step missed an objective, HaError when one could not be run to its end;
    both name the steps, and both only after all steps have had their turn.
    """
    statuses: dict[Step, int] = {}
    for number, step in enumerate(steps, 1):
        console.print(f"\n[bold]{number}/{len(steps)}  {step.title}[/bold]  ({step.name})", highlight=False)
        statuses[step] = run(step.arguments)
    missed = [step.name for step, status in statuses.items() if status == ViolationError.exit_code]
    broken = [step.name for step, status in statuses.items() if status not in {0, ViolationError.exit_code}]
    if broken:
        raise HaError(f"Not run to its end: {', '.join(broken)}.", "Its words are above; run it alone.")
    if missed:
        raise ViolationError(f"An objective was missed: {', '.join(missed)}.", "Its words are above.")
