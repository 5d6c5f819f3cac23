"""Strangers with made-up tokens use the authorizer's concurrency up: customers who log in are refused.

A token that was judged before does not show it: API Gateway keeps the authorizer's answers.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from http import HTTPStatus

from techmoda_ha.drills.clients import ApiClient, new_product
from techmoda_ha.drills.incident_response.load import Load
from techmoda_ha.drills.incident_response.responses import Responder, Response
from techmoda_ha.drills.incident_response.scenario import Site, answer_of, outcome_objection

STRANGERS, RATE = 6, 5.0
LITTLE = 1


@dataclass
class UsedUpConcurrency:
    """The scenario: a reservation of one execution, and many who knock."""

    site: Site
    name: str = "used-up-concurrency"
    metrics_flow: bool = True
    _before: list[int | None] = field(default_factory=list)
    _load: Load | None = None

    @property
    def responder(self) -> Responder:
        """Return the region's responder."""
        return self.site.responder

    @property
    def _found(self) -> tuple[tuple[str, ...], str]:
        found = self.responder.alarms_of("report-concurrency")
        named = {name: one for name, one in found.items() if "authorizer" in one["function"]}
        throttled = tuple(name for name in named if name.endswith("throttles"))
        return throttled, str(next(iter(named.values()), {}).get("function", ""))

    @property
    def alarms(self) -> tuple[str, ...]:
        """Return the alarm on refused executions."""
        return self._found[0]

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return the same."""
        return self.alarms

    def describe(self) -> str:
        """Say what it does."""
        return (
            f"reserve {LITTLE} execution for {self._found[1]}, while {STRANGERS} strangers try made-up tokens"
        )

    def lacks(self) -> str:
        """There must be an alarm."""
        return "" if self.alarms else "no alarm leads to the playbook report-concurrency for the authorizer"

    def unready(self) -> str:
        """It can be played at any time."""
        return ""

    def cause(self) -> None:
        """Take the reservation away, and knock."""
        functions, function = self.site.client("lambda"), self._found[1]
        with self.site.errors("Lowering the reservation"):
            found = functions.get_function_concurrency(FunctionName=function)
            self._before.append(found.get("ReservedConcurrentExecutions"))
            functions.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=LITTLE)
        self._load = Load(self._knock, STRANGERS, RATE)
        self._load.start()

    def is_detected(self) -> bool:
        """The alarm is on."""
        return self.site.alarms.in_alarm(self.alarms)

    def objection(self, response: Response) -> str:
        """It must have told the arithmetic, with the limit as it is."""
        if objection := outcome_objection(response, "reported"):
            return objection
        if response.details.get("limit") != LITTLE:
            return f"the report says the limit is {response.details.get('limit')}, and it is {LITTLE}"
        return "" if response.details.get("throttled", 0) > 0 else "the report knows of no refused execution"

    def mend(self) -> None:
        """Give the reservation back, as the person who was told would."""
        functions, function = self.site.client("lambda"), self._found[1]
        with self.site.errors("Giving the reservation back"):
            while self._before:
                if self._before[0] is None:
                    functions.delete_function_concurrency(FunctionName=function)
                else:
                    functions.put_function_concurrency(
                        FunctionName=function, ReservedConcurrentExecutions=self._before[0]
                    )
                self._before.clear()

    def has_recovered(self) -> bool:
        """Every token is judged again."""
        return bool(self._load and self._load.is_well())

    def undo(self) -> None:
        """Stop the strangers, and give the reservation back."""
        if self._load:
            self._load.stop()
            self._load = None
        self.mend()

    def _knock(self) -> bool:
        """Write with a made-up token; whether the authorizer answered, by a refusal."""
        stage = self.site.stage
        made_up = uuid.uuid4().hex
        client = ApiClient(stage.network, stage.primary.host, stage.base_path, made_up)
        answer = answer_of(client, "POST", "/products", new_product("drill incident", stage.category))
        return answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
