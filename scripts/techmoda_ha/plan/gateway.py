"""The REST API of a plan: its routes, their throttles, and the host names that lead to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from techmoda_ha.plan.model import Plan, Resource, known

METHOD, SETTINGS = "aws_api_gateway_method", "aws_api_gateway_method_settings"
DOMAIN, MAPPING = "aws_api_gateway_domain_name", "aws_api_gateway_base_path_mapping"
STAGE = "aws_api_gateway_stage"
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
ALL_METHODS = "*/*"


def verb_of(method: Resource) -> str:
    """Return a method's HTTP verb."""
    return str(method.value("http_method"))


def is_write(method: Resource) -> bool:
    """Tell whether a method changes something; ANY does, too."""
    return verb_of(method) in WRITES | {"ANY"}


def route_of(plan: Plan, method: Resource) -> str:
    """Return a method as "POST /products".

    By its resource's path where that is known; before the first apply by the key that its module gave it.
    """
    resource_id = method.value("resource_id")
    if known(resource_id):
        found = plan.one_with("aws_api_gateway_resource", "id", resource_id)
        path = found.value("path") if found else "/"
        return f"{verb_of(method)} {path}"
    key = str(method.key if method.key is not None else method.address)
    return key if key.startswith(verb_of(method)) else f"{verb_of(method)} {key}"


@dataclass(frozen=True)
class Throttle:
    """What one method_settings resource lets through: a path as "/products", a verb, or * for both."""

    settings: Resource
    path: str
    verb: str

    @property
    def is_for_all(self) -> bool:
        """Tell whether it holds for every method that has none of its own."""
        return (self.path, self.verb) == ("*", "*")


def throttles(plan: Plan) -> Iterator[Throttle]:
    """Yield the throttles of a plan's stages. API Gateway writes / as ~1 within a method path."""
    for settings in plan.of(SETTINGS):
        path, _, verb = str(settings.value("method_path")).rpartition("/")
        yield Throttle(settings, path.replace("~1", "/"), verb)


def base_paths(plan: Plan) -> set[str]:
    """Return the base paths under which the API answers, such as "v1"."""
    return {str(mapping.value("base_path")) for mapping in plan.of(MAPPING)}


def customer_paths(plan: Plan) -> set[str]:
    """Return the paths that customers use: those that can be written to, and so read as well."""
    routes = [route_of(plan, method) for method in plan.of(METHOD) if is_write(method)]
    return {route.partition(" ")[2] for route in routes}


def host_names(plan: Plan) -> set[str]:
    """Return the custom host names of a plan's API."""
    return {str(domain.value("domain_name")) for domain in plan.of(DOMAIN)}
