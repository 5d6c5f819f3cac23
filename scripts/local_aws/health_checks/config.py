"""A health check's configuration, read from the shape of Route 53's API, HealthCheckConfig."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CHECKER_REGIONS = (
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "sa-east-1",
)
"""Where Route 53 has health checkers (HealthCheckRegion in its API Reference)."""

DEFAULT_INTERVAL_SECONDS = 30
DEFAULT_FAILURE_THRESHOLD = 3
_DEFAULT_PORTS = {"HTTP": 80, "HTTPS": 443}
_ENDPOINT_TYPES = ("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP")


@dataclass(frozen=True)
class Alarm:
    """The CloudWatch alarm that a health check follows."""

    region: str
    name: str


@dataclass(frozen=True)
class HealthCheck:
    """One health check. What its type does not use has its default value.

    `interval` is in seconds, between an answer and the next request. `insufficient_data` is Healthy,
    Unhealthy or LastKnownStatus.
    """

    id: str
    type: str
    ip_address: str = ""
    domain_name: str = ""
    port: int = 0
    path: str = "/"
    search_string: str = ""
    interval: float = DEFAULT_INTERVAL_SECONDS
    failure_threshold: int = DEFAULT_FAILURE_THRESHOLD
    sni: bool = False
    regions: tuple[str, ...] = CHECKER_REGIONS
    measure_latency: bool = False
    inverted: bool = False
    disabled: bool = False
    children: tuple[str, ...] = ()
    health_threshold: int = 0
    alarm: Alarm | None = None
    insufficient_data: str = "Healthy"

    @property
    def monitors_endpoint(self) -> bool:
        """Whether health checkers send requests for it."""
        return self.type in _ENDPOINT_TYPES

    @property
    def uses_tls(self) -> bool:
        """Whether requests go over HTTPS."""
        return self.type.startswith("HTTPS")

    @property
    def host(self) -> str:
        """The Host header: the name, or else the address, with the port unless it is the protocol's own."""
        name = self.domain_name or self.ip_address
        default = _DEFAULT_PORTS.get(self.type.partition("_")[0])
        return name if self.port == default else f"{name}:{self.port}"


def read(health_check_id: str, config: Mapping[str, Any]) -> HealthCheck:
    """Read a HealthCheckConfig."""
    kind = config["Type"]
    alarm = config.get("AlarmIdentifier")
    path = config.get("ResourcePath") or "/"
    return HealthCheck(
        id=health_check_id,
        type=kind,
        ip_address=config.get("IPAddress", ""),
        domain_name=config.get("FullyQualifiedDomainName", ""),
        port=config.get("Port") or _DEFAULT_PORTS.get(kind.partition("_")[0], 0),
        path=path if path.startswith("/") else "/" + path,
        search_string=config.get("SearchString", ""),
        interval=config.get("RequestInterval") or DEFAULT_INTERVAL_SECONDS,
        failure_threshold=config.get("FailureThreshold") or DEFAULT_FAILURE_THRESHOLD,
        # On for HTTPS unless told otherwise (Terraform provider's documentation of `enable_sni`).
        sni=bool(config.get("EnableSNI", kind.startswith("HTTPS"))),
        regions=tuple(config.get("Regions") or CHECKER_REGIONS),
        measure_latency=bool(config.get("MeasureLatency")),
        inverted=bool(config.get("Inverted")),
        disabled=bool(config.get("Disabled")),
        children=tuple(config.get("ChildHealthChecks") or ()),
        health_threshold=int(config.get("HealthThreshold") or 0),
        alarm=Alarm(alarm["Region"], alarm["Name"]) if alarm else None,
        insufficient_data=config.get("InsufficientDataHealthStatus", "Healthy"),
    )
