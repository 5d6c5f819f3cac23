"""What one local AWS is: its addresses, regions and folders."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local_aws.throughput.pace import FASTEST, SLOWEST

ACCOUNT_ID = "111111111111"
SECRET_ACCESS_KEY = "local"  # noqa: S105 - any value does: the access key names the account
DEFAULT_PORT = 4566
DEFAULT_DNS_PORT = 4553
DEFAULT_TLS_PORT = 4443
DEFAULT_REGIONS = "us-east-1=127.0.0.2,us-west-2=127.0.0.3"


class SettingsError(ValueError):
    """A setting has a value that no local AWS can run with; the message says which and why."""


@dataclass(frozen=True)
class Listener:
    """An address and port that the local AWS listens at, and the variable that sets the port."""

    address: str
    port: int
    variable: str
    udp: bool = False


@dataclass(frozen=True)
class Settings:
    """The settings of one local AWS.

    `regions` maps each region to the loopback address of its data plane, and the first region is the
    default one. `control_address` serves the AWS APIs and the control API. All share one `port`, the
    regions listen at `tls_port` with TLS too, and the control address at `dns_port` with DNS. `pace` says how
    many times as fast the minutes of DynamoDB's burst capacity and autoscaling pass.
    """

    state_dir: Path
    port: int = DEFAULT_PORT
    control_address: str = "127.0.0.1"
    regions: Mapping[str, str] = field(default_factory=lambda: parse_regions(DEFAULT_REGIONS))
    domain: str = "techmoda.example"
    auth: bool = False
    dns_port: int = DEFAULT_DNS_PORT
    tls_port: int = DEFAULT_TLS_PORT
    pace: float = 1.0

    def __post_init__(self) -> None:
        for port in (self.port, self.dns_port, self.tls_port):
            if not 1 <= port <= 65535:
                raise SettingsError(f"port {port} is not between 1 and 65535")
        if len({self.port, self.dns_port, self.tls_port}) < 3:
            raise SettingsError("port, DNS port and TLS port must be three different ones")
        if not SLOWEST <= self.pace <= FASTEST:
            raise SettingsError(f"the pace must be between {SLOWEST:g} and {FASTEST:g}, not {self.pace:g}")
        addresses = [self.control_address, *self.regions.values()]
        for address in addresses:
            _require_loopback(address)
        if len(set(addresses)) != len(addresses):
            raise SettingsError(f"the control address and the regions need one address each, got {addresses}")

    @property
    def account_id(self) -> str:
        """The one account that the local AWS serves."""
        return ACCOUNT_ID

    @property
    def default_region(self) -> str:
        """The region that clients use when they name none: the first one."""
        return next(iter(self.regions))

    @property
    def endpoint_url(self) -> str:
        """Where the AWS APIs of all regions answer."""
        return f"http://{self.control_address}:{self.port}"

    def region_url(self, region: str) -> str:
        """Where one region's data plane answers, such as its API by Host name."""
        return f"http://{self.regions[region]}:{self.port}"

    @property
    def addresses(self) -> list[str]:
        """Every address that the server listens on, the control address first."""
        return [self.control_address, *self.regions.values()]

    @property
    def ca_bundle(self) -> Path:
        """The certificate that a client of the regions' TLS must trust, in PEM."""
        return self.state_dir / "ca.pem"

    def listeners(self) -> Iterator[Listener]:
        """Everything that the server listens at."""
        for address in self.addresses:
            yield Listener(address, self.port, "LOCAL_AWS_PORT")
        for address in self.regions.values():
            yield Listener(address, self.tls_port, "LOCAL_AWS_TLS_PORT")
        yield Listener(self.control_address, self.dns_port, "LOCAL_AWS_DNS_PORT")
        yield Listener(self.control_address, self.dns_port, "LOCAL_AWS_DNS_PORT", udp=True)

    def as_environment(self) -> dict[str, str]:
        """The LOCAL_AWS_* variables that make `from_environment` give these settings."""
        return {
            "LOCAL_AWS_STATE_DIR": str(self.state_dir),
            "LOCAL_AWS_PORT": str(self.port),
            "LOCAL_AWS_CONTROL_ADDRESS": self.control_address,
            "LOCAL_AWS_REGIONS": ",".join(f"{region}={ip}" for region, ip in self.regions.items()),
            "LOCAL_AWS_DOMAIN": self.domain,
            "LOCAL_AWS_AUTH": "1" if self.auth else "0",
            "LOCAL_AWS_DNS_PORT": str(self.dns_port),
            "LOCAL_AWS_TLS_PORT": str(self.tls_port),
            "LOCAL_AWS_PACE": f"{self.pace:g}",
        }


def parse_regions(text: str) -> dict[str, str]:
    """Read "us-east-1=127.0.0.2,us-west-2=127.0.0.3".

    Raises SettingsError when an entry is not `region=address` or a region stands twice.
    """
    regions: dict[str, str] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        region, separator, address = entry.partition("=")
        if not (region and separator and address):
            raise SettingsError(f"'{entry}' in the regions is not of the form region=address")
        if region in regions:
            raise SettingsError(f"region {region} is named twice")
        regions[region] = address
    if not regions:
        raise SettingsError("no region is named; expected for example " + DEFAULT_REGIONS)
    return regions


def default_state_dir() -> Path:
    """The folder "local" in HA_BUILD_DIR, or else in "build" of the repository that this code is part of."""
    repository = Path(__file__).resolve().parents[2]
    return Path(os.environ.get("HA_BUILD_DIR") or repository / "build").resolve() / "local"


def _require_loopback(address: str) -> None:
    try:
        loopback = ipaddress.ip_address(address).is_loopback
    except ValueError as error:
        raise SettingsError(f"'{address}' is not an IP address") from error
    if not loopback:
        raise SettingsError(f"{address} is not a loopback address; the local AWS listens on loopback only")
