"""A plan as the rules see it: resources with their region, change, configuration and place in the HCL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from techmoda_ha.plan.objectives import Objectives
from techmoda_ha.plan.values import UNKNOWN, View


class Role(StrEnum):
    """Which of the two environments a plan is for."""

    PRIMARY = "primary"
    DR = "dr"


@dataclass(frozen=True)
class Location:
    """Where a resource block stands: a file relative to the repository, and its line."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, eq=False)
class Resource(View):
    """A managed resource as it will be (`values`, `unknown`) and as it is (`before`, None when it is new).

    `region` is that of its provider, None when the plan does not tell. `references` maps each top-level
    argument to the things that its expression names.
    """

    role: Role
    address: str
    type: str
    name: str
    module: str
    key: str | int | None
    region: str | None
    actions: tuple[str, ...]
    before: Mapping[str, Any] | None
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    location: Location | None = None

    @property
    def remains(self) -> bool:
        """Tell whether the resource exists after the apply."""
        return "delete" not in self.actions or "create" in self.actions

    @property
    def is_lost(self) -> bool:
        """Tell whether the apply deletes what exists now, be it to make it anew."""
        return "delete" in self.actions


@dataclass(frozen=True)
class ProviderUse:
    """One provider configuration of the root module: its key ("aws", "aws.replica") and region."""

    key: str
    region: str | None


@dataclass(frozen=True)
class Backend:
    """Where the state lies: the backend's type and its settings, as far as they are known."""

    type: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """One environment's plan."""

    role: Role
    primary_region: str
    dr_region: str
    changes: tuple[Resource, ...]
    data: tuple[Resource, ...]
    providers: tuple[ProviderUse, ...]
    variables: Mapping[str, Any]
    source: str
    backend: Backend | None = None

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """Return what exists after the apply."""
        return tuple(one for one in self.changes if one.remains)

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return found

    def of(self, *types: str) -> Iterator[Resource]:
        """Yield the resources of these types that exist after the apply."""
        for name in types:
            yield from self._by_type.get(name, [])

    def one_with(self, kind: str, path: str, value: Any) -> Resource | None:
        """Return the first resource of a type with that known value at a path."""
        return next((one for one in self.of(kind) if one.value(path) == value), None)

    @property
    def region(self) -> str:
        """Return this environment's own region."""
        return self.primary_region if self.role is Role.PRIMARY else self.dr_region


@dataclass(frozen=True)
class System:
    """What is judged: the plan of one environment or of both, and what is promised."""

    objectives: Objectives
    primary: Plan | None = None
    dr: Plan | None = None

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Return the plans at hand, primary first."""
        return tuple(plan for plan in (self.primary, self.dr) if plan is not None)

    @property
    def roles(self) -> frozenset[Role]:
        """Return which environments are at hand."""
        return frozenset(plan.role for plan in self.plans)

    def of(self, *types: str) -> Iterator[Resource]:
        """Yield the resources of these types in every plan."""
        for plan in self.plans:
            yield from plan.of(*types)

    def both(self) -> tuple[Plan, Plan]:
        """Return both plans; only rules that need both call this."""
        if self.primary is None or self.dr is None:
            raise ValueError("this rule needs both plans")
        return self.primary, self.dr


def known(*values: Any) -> bool:
    """Tell whether all of these values are known before apply."""
    return all(value is not UNKNOWN for value in values)
