"""What a seeded fault is: override files, and the addresses at which its rule must find it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from techmoda_ha.plan.model import Resource, System

Place = tuple[str, str]  # (environment, address)
Places = Callable[[System], set[Place]]


@dataclass(frozen=True)
class Fault:
    """A fault: the files that seed it (Terraform merges overrides into what they name), and who finds it."""

    name: str
    rule: str
    files: Mapping[str, str]
    places: Places
    group: int

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


def fault(
    rule: str, name: str, folder: str, hcl: str, places: Places, *, group: int = 1, is_override: bool = True
) -> Fault:
    """Return a fault whose override stands in one folder; its file is named after it."""
    slug = "".join(letter if letter.isalnum() else "_" for letter in name.lower())
    suffix = "_override.tf" if is_override else ".tf"
    return Fault(name, rule, {f"{folder}/fault_{slug}{suffix}": hcl}, places, group)


def every(kind: str, where: Callable[[Resource], bool] = lambda _one: True) -> Places:
    """Return the places of all resources of a type in the unchanged environments, or of those that fit."""
    return lambda system: {(str(one.role), one.address) for one in system.of(kind) if where(one)}


def at(suffix: str, *environments: str) -> Places:
    """Return the places of the resources whose address ends so, in both environments or the one named."""

    def find(system: System) -> set[Place]:
        found = {
            (str(one.role), one.address)
            for plan in system.plans
            for one in plan.resources
            if one.address.endswith(suffix) and str(one.role) in (environments or ("primary", "dr"))
        }
        assert found, f"no resource of the unchanged environments ends with {suffix}"
        return found

    return find


def whole(*environments: str) -> Places:
    """Return the places of whole environments, at which missing things are found."""
    return lambda _system: {(name, f"envs/{name}") for name in environments or ("primary", "dr")}


def together(*several: Places) -> Places:
    """Return the places of all of them."""
    return lambda system: set().union(*(places(system) for places in several))


def on_the_path(one: Resource) -> bool:
    """Tell the functions that customers wait for."""
    return str(one.value("function_name")).endswith(("-products", "-authorizer"))
