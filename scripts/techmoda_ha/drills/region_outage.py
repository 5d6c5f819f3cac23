"""The region-outage drill: its steps, in the order in which drills/region-outage.yaml calls them.

Moments are seconds on the stage's monotonic clock. Whatever was changed is undone by `roll_back`, which
may be called at any time and more than once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import dns.exception
import httpx

from techmoda_ha.drills.clients import Log, Traffic
from techmoda_ha.drills.comparison import SeedComparison
from techmoda_ha.drills.faults import USUAL_LAG_SECONDS, Fault, Variant
from techmoda_ha.drills.measurement import CONSECUTIVE_GOOD, WritesAtRisk, writes_at_risk
from techmoda_ha.drills.outage_figures import Moments, Seen
from techmoda_ha.drills.plan import OutagePlan
from techmoda_ha.drills.stage import Region, Stage
from techmoda_ha.drills.telling import Say, Telling
from techmoda_ha.drills.watching import UNKNOWN, Watcher
from techmoda_ha.errors import HaError, ViolationError

DNS_EVERY_SECONDS = 0.5
HEALTH_EVERY_SECONDS = 1.0
POLL_SECONDS = 0.25
RESUME_EVERY_SECONDS = 1.0
LATCH_DEADLINE_SECONDS = 130.0  # The latch looks once a minute; a minute is lost when it just has.
REASON = "drill region-outage"
OPERATOR = "operator:drill"


class RegionOutageDrill(Telling):
    """One run."""

    def __init__(
        self, stage: Stage, plan: OutagePlan, fault: Fault, say: Say, show: Say = lambda _text: None
    ) -> None:
        """Prepare; nothing is touched yet. `say` gets what happened, `show` what is going on now."""
        self.stage, self.plan, self.fault = stage, plan, fault
        super().__init__(stage.clock, say)
        self._show = show
        self.moments = Moments(stage.clock())
        self.notes: list[str] = plan.notes()
        self.conflicts: list[dict[str, Any]] = []
        self.at_risk: WritesAtRisk | None = None
        self.found_everywhere: set[str] | None = None
        self.log = Log.open(stage.folder / "clients.jsonl")
        self.traffic = Traffic(
            stage.customer, self.log, stage.category, plan.readers, plan.writers, rate=plan.rate,
            clock=stage.clock,
        )  # fmt: skip
        self.comparison = SeedComparison(
            stage.route53(), stage.primary.hosted_zone_id, f"{stage.category}.{stage.domain}",
            stage.primary.host, f"{stage.base_path}/health",
        )  # fmt: skip
        self._make_watchers()

    def _make_watchers(self) -> None:
        stage, clock = self.stage, self.stage.clock
        whereabouts = stage.whereabouts
        self.answers = Watcher(lambda: whereabouts.region_of(stage.host), clock, DNS_EVERY_SECONDS)
        self.seed_answers = Watcher(lambda: self.comparison.look(stage.network), clock, DNS_EVERY_SECONDS)
        self.health = {
            region.name: Watcher(self._health_of(region), clock, HEALTH_EVERY_SECONDS)
            for region in (stage.primary, stage.dr)
        }

    @property
    def watchers(self) -> list[Watcher[str]]:
        """Return all watchers."""
        return [self.answers, self.seed_answers, *self.health.values()]

    # -- the method, step by step

    def prepare(self) -> None:
        """Make the check with the seed's settings, set the replication lag, start watchers and clients."""
        if self.plan.fast and self.stage.bed:
            self.stage.bed.set_speed(self.plan.check_speed)
        self.comparison.make()
        lag = self.plan.real_lag_seconds
        if lag is not None and self.stage.bed:
            self.stage.bed.set_lag(lag, lag)
            self.note(f"Replication takes {self.plan.lag_seconds:g} s from now on")
        for watcher in self.watchers:
            watcher.start()
        self.traffic.start()
        self.note("Clients are at work")
        self._wait(self.plan.real_warm_up_seconds, "warming up")
        if not self._served_by(self.stage.primary.name):
            self.fail("clients were not all served by the primary region before the disaster")

    def strike(self) -> None:
        """Cause the fault, and look which acknowledged writes the DR region lacks."""
        self.fault.cause()
        self.moments = replace(self.moments, disaster=self.stage.clock())
        self.note(f"Disaster: {self.fault.describe()}")
        _, writes = self.log.snapshot()
        disaster = self.stage.clock() if self.moments.disaster is None else self.moments.disaster
        before = [one for one in writes if one.acknowledged is not None and one.acknowledged <= disaster]
        found = self.stage.table(self.stage.dr).found(before, self.stage.category)
        self.at_risk = writes_at_risk(before, found, disaster=disaster)
        self.note(f"{len(self.at_risk.missing)} acknowledged writes are missing in {self.stage.dr.name}")

    def wait_for_failover(self) -> None:
        """Wait until DNS answers the DR region and it serves every client; fail when that takes too long."""
        dr, deadline = self.stage.dr.name, self.plan.failover_deadline_seconds
        if not self._until(lambda: self.answers.latest() == dr, deadline, "Route 53 is to notice"):
            self.fail(f"DNS did not lead to {dr} within {deadline:g} s")
            return
        self.note(f"DNS leads to {dr}")
        if not self._until(lambda: self._served_by(dr), deadline, "clients are to be served again"):
            self.fail(f"{dr} did not serve every client within {deadline:g} s")
            return
        self.note(f"Every client is served by {dr}")
        if self.plan.variant is Variant.STOP:
            return  # Nothing is unhealthy, so the check with the seed's settings has nothing to notice.
        if not self._until(lambda: self.seed_answers.latest() == "secondary", deadline, "seed's settings"):
            self.notes.append("The check with the seed's settings had not noticed when the drill went on.")

    def wait_for_latch(self) -> None:
        """Wait until STOP is engaged, so that the return is deliberate; fail when nobody engages it."""
        switch = self.stage.failover.switch
        if not self._until(lambda: switch.read().engaged, LATCH_DEADLINE_SECONDS, "the latch is to engage"):
            self.fail("the latch did not engage STOP: Route 53 would lead clients back by itself")
            return
        self.moments = replace(self.moments, latched=self.stage.clock())
        self.note(f"STOP is engaged by {switch.read().by}")
        self._wait(self.plan.hold_seconds, "holding")
        # A request that failed just now would look like an outage that never ended.
        dr, deadline = self.stage.dr.name, self.plan.failover_deadline_seconds
        self._until(lambda: self._served_by(dr), deadline, "every client is to be well served")

    def restore(self) -> None:
        """Mend the fault, and let replication have its usual speed."""
        self.fault.mend()
        self._reset_lag()
        self.moments = replace(self.moments, restored=self.stage.clock())
        self.note(f"{self.stage.primary.name} is back")

    def fail_back(self) -> None:
        """Resume as soon as that is safe, and wait until the primary region serves every client."""
        primary, deadline = self.stage.primary.name, self.plan.failback_deadline_seconds
        if not self._until(self._resumed, deadline, "resuming is to be safe", RESUME_EVERY_SECONDS):
            self.fail(f"resuming was not safe within {deadline:g} s")
            return
        self.moments = replace(self.moments, resumed=self.stage.clock())
        self.note("STOP is released")
        if not self._until(lambda: self._served_by(primary), deadline, f"{primary} is to serve clients"):
            self.fail(f"{primary} did not serve every client within {deadline:g} s after resuming")
            return
        self.moments = replace(self.moments, back=self.stage.clock())
        self.note(f"Every client is served by {primary}")

    def take_stock(self) -> None:
        """Stop the clients, and look for every acknowledged write in both regions."""
        self.traffic.stop()
        stage = self.stage
        for source, destination in ((stage.primary, stage.dr), (stage.dr, stage.primary)):
            stage.failover.replication_seconds(source.name, destination.name)
        _, writes = self.log.snapshot()
        # An eventually consistent pair of tables may lack the last second's writes; those are no loss.
        self._until(lambda: self._is_nothing_lost(writes), 15.0, "replication is to catch up", 1.0)
        self.note(f"{len(self.seen().lost() or [])} acknowledged writes are lost")
        if stage.bed:
            self.conflicts = [
                one for one in stage.bed.conflicts(stage.primary.table_name) if self._is_ours(one)
            ]
            self.note(
                f"{len(self.conflicts)} conflicts of the regions: the later edit won, over one or several"
            )
        else:
            self.notes.append("DynamoDB lists no conflicts; overwritten edits are those that a client saw.")

    # -- undoing

    def roll_back(self) -> None:
        """Undo everything that the drill changed; raise HaError at the end when something could not be."""
        problems = []
        steps: list[Callable[[], object]] = [
            self.fault.mend, self._reset_lag, self._reset_speed, self.traffic.stop, self._stop_watchers,
            self._release_stop, self.comparison.remove,
            lambda: self.stage.table(self.stage.primary).delete(self.stage.category),
        ]  # fmt: skip
        for step in steps:
            try:
                step()
            except HaError as error:
                problems.append(f"{error.message} {error.detail}".strip())
        if problems:
            raise HaError("Not everything could be undone.", "Do it by hand.", detail="\n".join(problems))

    def _reset_lag(self) -> None:
        if self.plan.lag_seconds is not None and self.stage.bed:
            self.stage.bed.set_lag(*USUAL_LAG_SECONDS)

    def _reset_speed(self) -> None:
        if self.plan.fast and self.stage.bed:
            self.stage.bed.set_speed(1.0)

    def _stop_watchers(self) -> None:
        for watcher in self.watchers:
            watcher.stop()

    def _release_stop(self) -> None:
        """Release STOP when this drill's disaster engaged it; it was not engaged before (steady state)."""
        if self.moments.disaster is None or not self.stage.failover.switch.read().engaged:
            return
        if not self._until(
            self._resumed, self.plan.failback_deadline_seconds, "resuming", RESUME_EVERY_SECONDS
        ):
            raise HaError("STOP is still engaged: resuming is not safe.", "ha failover status")

    # -- looking

    def seen(self) -> Seen:
        """Return everything that was seen so far."""
        observations, writes = self.log.snapshot()
        return Seen(
            self.moments, self.stage.dr.name, observations, writes, list(self.log.edits),
            list(self.answers.samples), list(self.seed_answers.samples), self.at_risk,
            self.found_everywhere, self.plan.time_factor,
        )  # fmt: skip

    def _health_of(self, region: Region) -> Callable[[], str]:
        visitor = self.stage.visitor(region)

        def look() -> str:
            try:
                answer = visitor.request("GET", "/health")
            except (httpx.HTTPError, dns.exception.DNSException):
                return "no answer"
            return "healthy" if answer.is_success else f"status {answer.status_code}"

        return look

    def _served_by(self, region: str) -> bool:
        """Whether every client's last requests all went well and were answered by the region."""
        observations, _ = self.log.snapshot()
        streams: dict[str, list[Any]] = {}
        for one in observations:
            streams.setdefault(one.client, []).append(one)
        return bool(streams) and all(
            len(stream) >= CONSECUTIVE_GOOD
            and all(one.ok and one.region == region for one in stream[-CONSECUTIVE_GOOD:])
            for stream in streams.values()
        )

    def _resumed(self) -> bool:
        try:
            self.stage.failover.resume(REASON, by=OPERATOR)
        except ViolationError as error:
            self._note_refusal(error.message)
            return False
        return True

    def _note_refusal(self, message: str) -> None:
        if not any(entry.event == message for entry in self.timeline):
            self.note(message)

    def _is_nothing_lost(self, writes: list[Any]) -> bool:
        acknowledged = [one for one in writes if one.acknowledged is not None]
        stage = self.stage
        self.found_everywhere = stage.table(stage.primary).found(acknowledged, stage.category) & stage.table(
            stage.dr
        ).found(acknowledged, stage.category)
        return len(self.found_everywhere) == len(acknowledged)

    def _is_ours(self, conflict: dict[str, Any]) -> bool:
        item = conflict["kept"].get("item") or conflict["lost"].get("item") or {}
        return bool(item.get("category", {}).get("S") == self.stage.category)

    def _wait(self, seconds: float, doing: str) -> None:
        self._until(lambda: False, seconds, doing)

    def _until(
        self, condition: Callable[[], bool], seconds: float, doing: str, every: float = POLL_SECONDS
    ) -> bool:
        def show() -> None:
            self._show(f"{doing} · DNS: {self.answers.latest() or UNKNOWN} · {self._score()}")

        return self.stage.until(condition, seconds, every=every, meanwhile=show)

    def _score(self) -> str:
        observations, _ = self.log.snapshot()
        recent = [one for one in observations if one.ended >= self.stage.clock() - 1]
        failed = sum(not one.ok for one in recent)
        return f"last second: {len(recent) - failed} good, {failed} failed"
