"""Applying a plan file, with a checkpoint file beside it, and its undo file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.errors import HaError
from techmoda_ha.recovery import plan_file
from techmoda_recovery.applying import Applier, Progress, inverses, undo_header
from techmoda_recovery.core.images import dumps, loads
from techmoda_recovery.plan_files import Plan


class Application(Applier):
    """Everything that applying a plan needs."""

    def apply(self, plan: Plan, show: Callable[[Progress], None] = lambda _progress: None) -> Progress:
        """Apply what has not been applied yet and return how it went.

        Raises HaError when AWS fails for good; repeating the call goes on from the checkpoint.
        """
        progress = progress_of(plan)

        def save(now: Progress) -> None:
            save_progress(plan, now)
            show(now)

        with aws_errors_as("AWS refused a repair.", f"Go on with it: ha recover apply {plan.file}"):
            self.go_on(plan.repairs(), progress, save)
        # A finished plan may be applied anew, as after an undo: the items themselves tell what is to be done.
        _checkpoint(plan).unlink(missing_ok=True)
        return progress


def prepare_undo(plan: Plan, file: Path) -> Plan:
    """Write the undo file of a plan, before anything is applied; return it, also when it is there already.

    It holds the inverse of every repair; see `inverses`.
    """
    header = undo_header(plan.header)
    if file.exists():
        kept = plan_file.read(file)
        if kept.header != header:
            raise HaError(f"{file} belongs to another plan.", "Move it away, then repeat.")
        return kept
    return plan_file.write(file, header, inverses(plan), {})


def progress_of(plan: Plan) -> Progress:
    """Return what the checkpoint says; a start from nothing where there is none for this very plan."""
    try:
        kept = loads(_checkpoint(plan).read_text())
    except (OSError, ValueError):
        return Progress()
    if kept.get("checksum") != plan.checksum:
        return Progress()
    return Progress(kept["done"], Counter(kept["outcomes"]), kept["unrepaired"])


def save_progress(plan: Plan, progress: Progress) -> None:
    """Write the checkpoint, whole or not at all."""
    file = _checkpoint(plan)
    partial = file.with_suffix(".partial")
    partial.write_text(dumps({"checksum": plan.checksum, **vars(progress)}))
    partial.replace(file)


def _checkpoint(plan: Plan) -> Path:
    return plan.file.with_suffix(".progress.json")
