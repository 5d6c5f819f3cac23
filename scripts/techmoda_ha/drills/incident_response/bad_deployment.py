"""A version of the products function that fails is deployed to everybody at once."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from techmoda_ha.drills.backup_restore.goods import Shelf, new_items
from techmoda_ha.drills.incident_response.load import Load
from techmoda_ha.drills.incident_response.responses import Responder, Response
from techmoda_ha.drills.incident_response.scenario import Site, answer_of, outcome_objection

# Pages end with a cursor that this key signs. Only lists fail, so that the region stays in service.
BROKEN_SETTING = "CURSOR_KEY_ID"
READERS, RATE = 4, 2.0


@dataclass
class BadDeployment:
    """The scenario. `utc_now` tells the time by which the ledger's is judged."""

    site: Site
    utc_now: Callable[[], datetime] = lambda: datetime.now(UTC)
    name: str = "bad-deployment"
    metrics_flow: bool = True
    _load: Load | None = None
    _good: str | None = None
    _bad: str | None = None
    _settings: dict[str, str] | None = None
    _products: list[str] = field(default_factory=list)

    @property
    def responder(self) -> Responder:
        """Return the region's responder."""
        return self.site.responder

    @property
    def alarms(self) -> tuple[str, ...]:
        """Return the alarms on errors."""
        return tuple(self.responder.alarms_of("roll-back"))

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return the same."""
        return self.alarms

    def describe(self) -> str:
        """Say what it does."""
        return (
            f"publish a version of {self._function} with a wrong {BROKEN_SETTING} and point its alias there"
        )

    @property
    def _parameters(self) -> dict[str, str]:
        found = next(iter(self.responder.alarms_of("roll-back").values()), {})
        return {name: str(value) for name, value in found.items()}

    @property
    def _function(self) -> str:
        return self._parameters.get("function", "the products function")

    @property
    def _alias(self) -> dict[str, str]:
        return {"FunctionName": self._function, "Name": self._parameters["alias"]}

    def lacks(self) -> str:
        """There must be an alarm."""
        return "" if self.alarms else "no alarm leads to the playbook roll-back"

    def unready(self) -> str:
        """The present version must have served long enough to be gone back to."""
        known = self.responder.served(f"{self._function}:{self._parameters['alias']}")
        if known is None:
            return "the responder has not looked yet which version is served"
        version, since, _ = known
        age = (self.utc_now() - since).total_seconds()
        wanted = self.responder.stable_after_seconds()
        if age < wanted:
            return f"version {version} has served for {age:.0f} of the {wanted:.0f} s that prove it"
        return ""

    def cause(self) -> None:
        """Write two products, let readers page through them, and deploy."""
        stage, functions = self.site.stage, self.site.client("lambda")
        with self.site.errors("Deploying the bad version"):
            items = new_items(3, stage.category, "drill incident")
            self._products = list(items)
            Shelf(self.site.client("dynamodb"), stage.primary.table_name).put(items.values())
            self._good = functions.get_alias(**self._alias)["FunctionVersion"]
            configured = functions.get_function_configuration(FunctionName=self._function)
            self._settings = dict(configured["Environment"]["Variables"])
            self._configure({**self._settings, BROKEN_SETTING: f"alias/drill-{uuid.uuid4().hex[:8]}"})
            self._bad = functions.publish_version(FunctionName=self._function)["Version"]
            functions.get_waiter("published_version_active").wait(
                FunctionName=self._function, Qualifier=self._bad
            )
            functions.update_alias(**self._alias, FunctionVersion=self._bad)
        self._load = Load(self._reader(), READERS, RATE)
        self._load.start()

    def is_detected(self) -> bool:
        """The alarm is on."""
        return self.site.alarms.in_alarm(self.alarms)

    def objection(self, response: Response) -> str:
        """It must have gone back to the version before."""
        if objection := outcome_objection(response, "acted"):
            return objection
        if response.details.get("version") != self._good:
            return f"the alias was pointed to {response.details.get('version')}, not back to {self._good}"
        return ""

    def mend(self) -> None:
        """Nothing: the responder has done it."""

    def has_recovered(self) -> bool:
        """Readers get their pages from the version before."""
        with self.site.errors("Reading the alias"):
            version = self.site.client("lambda").get_alias(**self._alias)["FunctionVersion"]
        return bool(version == self._good and self._load and self._load.is_well())

    def undo(self) -> None:
        """Point the alias back if nobody has, mend the settings, delete the bad version and the products."""
        if self._load:
            self._load.stop()
            self._load = None
        functions = self.site.client("lambda")
        with self.site.errors("Taking the bad version away"):
            if self._good:
                if functions.get_alias(**self._alias)["FunctionVersion"] != self._good:
                    functions.update_alias(**self._alias, FunctionVersion=self._good)
                self._good = None
            if self._settings:
                self._configure(self._settings)
                self._settings = None
            if self._bad:
                with contextlib.suppress(functions.exceptions.ResourceNotFoundException):
                    functions.delete_function(FunctionName=self._function, Qualifier=self._bad)
                self._bad = None
            if self._products:
                table = self.site.stage.primary.table_name
                Shelf(self.site.client("dynamodb"), table).delete(self._products)
                self._products = []

    def _configure(self, settings: dict[str, str]) -> None:
        functions = self.site.client("lambda")
        functions.update_function_configuration(
            FunctionName=self._function, Environment={"Variables": settings}
        )
        functions.get_waiter("function_updated_v2").wait(FunctionName=self._function)

    def _reader(self) -> Callable[[], bool]:
        stage = self.site.stage
        path = f"/products?category={stage.category}&limit=1"

        return lambda: answer_of(stage.visitor(stage.primary), "GET", path).went_well
