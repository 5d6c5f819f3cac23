"""A deployment for the delivery drill, made of numbers: what `ha` does to it, and what AWS says of it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from tests.unit.techmoda_ha.drill_kit import DR, PRIMARY, make_stage

from techmoda_ha.drills.delivery.checkout import Checkout
from techmoda_ha.drills.delivery.running import Ended, HaCommand
from techmoda_ha.drills.delivery.scenario import CAPACITY, Site
from techmoda_ha.drills.delivery.states import States
from techmoda_ha.drills.telling import Telling
from techmoda_ha.environments import Environment, Workspace

USUAL = 20
LOCKED = (
    "error: envs/dr is being changed by another run: apply by ana@laptop since now. "
    "This apply touched nothing.\n"
    "next:  Run it again when that one has ended. Only if it died: ha state unlock --env dr --id 1\n"
)


def settings(region: str) -> dict[str, object]:
    """Return the settings of a state's backend."""
    return {"bucket": f"state-{region}", "key": "terraform.tfstate", "region": region, "use_lockfile": True}


@dataclass
class World:
    """The deployment. `writes` counts by bucket; `lock`: DR is held; `answers` go over what `ha` does."""

    folder: Path
    reserved: int = USUAL
    served: dict[str, str] = field(default_factory=lambda: {DR: "7", PRIMARY: "7"})
    writes: dict[str, int] = field(default_factory=lambda: {f"state-{one}": 1 for one in (DR, PRIMARY)})
    lock: bool = False
    applying: bool = False
    answers: dict[str, Callable[[], Ended]] = field(default_factory=dict)
    loud: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    state_regions: dict[Environment, str] = field(
        default_factory=lambda: {Environment.PRIMARY: PRIMARY, Environment.DR: DR}
    )

    @property
    def telling(self) -> Telling:
        """Return a telling whose lines are kept."""
        return Telling(lambda: 0.0, self.said.append)

    @property
    def site(self) -> Site:
        """Return where the scenarios take place."""
        stage = replace(make_stage(self.folder), clients=self.client)
        dr = {"region": DR, "authorizer_function_name": "auth", **self.function}
        regions = {Environment.PRIMARY: PRIMARY, Environment.DR: DR}
        states = States(
            self.client, {one: settings(region) for one, region in self.state_regions.items()}, regions
        )
        workspace = Workspace(self.folder, self.folder / "build")
        return Site(stage, workspace, cast(HaCommand, self), states, dr)

    @property
    def function(self) -> dict[str, str]:
        """Return the outputs that name the products function."""
        return {"products_function_name": "products", "products_function_alias": "live"}

    @property
    def checkout(self) -> Checkout:
        """Return a clone that is none: its `ha` is this world's."""
        return cast(Checkout, FakeCheckout(self))

    def client(self, service: str, region: str) -> Any:
        """Return a client of Lambda or S3."""
        if service == "lambda":
            return SimpleNamespace(
                get_alias=lambda **_: {"FunctionVersion": self.served[region]},
                get_function_concurrency=lambda **_: {"ReservedConcurrentExecutions": self.reserved},
            )
        return SimpleNamespace(
            head_object=lambda Bucket, Key: {"VersionId": str(self.writes[Bucket])},  # noqa: N803, ARG005
            get_object=self._get_lock,
            exceptions=SimpleNamespace(NoSuchKey=KeyError),
        )

    def _get_lock(self, **_: str) -> dict[str, Any]:
        if not self.lock:
            raise KeyError
        lock = {"ID": "1", "Operation": "OperationTypeApply", "Who": "ana@laptop", "Created": "now"}
        return {"Body": io.BytesIO(json.dumps(lock).encode())}

    # -- as HaCommand

    def run(self, *arguments: str, **variables: str) -> Ended:
        """Do what `ha` does, or what the test says instead."""
        line = " ".join(arguments)
        self.asked.append(line)
        for begin, answer in self.answers.items():
            if line.startswith(begin):
                return answer()
        if line.startswith("state unlock"):
            self.lock = False
        if line.startswith("apply"):
            if self.lock or self.applying:
                return Ended(2, LOCKED, 2.0)
            self.deploy(variables)
        if line.startswith("plan"):
            return Ended(0, "envs/dr: 0 to be added, 1 to be changed, 0 to be removed.", 9.0)
        return Ended(0, "", 12.0)

    def must(self, *arguments: str, **variables: str) -> Ended:
        """Do it."""
        return self.run(*arguments, **variables)

    def deploy(self, variables: dict[str, str]) -> None:
        """Apply envs/dr with these inputs."""
        wanted = json.loads(variables.get(CAPACITY, "{}")).get("authorizer", {})
        self.reserved = wanted.get("reserved_concurrency", USUAL)
        self.writes[f"state-{DR}"] += 1

    @contextmanager
    def running(self, *_: str, **variables: str) -> Iterator[Any]:
        """Hold the state until the test lets the apply end."""
        self.applying = self.lock = True
        yield FakeRunning(self, variables)


class FakeRunning:
    """An apply that holds the state; interrupted it releases it, killed it leaves the lock."""

    output = "output"

    def __init__(self, world: World, variables: dict[str, str]) -> None:
        self.world, self.variables = world, variables
        self.cut: Ended | None = None
        self.process = SimpleNamespace(terminate=self._interrupt)

    def _interrupt(self) -> None:
        self.world.lock = False
        words = "error: Interrupted: terraform apply in envs/dr was stopped; its state is written.\n"
        self.cut = Ended(2, words, 1.0)

    def _kill(self) -> None:
        words = "error: terraform apply in envs/dr was killed (SIGKILL).\nnext:  ha state unlock --env dr\n"
        self.cut = Ended(2, words, 1.0)

    def terraform(self) -> FakeTerraform:
        return FakeTerraform(self._kill)

    def has_logged(self, _kind: str) -> bool:
        return True

    def wait_until(self, condition: Callable[[], bool]) -> bool:
        return condition()

    def end(self) -> Ended:
        self.world.applying = False
        if self.cut:
            return self.cut
        self.world.lock = False
        self.world.deploy(self.variables)
        return Ended(0, "", 15.0)


class FakeTerraform:
    """A process that ends as soon as it is told to."""

    def __init__(self, kill: Callable[[], None]) -> None:
        self.kill = kill

    def send_signal(self, number: int) -> None:
        """Heed it."""

    def children(self, *, recursive: bool) -> list[Any]:  # noqa: ARG002 - as psutil has it
        """Return no providers."""
        return []

    def wait(self, timeout: float) -> int:  # noqa: ARG002
        """Have ended."""
        return 0


@dataclass
class FakeCheckout:
    """A clone that only keeps what is committed to it."""

    world: World
    committed: list[str] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """Return a folder that is there."""
        return self.world.folder

    def make(self) -> Any:
        """Return its `ha`."""
        return self.world

    def commit(self, file: str, _text: str, _message: str) -> None:
        """Keep what was committed."""
        self.committed.append(file)

    def reset(self) -> None:
        """Forget it."""
        self.committed.clear()
