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
from techmoda_ha.drills.corruption.at_scale import AtScale
from techmoda_ha.drills.corruption.damage import FaultyDeployment, victims
from techmoda_ha.drills.corruption.figures import Incident
from techmoda_ha.drills.corruption.ledger import Ledger, Wrong
from techmoda_ha.drills.corruption.observing import Sights
from techmoda_ha.drills.corruption.plan import CorruptionPlan
from techmoda_ha.drills.corruption.restores import Restores
from techmoda_ha.drills.corruption.shoppers import Shoppers
from techmoda_ha.drills.stage import Region, Stage
from techmoda_ha.errors import HaError
from techmoda_ha.evidence import TimelineEntry
from techmoda_ha.recovery.at_scale import Machine
from techmoda_ha.recovery.service import Comparison, Recovery
from techmoda_ha.recovery.tables import Table
from techmoda_recovery.applying import Progress
from techmoda_recovery.core.rules import Expression, Rules, WrittenBy
from techmoda_recovery.plan_files import Plan

LOG_SECONDS = 3.0  # Log events can be found some seconds after they were written.
AT_SCALE = "at_scale"
# What damage looks like to somebody who has no history, by the attribute that is put back.
DAMAGED = {"price": "to_number(new.price) == `0`", "name": "new && length(new.name) < `2`"}

Say = Callable[[str], None]


class DataCorruptionDrill:
    """One run."""

    def __init__(
        self, stage: Stage, plan: CorruptionPlan, sights: Sights, recovery: Recovery,
        say: Say, *, show: Say = lambda _text: None, machine: Machine | None = None,
    ) -> None:  # fmt: skip
        """Prepare; nothing is touched yet. `say` gets what happened, `show` what is going on now.

        With the state machine that repairs at scale, there is a third incident.
        """
        self.stage, self.plan, self.sights, self.recovery = stage, plan, sights, recovery
        self._say, self._show = say, show
        self.started_at, self.started = datetime.now(UTC), stage.clock()
        self.timeline: list[TimelineEntry] = []
        self.failures: list[str] = []
        self.ledger = Ledger.open(stage.folder / "clients.jsonl")
        self.shoppers = Shoppers(stage.customer, self.ledger, stage.category, plan.rate, stage.clock)
        names = ("rewind", "reconcile") if machine is None else ("rewind", "reconcile", AT_SCALE)
        self.incidents = {name: Incident(name) for name in names}
        self._restores = Restores(stage)
        self._machine = machine
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
        self._strike_resting(self.incidents["reconcile"])

    def reconcile(self) -> None:
        """Restore the table as of the moment before, compare, and put back what is damaged."""
        incident = self.incidents["reconcile"]
        table, since = self._restore(incident)
        kept = self._logged_deletions(since)
        results = []
        for attribute, damage in DAMAGED.items():
            # In a first pass what was deleted comes back; each pass puts back nothing but what is damaged.
            rules = Rules(undo=(Expression(damage), self._deletions()), keep_keys=frozenset(kept))
            comparison = Comparison(table, rules, "drill data-corruption", (attribute,))
            results += self.recovery.reconcile(comparison)
        self._finish(incident, results, since, kept)

    def check_reconcile(self) -> None:
        """Compare again."""
        self._check(self.incidents["reconcile"])

    def strike_a_third_time(self) -> None:
        """The same once more, where it is to be repaired at scale."""
        if self._machine is not None:
            self._strike_resting(self.incidents[AT_SCALE])

    def repair_at_scale(self) -> None:
        """Restore the table again, and let the state machine compare and put back what is damaged."""
        if self._machine is None:
            return
        incident, plan = self.incidents[AT_SCALE], self.plan
        table, since = self._restore(incident)
        kept = self._logged_deletions(since)
        at_scale = AtScale(
            self._machine, self.stage.primary.table_name, plan.capacity_share, self.stage.sleep,
            self.note, self._show,
        )  # fmt: skip
        for number, (attribute, damage) in enumerate(DAMAGED.items()):
            undo = (damage, self._deletions().text)
            incident.outcomes += at_scale.repair(table.name, undo, attribute, kept, stop=number == 0)
            incident.rounds += 1
        self._end(incident, since, kept)
        if changed := incident.outcomes["changed_meanwhile"]:
            self.fail(f"{changed} items changed each time they were to be repaired at scale")

    def check_at_scale(self) -> None:
        """Compare once more, and let the clients go."""
        if self._machine is not None:
            self._check(self.incidents[AT_SCALE])
        self.shoppers.stop()

    # -- undoing

    def roll_back(self) -> None:
        """Remove what the drill made; raise HaError at the end when something could not be."""
        problems = []
        for step in (self.shoppers.stop, self._delete_products, self._restores.delete):
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

    # -- parts of the steps

    def _strike_resting(self, incident: Incident) -> None:
        with self.shoppers.resting():
            self._strike(incident)
        self.stage.sleep(self.plan.hold_seconds)

    def _restore(self, incident: Incident) -> tuple[Table, int]:
        """Begin an incident's recovery: return the table as of the moment before it, and that moment."""
        incident.began = self.stage.clock()
        since = self._moments[incident.name]
        table = self._restores.restore(since, self._until, self._show)
        self.note(f"{table.name} holds the table as of {datetime.fromtimestamp(since, UTC).isoformat()}")
        return table, since

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
        self._end(incident, since, kept)
        if results[-1][1].changed:
            self.fail(f"{results[-1][1].changed} items changed each time they were to be repaired")

    def _end(self, incident: Incident, since: int, kept: set[str]) -> None:
        late = self._delete_again(since, kept)
        incident.repaired = self.stage.clock()
        again = f", {late} deleted again as customers wished" if late else ""
        way = incident.name.replace("_", " ")
        self.note(f"{incident.outcomes['repaired']} items repaired by {way}{again}")

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

    def _until(self, condition: Callable[[], bool], seconds: float, doing: str) -> bool:
        return self.stage.until(
            condition, seconds,
            meanwhile=lambda: self._show(f"{doing} · {len(self.ledger.writes)} good writes"),
        )  # fmt: skip
