"""The data-corruption drill: its steps, in the order in which drills/data-corruption.yaml calls them.

Moments are seconds on the stage's monotonic clock; the moments to go back to are epoch seconds. Whatever
was made is removed by `roll_back`, which may be called at any time and more than once.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.drills.corruption.damage import FaultyDeployment, victims
from techmoda_ha.drills.corruption.figures import Incident
from techmoda_ha.drills.corruption.ledger import Ledger, Wrong
from techmoda_ha.drills.corruption.observing import Sights
from techmoda_ha.drills.corruption.plan import CorruptionPlan
from techmoda_ha.drills.corruption.shoppers import Shoppers
from techmoda_ha.drills.stage import Region, Stage
from techmoda_ha.errors import HaError
from techmoda_ha.evidence import TimelineEntry
from techmoda_ha.recovery.restoring import Restoration
from techmoda_ha.recovery.service import Comparison, Recovery
from techmoda_recovery.applying import Progress
from techmoda_recovery.core.rules import Expression, Rules, WrittenBy
from techmoda_recovery.plan_files import Plan

POLL_SECONDS = 0.5
LOG_SECONDS = 3.0  # Log events can be found some seconds after they were written.
PITR_DEADLINE_SECONDS = 600.0  # AWS: the latest restorable time is typically five minutes ago.

Say = Callable[[str], None]


class DataCorruptionDrill:
    """One run."""

    def __init__(
        self, stage: Stage, plan: CorruptionPlan, sights: Sights, recovery: Recovery,
        say: Say, *, show: Say = lambda _text: None,
    ) -> None:  # fmt: skip
        """Prepare; nothing is touched yet. `say` gets what happened, `show` what is going on now."""
        self.stage, self.plan, self.sights, self.recovery = stage, plan, sights, recovery
        self._say, self._show = say, show
        self.started_at, self.started = datetime.now(UTC), stage.clock()
        self.timeline: list[TimelineEntry] = []
        self.failures: list[str] = []
        self.ledger = Ledger.open(stage.folder / "clients.jsonl")
        self.shoppers = Shoppers(stage.customer, self.ledger, stage.category, plan.rate, stage.clock)
        self.incidents = {name: Incident(name) for name in ("rewind", "reconcile")}
        self.restored: str | None = None
        self._chance = random.Random(plan.seed)  # noqa: S311 - chooses products
        self._moments: dict[str, int] = {}
        self._stopped: dict[str, int] = {}

    def note(self, event: str) -> None:
        """Keep in the timeline what happened now, and say it."""
        since = self.stage.clock() - self.started
        self.timeline.append(TimelineEntry(self.started_at + timedelta(seconds=since), event))
        self._say(f"{since:6.1f} s  {event}")

    def fail(self, failure: str) -> None:
        """Keep a failure: the drill has not passed then."""
        self.failures.append(failure)
        self.note(f"Failed: {failure}")

    # -- the method, step by step

    def prepare(self) -> None:
        """Fill the shop, and let customers and staff work."""
        self._show("filling the shop")
        self.shoppers.fill(self.plan.products)
        self.shoppers.start()
        self.note(f"{self.plan.products} products are there, and clients at work")
        self.stage.sleep(self.plan.warm_up_seconds)
        if wrong := self._wrong_while_resting(self.stage.primary):
            raise HaError(
                f"{len(wrong)} products are wrong before anything happened.", "Run: make smoke-test"
            )

    def strike(self) -> None:
        """Let the bad deployment do its work while everybody writes on."""
        self._strike(self.incidents["rewind"])

    def wait_for_alarm(self) -> None:
        """Wait until the alarm on the business metric is raised; fail when it is not."""
        incident, deadline = self.incidents["rewind"], self.plan.detection_deadline_seconds
        if self._until(lambda: self.sights.alarm_state() == "ALARM", deadline, "the alarm is to be raised"):
            incident.detected = self.stage.clock()
            self.note(f"The alarm {self.sights.alarm} is raised")
        else:
            self.fail(f"{self.sights.alarm} was not raised within {deadline:g} s")

    def rewind(self) -> None:
        """Rewind by the stream: undo the deployment's writes, and all deletions that the API did not log."""
        incident = self.incidents["rewind"]
        incident.began = self.stage.clock()
        since = self._moments["rewind"]
        kept = self._logged_deletions(since)
        rules = Rules(
            undo=(WrittenBy(frozenset({self._writer(incident)})), self._deletions()),
            # Deletions since then are none of the bad deployment's, which has been stopped.
            until=self._stopped[incident.name],
            keep_keys=frozenset(kept),
        )
        results = self.recovery.rewind(since, rules, "drill data-corruption")
        self._finish(incident, results, since, kept)

    def check_rewind(self) -> None:
        """Compare every product with what the clients know, in both regions."""
        self._check(self.incidents["rewind"])

    def strike_again(self) -> None:
        """The same again. Nobody edits while it strikes, for a restore cannot know such edits."""
        with self.shoppers.resting():
            self._strike(self.incidents["reconcile"])
        self.stage.sleep(self.plan.hold_seconds)

    def reconcile(self) -> None:
        """Restore the table as of the moment before, compare, and put back what is damaged."""
        incident = self.incidents["reconcile"]
        incident.began = self.stage.clock()
        since, region = self._moments["reconcile"], self.stage.primary
        self._wait_until_restorable(since)
        self.restored = f"{region.table_name}-drill-{since}"
        restoration = Restoration(self.stage.clients("dynamodb", region.name), sleep=self.stage.sleep)
        table = restoration.restore(region.table_name, since, self.restored, self._show)
        self.note(f"{self.restored} holds the table as of {datetime.fromtimestamp(since, UTC).isoformat()}")
        kept = self._logged_deletions(since)
        damaged = {
            "price": Expression("to_number(new.price) == `0`"),
            "name": Expression("new && length(new.name) < `2`"),
        }
        results = []
        for attribute, damage in damaged.items():
            # In a first pass what was deleted comes back; each pass puts back nothing but what is damaged.
            rules = Rules(undo=(damage, self._deletions()), keep_keys=frozenset(kept))
            comparison = Comparison(table, rules, "drill data-corruption", (attribute,))
            results += self.recovery.reconcile(comparison)
        self._finish(incident, results, since, kept)

    def check_reconcile(self) -> None:
        """Compare again, and let the clients go."""
        self._check(self.incidents["reconcile"])
        self.shoppers.stop()

    # -- undoing

    def roll_back(self) -> None:
        """Remove what the drill made; raise HaError at the end when something could not be."""
        problems = []
        for step in (self.shoppers.stop, self._delete_products, self._delete_restored):
            try:
                step()
            except HaError as error:
                problems.append(f"{error.message} {error.detail}".strip())
        if problems:
            raise HaError("Not everything could be removed.", "Do it by hand.", detail="\n".join(problems))

    def _delete_products(self) -> None:
        region = self.stage.primary
        client = self.stage.clients("dynamodb", region.name)
        with aws_errors_as(
            "The drill's products could not be deleted.", f"Their category: {self.stage.category}"
        ):
            for product in self.ledger.products():
                client.delete_item(TableName=region.table_name, Key={"id": {"S": product}})
        self.stage.table(region).delete(self.stage.category)

    def _delete_restored(self) -> None:
        if self.restored is None:
            return
        client = self.stage.clients("dynamodb", self.stage.primary.name)
        with aws_errors_as(f"The table {self.restored} could not be deleted.", "Delete it by hand."):
            client.delete_table(TableName=self.restored)
        self.restored = None

    # -- parts of the steps

    def _strike(self, incident: Incident) -> None:
        region = self.stage.primary
        # Streams and restores know whole seconds: the damage begins with a new one.
        self._moments[incident.name] = int(time.time()) + 1
        self.stage.sleep(self._moments[incident.name] - time.time())
        chosen = victims(self.ledger.present(), self.plan.share, self._chance)
        incident.struck = self.stage.clock()
        client = self.stage.clients("dynamodb", region.name)
        faulty = FaultyDeployment(client, region.table_name, self._writer(incident))
        incident.damaged = faulty.damage(chosen)
        incident.struck_all = self.stage.clock()
        self._stopped[incident.name] = int(time.time())
        kinds = ", ".join(f"{count} {kind}" for kind, count in incident.damaged.items())
        self.note(f"A bad deployment has damaged {sum(incident.damaged.values())} products: {kinds}")

    def _finish(
        self, incident: Incident, results: list[tuple[Plan, Progress]], since: int, kept: set[str]
    ) -> None:
        for _, progress in results:
            incident.outcomes += progress.outcomes
        incident.rounds = len(results)
        late = self._delete_again(since, kept)
        incident.repaired = self.stage.clock()
        again = f", {late} deleted again as customers wished" if late else ""
        self.note(f"{incident.outcomes['repaired']} items repaired by {incident.name}{again}")
        if results[-1][1].changed:
            self.fail(f"{results[-1][1].changed} items changed each time they were to be repaired")

    def _delete_again(self, since: int, kept: set[str]) -> int:
        """Delete what came back although somebody deleted it during the recovery; how many that were."""
        late = self._logged_deletions(since) - kept
        region = self.stage.primary
        there = self.sights.products(region.name, self.stage.category, late)
        client = self.stage.clients("dynamodb", region.name)
        with aws_errors_as("A product could not be deleted again.", "Check your rights on the table."):
            for product in late & there.keys():
                client.delete_item(TableName=region.table_name, Key={"id": {"S": product}})
        return len(late & there.keys())

    def _check(self, incident: Incident) -> None:
        with self.shoppers.resting():
            incident.good_writes = self.ledger.since(incident.struck or 0.0)
            incident.wrong = self._wrong(self.stage.primary)
            look = partial(self._wrong, self.stage.dr)
            self._until(lambda: not look(), self.plan.replication_deadline_seconds, "replication")
            incident.wrong_in_dr = look()
        self.note(
            f"{len(incident.wrong)} products wrong in {self.stage.primary.name}, "
            f"{len(incident.wrong_in_dr)} in {self.stage.dr.name}; "
            f"{len(incident.good_writes)} legitimate writes since the damage"
        )

    def _wrong_while_resting(self, region: Region) -> list[Wrong]:
        with self.shoppers.resting():
            return self._wrong(region)

    def _wrong(self, region: Region) -> list[Wrong]:
        found = self.sights.products(region.name, self.stage.category, self.ledger.products())
        return self.ledger.wrong(found)

    def _logged_deletions(self, since: int) -> set[str]:
        self.stage.sleep(LOG_SECONDS)
        return self.sights.deletions(since)

    def _deletions(self) -> Expression:
        """Match the deletions of this drill's products."""
        return Expression(f"event == 'REMOVE' && old.category == '{self.stage.category}'")

    def _writer(self, incident: Incident) -> str:
        return f"{self.stage.category}:{incident.name}"

    def _wait_until_restorable(self, moment: int) -> None:
        client, table = self.stage.clients("dynamodb", self.stage.primary.name), self.stage.primary.table_name

        def is_restorable() -> bool:
            described = client.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
            recovery = described["PointInTimeRecoveryDescription"]
            latest: datetime = recovery["LatestRestorableDateTime"]
            return latest.timestamp() >= moment

        with aws_errors_as("The table's point-in-time recovery could not be read.", "Check your rights."):
            if not self._until(is_restorable, PITR_DEADLINE_SECONDS, "the moment is to be restorable"):
                raise HaError(
                    "The moment before the damage does not become restorable.", "Look at the table."
                )

    def _until(self, condition: Callable[[], bool], seconds: float, doing: str) -> bool:
        """Wait until the condition holds; whether it did in that time."""
        deadline = self.stage.clock() + seconds
        while not condition():
            if self.stage.clock() >= deadline:
                return False
            self._show(f"{doing} · {len(self.ledger.writes)} good writes")
            self.stage.sleep(POLL_SECONDS)
        return True
