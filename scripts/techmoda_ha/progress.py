"""Progress that a person can follow: a live line per piece of work, plain lines without a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from techmoda_ha.terraform_run import STATE_IS_HELD, Event

WAITING = "taking the state's lock; another run may hold it"


def make_progress(console: Console) -> Progress:
    """Return the project's progress display."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[doing]}"),
        console=console,
        transient=False,
    )


@dataclass
class TerraformProgress:
    """Shows one Terraform command; give `listen` to techmoda_ha.terraform.Terraform."""

    console: Console
    progress: Progress
    title: str
    clock: Callable[[], float] = time.monotonic
    running: dict[str, None] = field(default_factory=dict)
    total: int = 0
    done: int = 0

    def __post_init__(self) -> None:
        """Show the line at once."""
        self.started = self.clock()
        self.task = self.progress.add_task(self.title, total=None, doing="reading what is there")

    def listen(self, event: Event) -> None:
        """Take one event of Terraform's JSON user interface."""
        kind = event.get("type")
        hook = event.get("hook", {})
        if hook.get("action") == "read":
            return  # data sources are no part of the plan's count
        address = hook.get("resource", {}).get("addr", "")
        if kind == STATE_IS_HELD:
            self.progress.update(self.task, doing=WAITING)
            self._say(WAITING)
            return
        if kind == "change_summary" and event["changes"].get("operation") == "plan":
            changes = event["changes"]
            self.total = sum(int(changes.get(key, 0)) for key in ("add", "change", "remove"))
            self._say(
                f"{changes['add']} to add, {changes['change']} to change, {changes['remove']} to remove"
            )
        elif kind == "apply_start":
            self.running[address] = None
        elif kind in {"apply_complete", "apply_errored"}:
            self.running.pop(address, None)
            self.done += 1
            if self.total and self.done % max(1, self.total // 5) == 0:
                self._say(f"{self.done} of {self.total}")
        self.progress.update(self.task, total=self.total or None, completed=self.done, doing=self._doing())

    def finish(self, outcome: str) -> None:
        """Show how it ended."""
        self.progress.update(self.task, total=self.total or 1, completed=self.total or 1, doing=outcome)
        self._say(f"{outcome} after {self.clock() - self.started:.0f} s")

    def _doing(self) -> str:
        names = list(self.running)
        more = f" (+{len(names) - 1})" if len(names) > 1 else ""
        return f"{names[0]}{more}"[-60:] if names else ""

    def _say(self, text: str) -> None:
        if not self.console.is_terminal:
            self.console.print(f"{self.title}: {text}", highlight=False)


@contextmanager
def terraform_progress(console: Console, title: str) -> Iterator[TerraformProgress]:
    """Show one Terraform command while the block runs."""
    with make_progress(console) as progress:
        yield TerraformProgress(console, progress, title)
