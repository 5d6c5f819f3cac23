"""The backup manager of one region, as an operator calls it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from techmoda_ha.aws_clients import AwsClients, aws_errors_as
from techmoda_ha.errors import HaError, ViolationError

# A restore itself is not waited for, but finishing its table takes minutes where DynamoDB does for a setting.
INVOCATION_SECONDS = 300.0
POLL_SECONDS = 2.0
READY = "lista"


@dataclass(frozen=True)
class BackupManager:
    """The function of one region. `client` is a Lambda client that calls once and waits for the answer."""

    client: Any
    function: str
    alias: str
    region: str

    @classmethod
    def of(cls, outputs: Mapping[str, Any], variables: Mapping[str, str]) -> BackupManager:
        """Return the manager of an environment by its outputs; raise HaError when it has none."""
        if "backup_manager_function_name" not in outputs:
            raise HaError(
                "The environment has no output backup_manager_function_name: it is not (fully) deployed.",
                "Deploy it: make apply ENV=primary && make apply ENV=dr",
            )
        # A repeated call could start a second restore.
        clients = AwsClients(variables, attempts=1, answer_seconds=INVOCATION_SECONDS)
        return cls(
            clients("lambda", outputs["region"]),
            outputs["backup_manager_function_name"],
            outputs["backup_manager_function_alias"],
            outputs["region"],
        )

    def ask(self, **event: Any) -> dict[str, Any]:
        """Return the body of the answer to an event.

        Raises ViolationError with the function's own words when it refuses, HaError when it fails.
        """
        with aws_errors_as(
            f"The backup manager in {self.region} could not be called.",
            "Check the region and your right to invoke the function, then repeat.",
        ):
            answer = self.client.invoke(
                FunctionName=self.function, Qualifier=self.alias, Payload=json.dumps(event).encode()
            )
            payload = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise HaError(
                f"The backup manager in {self.region} failed.",
                "Its log says why: ha logs backup_manager, with the same --env and --target.",
                detail=json.dumps(payload),
            )
        body: dict[str, Any] = json.loads(payload["body"])
        if payload["statusCode"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise HaError(f"{body['mensaje']}.", "Repeat it when AWS answers.", detail=body["error"])
        if payload["statusCode"] >= HTTPStatus.BAD_REQUEST:
            raise ViolationError(
                f"{body['mensaje']}: {body['error']}.", "Ask for something that can be done."
            )
        return body

    def wait_until_ready(
        self,
        table: str,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Wait until a restored table is ready for use; raise HaError when it takes longer than that.

        The manager takes restored tables on every minute by itself; asking it does so at once.
        """
        deadline = clock() + seconds
        while (state := self._state(table))["estado"] != READY:
            if clock() >= deadline:
                left = "; ".join(state.get("pendiente", [])) or state["estado"]
                raise HaError(
                    f"{table} is not ready after {seconds:.0f} s: {left}.",
                    "The backup manager goes on by itself; look again: ha backup status",
                )
            sleep(POLL_SECONDS)

    def _state(self, table: str) -> dict[str, Any]:
        found: dict[str, dict[str, Any]] = {
            one["tabla"]: one for one in self.ask(operacion="continuar")["restauraciones"]
        }
        return found.get(table, {"estado": "not there yet"})
