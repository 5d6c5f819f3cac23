"""What `ha recover` does on one table: plan, apply, undo."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.errors import HaError
from techmoda_ha.evidence import timestamp
from techmoda_ha.recovery import plan_file, tables
from techmoda_ha.recovery.applying import Application, prepare_undo
from techmoda_ha.recovery.planning import Planner, ReadItems
from techmoda_ha.recovery.streams import StreamReader, check_reach
from techmoda_ha.recovery.tables import Table
from techmoda_recovery.applying import Progress
from techmoda_recovery.core.images import Image
from techmoda_recovery.core.rules import RuleError, Rules
from techmoda_recovery.erasures import Erasures
from techmoda_recovery.pace import Pace, write_capacity
from techmoda_recovery.plan_files import Header, Plan
from techmoda_recovery.writing import DynamoStore

ROUNDS = 3

Show = Callable[[str, int, int | None], None]
"""Told of what is going on, how far it is, and of how many when that is known."""


@dataclass(frozen=True)
class Comparison:
    """What the live table is compared with, and how. `attributes` are those to put back, all without any."""

    restored: Table
    rules: Rules
    described: str
    attributes: Collection[str] = ()


@dataclass(frozen=True)
class Recovery:
    """Recovery of one table in one region. `clients` makes AWS clients, `folder` takes the files."""

    clients: Callable[[str, str], Any]
    region: str
    table_name: str
    erasures: Erasures
    folder: Path
    share: float = 0.5
    clock: Callable[[], float] = time.time
    show: Show = lambda _doing, _done, _of: None

    def table(self, name: str | None = None) -> Table:
        """Return the table, or another one of the region; raise HaError when there is none."""
        return Table.read(self.clients("dynamodb", self.region), name or self.table_name)

    def plan_rewind(self, since: int, rules: Rules, described: str, file: Path | None = None) -> Plan:
        """Plan to take back the undone writes since the moment (epoch seconds); raise HaError."""
        table = self.table()
        arn, label = table.stream
        check_reach(since, label, self.clock())
        reader = StreamReader(self.clients("dynamodbstreams", self.region), arn)
        header = self._header("rewind", table, described)
        seen = _Count(self.show, "reading the stream")
        with (
            aws_errors_as(
                "The table's stream could not be read.", "Check your rights on the stream and repeat."
            ),
            _rule_errors(),
        ):
            return self._planner(header, rules).rewind(
                file or self._file(header), since, lambda take: reader.read(seen.also(take))
            )

    def plan_reconcile(
        self, comparison: Comparison, file: Path | None = None, keys: Collection[Image] | None = None
    ) -> Plan:
        """Plan to make the table's items what they are in the restored one; raise HaError.

        With `keys`, only these items are looked at.
        """
        live, restored, rules = self.table(), comparison.restored, comparison.rules
        if live.id == restored.id:
            raise HaError(f"{live.name} would be compared with itself.", "Compare it with a restore of it.")
        if live.key_names != restored.key_names:
            raise HaError(
                f"{restored.name} has another key than {live.name}.", "Compare with a restore of it."
            )
        header = self._header("reconcile", live, comparison.described)
        seen = _Count(self.show, "comparing the tables")

        def reader(table: Table) -> ReadItems:
            if keys is not None:
                return lambda take: tables.pick(table, keys, take)
            return lambda take: tables.scan(table, seen.also(take))

        with _rule_errors():
            return self._planner(header, rules).reconcile(
                file or self._file(header),
                live.key_of,
                reader(restored),
                reader(live),
                attributes=comparison.attributes,
            )

    def apply(self, plan: Plan) -> Progress:
        """Apply a plan, or go on with it. Its undo file is written first, unless the plan is one.

        Raises HaError when the plan is for another table, or AWS fails for good.
        """
        header = plan.header
        table = replace(self, region=header.region).table(header.table)
        if table.id != header.table_id:
            raise HaError(
                f"The plan is for an earlier table {header.table} than the one in {header.region} now.",
                "Nothing was written. Make a new plan.",
            )
        if header.kind != "undo":
            prepare_undo(plan, undo_file(plan.file))
        units = self.units_per_second(table)
        store = DynamoStore(table.client, table.name, self.erasures.table)
        application = Application(store, self.erasures, Pace(units))
        return application.apply(
            plan, lambda progress: self.show(f"writing at up to {units:g} units/s", progress.done, plan.size)
        )

    def rewind(
        self, since: int, rules: Rules, described: str, first: Plan | None = None
    ) -> list[tuple[Plan, Progress]]:
        """Plan and apply, again for what changed between the two, and return each round.

        What was written to a planned item meanwhile is in the stream by then. `first` is a plan that was
        made already.
        """
        plan = first or self.plan_rewind(since, rules, described)
        results = [(plan, self.apply(plan))]
        while results[-1][1].changed and len(results) < ROUNDS:
            plan = self.plan_rewind(since, rules, described)
            results.append((plan, self.apply(plan)))
        return results

    def reconcile(self, comparison: Comparison, first: Plan | None = None) -> list[tuple[Plan, Progress]]:
        """Compare and apply, again for what changed between the two, and return each round."""
        plan = first or self.plan_reconcile(comparison)
        results = [(plan, self.apply(plan))]
        while results[-1][1].changed and len(results) < ROUNDS:
            progress = results[-1][1]
            plan = self.plan_reconcile(
                comparison, keys=progress.unrepaired if progress.remembers_all else None
            )
            results.append((plan, self.apply(plan)))
        return results

    def units_per_second(self, table: Table | None = None) -> float:
        """Return how many write units repairs may consume in a second."""
        found = table or self.table()
        return max(1.0, write_capacity(found.description) * self.share)

    def _planner(self, header: Header, rules: Rules) -> Planner:
        scratch = self.folder / f"{header.plan_id}.scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        return Planner(header, rules, self.erasures, scratch)

    def _file(self, header: Header) -> Path:
        return self.folder / f"{header.plan_id}.jsonl"

    def _header(self, kind: str, table: Table, described: str) -> Header:
        now = datetime.fromtimestamp(self.clock(), UTC)
        return Header(
            plan_id=f"{kind}-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
            kind=kind,
            region=self.region,
            table=table.name,
            table_id=table.id,
            created_at=timestamp(now),
            described=described,
        )


def undo_file(plan: Path) -> Path:
    """Return where the undo file of a plan is."""
    return plan.with_suffix(".undo.jsonl")


def load(file: Path, *, undo: bool) -> Plan:
    """Return a plan to apply, or to undo; raise HaError when it is not whole, or the other kind."""
    plan = plan_file.read(file)
    if (plan.header.kind == "undo") != undo:
        other = "ha recover undo" if plan.header.kind == "undo" else "ha recover apply"
        raise HaError(f"{file.name} is not for that: it is a plan to {plan.header.kind}.", f"{other} {file}")
    return plan


class _Count:
    """Counts records on their way, and shows that now and then."""

    EVERY = 500

    def __init__(self, show: Show, doing: str) -> None:
        self._show, self._doing, self._seen = show, doing, 0

    def also(self, take: Callable[[Any], None]) -> Callable[[Any], None]:
        """Return `take` with counting."""

        def counted(record: Any) -> None:
            take(record)
            self._seen += 1
            if self._seen % self.EVERY == 0:
                self._show(self._doing, self._seen, None)

        return counted


@contextmanager
def _rule_errors() -> Iterator[None]:
    """Turn a rule that cannot be used into an HaError."""
    try:
        yield
    except RuleError as error:
        raise HaError(str(error), "Mend the expression; nothing was written.") from error
