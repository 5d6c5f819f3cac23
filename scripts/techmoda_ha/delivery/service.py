"""What the delivery commands do with a deployed environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from techmoda_ha import operations
from techmoda_ha.aws_clients import AwsClients
from techmoda_ha.delivery.bake import AlarmWatch
from techmoda_ha.delivery.freeze import refuse_while_frozen, stop_state
from techmoda_ha.delivery.release import Release, ReleaseRecord, current_commit, live_versions
from techmoda_ha.delivery.rollback import Move, roll_aliases_back
from techmoda_ha.environments import Environment, Target, Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.outage_hint import tell_of_outage
from techmoda_ha.progress import terraform_progress
from techmoda_ha.terraform import Terraform
from techmoda_ha.terraform_run import STATE_IS_HELD, Event, Run

# What Terraform says before it holds the state: its version, that it waits, why it gives up.
BEFORE_THE_LOCK = {"version", "log", STATE_IS_HELD, "diagnostic"}


@dataclass
class OnceLocked:
    """Hears a run's events, and acts once, as soon as the run holds the state and before it changes anything.

    A run that is refused because another one holds the state must not note a release, nor one that waits
    note what was live before the other one changed it.
    """

    act: Callable[[], None]
    done: bool = False

    def __call__(self, event: Event) -> None:
        """Take one event of Terraform's JSON user interface."""
        if not self.done and event.get("type") not in BEFORE_THE_LOCK:
            self.done = True
            self.act()


@dataclass(frozen=True)
class Delivery:
    """One environment, with the variables of one target."""

    workspace: Workspace
    environment: Environment
    variables: Mapping[str, str]
    console: Console

    def apply(
        self, *, lock_patience_seconds: int, during_incident: bool = False, refresh: bool = True
    ) -> Run:
        """Apply the environment, unless an incident is open; note what was live before, for the way back."""
        if not during_incident:
            refuse_while_frozen(lambda: stop_state(self._outputs(Environment.DR), self.variables))
        before, record = self._outputs(self.environment), self._record()

        def live() -> dict[str, str]:
            # After an apply that was cut short only some of the outputs are there.
            return live_versions(self._client("lambda", before), before) if "region" in before else {}

        # A refresh leaves seconds between the lock and the first change; without one they are read before.
        early = None if refresh else live()

        def begin() -> None:
            record.begin(current_commit(self.workspace.root), live() if early is None else early)

        return operations.apply(
            self.workspace, self.environment, self.variables, self.console,
            lock_patience_seconds=lock_patience_seconds, listener=OnceLocked(begin), refresh=refresh,
        )  # fmt: skip

    def release(self) -> Release:
        """Return the last release; raise HaError when there has been none."""
        if release := self._record().read():
            return release
        raise HaError(
            f"envs/{self.environment} has no release to go back from.",
            f"Deploy first: make apply ENV={self.environment}",
        )

    def rollback(self) -> list[Move]:
        """Point the aliases at what they served before the last release, and note that it was taken back."""
        release, outputs = self.release(), self._outputs(self.environment)
        if "region" not in outputs:
            return []
        moves = roll_aliases_back(self._client("lambda", outputs), outputs, release)
        self._record().take_back(release)
        return moves

    def bake(self, seconds: float) -> list[str]:
        """Watch the environment's alarms for that long; return those that were in alarm before."""
        outputs = self._outputs(self.environment)
        if not {"region", "alarm_names"} <= outputs.keys():
            raise HaError(f"envs/{self.environment} is not deployed.", f"make apply ENV={self.environment}")
        return AlarmWatch(self._client("cloudwatch", outputs), outputs["alarm_names"]).bake(seconds)

    def drift(self) -> Run:
        """Plan without locking (and so without writing anything); what it would change has drifted.

        The functions are packaged first: their code is compared by the zips that this checkout makes.
        """
        operations.package(self.workspace, Target(self.variables["HA_TARGET"]), self.console)
        terraform = Terraform(self.workspace, self.environment, self.variables)
        terraform.init()
        tell_of_outage(terraform, self.console, "drift")
        with terraform_progress(self.console, f"drift {self.environment}") as progress:
            run = terraform.plan(progress.listen, lock=False)
            progress.finish("something differs" if run.has_changes else "nothing differs")
        return run

    def _outputs(self, environment: Environment) -> dict[str, Any]:
        return operations.outputs(self.workspace, environment, self.variables)

    def _client(self, service: str, outputs: Mapping[str, Any]) -> Any:
        return AwsClients(self.variables)(service, outputs["region"])

    def _record(self) -> ReleaseRecord:
        bucket = Terraform(self.workspace, self.environment, self.variables).backend.bucket()
        return ReleaseRecord(bucket.s3, bucket.location)
