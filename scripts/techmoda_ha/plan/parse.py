"""From what `terraform show -json` prints about a saved plan to the typed plan.

The form is Terraform's JSON output format, major version 1
(https://developer.hashicorp.com/terraform/internals/json-format).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from techmoda_ha.errors import HaError
from techmoda_ha.plan.model import Backend, Location, Plan, ProviderUse, Resource, Role

INSTANCE_KEY = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')
NEXT_STEP = "Make one with `ha plan --env ENV --out FILE`, or `terraform show -json FILE` of such a file."
Locations = Mapping[tuple[str, str, str], Location]  # (folder, resource type, resource name) → place


class PlanFormatError(HaError):
    """The input is no plan of this repository's environments. Exit status 2."""


def parse_plan(
    document: Any, source: str, *, locations: Locations | None = None, backend: Backend | None = None
) -> Plan:
    """Return the plan that Terraform's JSON document describes; raise PlanFormatError when it is none.

    `source` names the input in messages, `locations` say where resource blocks stand, by the folder of
    their module, and `backend` where the state lies, which the document does not tell.
    """
    _check_form(document, source)
    try:
        return _Reader(document, source, locations or {}, backend).plan()
    except (KeyError, TypeError, AttributeError) as error:
        raise PlanFormatError(
            f"{source} is no whole Terraform plan: {type(error).__name__} {error}.", NEXT_STEP
        ) from error


def _check_form(document: Any, source: str) -> None:
    if not isinstance(document, dict) or not isinstance(document.get("format_version"), str):
        raise PlanFormatError(f"{source} is no Terraform plan in JSON: it has no format_version.", NEXT_STEP)
    version = document["format_version"]
    if version.split(".")[0] != "1":
        raise PlanFormatError(f"{source} has format {version}; this tool reads format 1.", NEXT_STEP)
    if "values" in document and "resource_changes" not in document:
        raise PlanFormatError(f"{source} describes a state, not a plan.", NEXT_STEP)
    if missing := [key for key in ("planned_values", "configuration") if key not in document]:
        raise PlanFormatError(f"{source} is no whole plan: it lacks {', '.join(missing)}.", NEXT_STEP)
    if document.get("errored"):
        raise PlanFormatError(
            f"{source} is what is left of a plan that failed.", "Mend the cause, then plan again."
        )
    if document.get("complete") is False:
        raise PlanFormatError(
            f"{source} covers only a part of the environment (-target?).", "Plan all of it."
        )


@dataclass(frozen=True)
class _Module:
    """A module's configuration, and the folder it stands in (None when it is not in this repository)."""

    configuration: Mapping[str, Any]
    folder: str | None


class _Reader:
    def __init__(
        self, document: dict[str, Any], source: str, locations: Locations, backend: Backend | None
    ) -> None:
        self._document, self._source = document, source
        self._locations, self._backend = locations, backend
        self._variables = {name: entry.get("value") for name, entry in document.get("variables", {}).items()}
        self._providers = {
            key: self._region_of(entry)
            for key, entry in document["configuration"].get("provider_config", {}).items()
        }
        self._primary_region, self._dr_region, self._role = self._place()
        root = _Module(document["configuration"]["root_module"], f"envs/{self._role}")
        self._modules = dict(_modules("", root))
        self._configured = {
            (path, f"{entry['type']}.{entry['name']}"): entry
            for path, module in self._modules.items()
            for entry in module.configuration.get("resources", [])
            if entry["mode"] == "managed"
        }

    def plan(self) -> Plan:
        changes = self._document.get("resource_changes", [])
        return Plan(
            role=self._role,
            primary_region=self._primary_region,
            dr_region=self._dr_region,
            changes=tuple(self._changed(one) for one in changes if one["mode"] == "managed"),
            data=tuple(self._looked_up()),
            providers=tuple(ProviderUse(key, region) for key, region in sorted(self._providers.items())),
            variables=self._variables,
            source=self._source,
            backend=self._backend,
        )

    def _region_of(self, provider: Mapping[str, Any]) -> str | None:
        expression = provider.get("expressions", {}).get("region", {})
        if "constant_value" in expression:
            return str(expression["constant_value"])
        for reference in expression.get("references", []):
            if reference.startswith("var."):
                value = self._variables.get(reference.removeprefix("var."))
                return None if value is None else str(value)
        return None

    def _place(self) -> tuple[str, str, Role]:
        primary, dr = self._variables.get("primary_region"), self._variables.get("dr_region")
        own = self._providers.get("aws")
        if not primary or not dr or own not in (primary, dr):
            raise PlanFormatError(
                f"{self._source} is no plan of envs/primary or envs/dr: its provider and its variables "
                "primary_region and dr_region do not say which region it is for.",
                NEXT_STEP,
            )
        return str(primary), str(dr), Role.PRIMARY if own == primary else Role.DR

    def _changed(self, entry: Mapping[str, Any]) -> Resource:
        change = entry["change"]
        actions = tuple(change["actions"])
        is_gone = actions == ("delete",)
        values = change["before"] if is_gone else change["after"]
        if not isinstance(values, Mapping):
            raise TypeError(f"the values of {entry['address']}")
        return self._resource(entry, values, change.get("after_unknown") or {}, actions, change.get("before"))

    def _looked_up(self) -> Iterator[Resource]:
        known = self._document.get("prior_state", {}).get("values", {}).get("root_module", {})
        for entry in _resources_below(known):
            if entry["mode"] == "data":
                yield self._resource(entry, entry["values"], {}, ("read",), None)
        for entry in self._document.get("resource_changes", []):
            if entry["mode"] == "data":
                change = entry["change"]
                values, unknown = change.get("after") or {}, change.get("after_unknown") or {}
                yield self._resource(entry, values, unknown, ("read",), None)

    def _resource(
        self, entry: Mapping[str, Any], values: Mapping[str, Any], unknown: Any,
        actions: tuple[str, ...], before: Mapping[str, Any] | None,
    ) -> Resource:  # fmt: skip
        address, local = entry["address"], f"{entry['type']}.{entry['name']}"
        module = entry.get("module_address") or _module_of(address, local)
        path = INSTANCE_KEY.sub("", module)
        configured = self._configured.get((path, local), {})
        provider = str(configured.get("provider_config_key", ""))
        place = self._modules.get(path)
        return Resource(
            values=values,
            unknown=unknown,
            role=self._role,
            address=address,
            type=entry["type"],
            name=entry["name"],
            module=module,
            key=entry.get("index"),
            region=self._providers.get(provider, self._providers.get(provider.rpartition(":")[2])),
            actions=actions,
            before=before,
            references=_references(configured.get("expressions", {})),
            location=self._locations.get((place.folder or "", entry["type"], entry["name"]))
            if place
            else None,
        )


def _modules(path: str, module: _Module) -> Iterator[tuple[str, _Module]]:
    yield path, module
    for name, call in module.configuration.get("module_calls", {}).items():
        source = str(call.get("source", ""))
        is_near = module.folder is not None and source.startswith(("./", "../"))
        folder = posixpath.normpath(posixpath.join(module.folder or "", source)) if is_near else None
        yield from _modules(f"{path}.module.{name}".lstrip("."), _Module(call.get("module", {}), folder))


def _resources_below(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources_below(child)


def _module_of(address: str, local: str) -> str:
    return address.rpartition(local)[0].removesuffix(".data.").removesuffix("data.").rstrip(".")


def _references(expressions: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(dict.fromkeys(_named(expression))) for name, expression in expressions.items()}


def _named(expression: Any) -> Iterator[str]:
    if isinstance(expression, list):
        for one in expression:
            yield from _named(one)
    elif isinstance(expression, Mapping):
        for name, value in expression.items():
            if name == "references" and isinstance(value, list):
                yield from (str(one) for one in value)
            elif name != "constant_value":
                yield from _named(value)
