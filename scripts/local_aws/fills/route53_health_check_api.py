"""Route 53's API of health checks, as far as MiniStack's differs from it.

Contract: Route 53's API Reference (botocore's model "route53", 2013-04-01).
- GetHealthCheckStatus and GetHealthCheckLastFailureReason answer what the checkers report; both are for
  checks that monitor an endpoint only.
- CreateHealthCheck refuses what no health checker could do; UpdateHealthCheck refuses an update of an
  older version than the present one, and `ResetElements` takes elements away.
- Booleans are written "true" and "false", which is what SDKs read.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from ministack.services import route53

from local_aws.fills import Fill
from local_aws.fills.patching import Answer, wrap
from local_aws.fills.route53_data_plane import running
from local_aws.fills.service_models import service_model, validation_message
from local_aws.health_checks.checker import Checker, Observation
from local_aws.settings import Settings

_REPORT_PATH = re.compile(r"^/2013-04-01/healthcheck/(?P<id>[^/]+)/(?P<report>status|lastfailurereason)$")
_INTERVALS = (10, 30)


async def _handle(original: Callable[..., Any], method: str, path: str, *rest: Any) -> Answer:
    report = _REPORT_PATH.match(path)
    if method == "GET" and report:
        return _report(report["id"], failures_only=report["report"] == "lastfailurereason")
    answer: Answer = await original(method, path, *rest)
    return answer


def _report(health_check_id: str, *, failures_only: bool) -> Answer:
    """What each checker saw last, or last saw fail."""
    data_plane = running()
    check = data_plane.checks().get(health_check_id)
    if check is None:
        message = f"No health check exists with the specified ID {health_check_id}."
        return _refusal(message, "NoSuchHealthCheck")
    if not check.monitors_endpoint:
        return _refusal(f"Health check {health_check_id} of type {check.type} does not monitor an endpoint.")
    checkers = data_plane.monitor.checkers(health_check_id)
    reports = [
        (checker, observation)
        for checker in checkers
        if (observation := checker.last_failure if failures_only else checker.last)
    ]
    operation = "GetHealthCheckLastFailureReason" if failures_only else "GetHealthCheckStatus"
    answer: Answer = route53._xml_response(f"{operation}Response", lambda root: _write_reports(root, reports))
    return answer


def _write_reports(root: Element, reports: list[tuple[Checker, Observation]]) -> None:
    observations = SubElement(root, "HealthCheckObservations")
    for checker, observation in reports:
        element = SubElement(observations, "HealthCheckObservation")
        SubElement(element, "Region").text = checker.region
        SubElement(element, "IPAddress").text = checker.address
        status = SubElement(element, "StatusReport")
        SubElement(status, "Status").text = observation.text
        checked = observation.at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
        SubElement(status, "CheckedTime").text = checked


def _parse(original: Callable[[Element], dict[str, Any]], element: Element) -> dict[str, Any]:
    """The configuration with its lists; MiniStack looks for each item's text one level too deep."""
    config = original(element)
    for name, item in (("ChildHealthChecks", "ChildHealthCheck"), ("Regions", "Region")):
        container = route53._find(element, name)
        if container is not None:
            config[name] = [child.text for child in route53._findall(container, item)]
    return config


def _create(original: Callable[..., Answer], body: bytes) -> Answer:
    root = route53._parse_body(body)
    element = None if root is None else route53._find(root, "HealthCheckConfig")
    if element is not None:
        config = route53._parse_health_check_config(element)
        shape = service_model("route53").shape_for("HealthCheckConfig")
        if message := validation_message(shape, config) or next(_problems(config), None):
            return _refusal(message)
    return original(body)


def _problems(config: Mapping[str, Any]) -> Iterator[str]:
    """Why Route 53 cannot check that."""
    kind = config["Type"]
    if config.get("RequestInterval", 10) not in _INTERVALS:
        yield f"Invalid parameter : RequestInterval must be 10 or 30, not {config['RequestInterval']}."
    if kind.endswith("_STR_MATCH") and not config.get("SearchString"):
        yield f"Invalid parameter : SearchString must be specified for type {kind}."
    if kind == "CLOUDWATCH_METRIC" and "AlarmIdentifier" not in config:
        yield "Invalid parameter : AlarmIdentifier must be specified for type CLOUDWATCH_METRIC."
    if kind == "CALCULATED" and "HealthThreshold" not in config:
        yield "Invalid parameter : HealthThreshold must be specified for type CALCULATED."
    if kind.startswith("HTTP") or kind == "TCP":
        yield from _endpoint_problems(config)


def _endpoint_problems(config: Mapping[str, Any]) -> Iterator[str]:
    address = config.get("IPAddress")
    if not (address or config.get("FullyQualifiedDomainName")):
        yield "Invalid parameter : IPAddress or FullyQualifiedDomainName must be specified."
    if address and not ipaddress.ip_address(address).is_global:
        yield f"Invalid IPv4 address: {address} is in a local, private, nonroutable or multicast range."
    if config["Type"] == "TCP" and "Port" not in config:
        yield "Invalid parameter : Port must be specified for type TCP."


def _update(original: Callable[..., Answer], health_check_id: str, body: bytes) -> Answer:
    root = route53._parse_body(body)
    record = route53._health_checks.get(health_check_id)
    if root is None or record is None:
        return original(health_check_id, body)
    version = route53._text(root, "HealthCheckVersion")
    if version and int(version) != record.get("version", 1):
        return _refusal(
            f"The health check is at version {record.get('version', 1)}, not {version}.",
            "HealthCheckVersionMismatch",
        )
    changes = route53._parse_health_check_config(root)
    shape = service_model("route53").operation_model("UpdateHealthCheck").input_shape
    config = {**record["config"], **changes}
    if message := validation_message(shape, {"HealthCheckId": health_check_id, **changes}):
        return _refusal(message)
    if problem := next(_problems(config), None):
        return _refusal(problem)
    answer = original(health_check_id, body)
    reset = route53._find(root, "ResetElements")
    if reset is None:
        return answer
    named = {element.text for element in route53._findall(reset, "ResettableElementName")}
    record["config"] = {name: value for name, value in record["config"].items() if name not in named}
    described: Answer = route53._xml_response(
        "UpdateHealthCheckResponse", lambda root: route53._build_health_check_el(root, record)
    )
    return described


def _refusal(message: str, code: str = "InvalidInput") -> Answer:
    status = {"NoSuchHealthCheck": 404, "HealthCheckVersionMismatch": 409}.get(code, 400)
    answer: Answer = route53._error_response(code, message, status)
    return answer


def _describe(original: Callable[..., None], parent: Element, health_check: Mapping[str, Any]) -> None:
    config = {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in health_check["config"].items()
    }
    original(parent, {**health_check, "config": config})


def _install(_settings: Settings) -> None:
    wrap(route53, "handle_request", _handle)
    wrap(route53, "_parse_health_check_config", _parse)
    wrap(route53, "_create_health_check", _create)
    wrap(route53, "_update_health_check", _update)
    wrap(route53, "_build_health_check_el", _describe)


FILL = Fill(
    name="route53_health_check_api",
    requires=(
        "ministack.services.route53.handle_request",
        "ministack.services.route53._parse_health_check_config",
        "ministack.services.route53._create_health_check",
        "ministack.services.route53._update_health_check",
        "ministack.services.route53._build_health_check_el",
        "ministack.services.route53._parse_health_check_config",
        "ministack.services.route53._xml_response",
        "ministack.services.route53._error_response",
        "ministack.services.route53._find",
        "ministack.services.route53._findall",
        "ministack.services.route53._text",
        "ministack.services.route53._parse_body",
    ),
    install=_install,
)
