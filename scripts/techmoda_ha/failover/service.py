"""What `ha failover` does: say who serves, take the primary region out, put it back when that is safe."""

from __future__ import annotations

import getpass
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import dns.exception
import httpx

from techmoda_ha.aws_clients import AwsClients
from techmoda_ha.deployment import Route
from techmoda_ha.errors import HaError, ViolationError
from techmoda_ha.failover.replication import ReplicationProbe
from techmoda_ha.failover.switch import Change, StopState, StopSwitch
from techmoda_ha.network import Network
from techmoda_ha.reachability import silence_in_words

SAFE_LAG_SECONDS = 5.0  # "Typically within a second" (DynamoDB developer guide); more means trouble.
HEALTH_TIMEOUT_SECONDS = 5.0
HEALTHY = "healthy"


@dataclass(frozen=True)
class Site:
    """One region as the failover sees it."""

    region: str
    regional_api_url: str

    @property
    def host(self) -> str:
        """Return the region's own host name."""
        return urlsplit(self.regional_api_url).netloc


@dataclass(frozen=True)
class FailoverSetup:
    """What is known of a deployment, all of it by the DR region's state: the primary's may be gone.

    The bounds are Terraform's, by Route 53's intervals and DNS caches (modules/failover), NaN where an older
    deployment does not say: how long clients take to move after a fault, and after a stop.
    """

    dr: Site
    primary: Site
    api_url: str
    stop_table_name: str
    idempotency_table_name: str
    worst_case_failover_seconds: float
    worst_case_stop_seconds: float

    @classmethod
    def from_outputs(cls, dr: Mapping[str, Any]) -> FailoverSetup:
        """Read the outputs of envs/dr; raise HaError when it has no STOP switch or knows no primary."""
        for needed in ("stop_table_name", "primary_regional_api_url"):
            if needed not in dr:
                raise HaError(f"envs/dr has no output {needed}: there is no STOP switch, or an old one.",
                              "Deploy it: make apply ENV=dr")  # fmt: skip
        return cls(
            dr=Site(dr["region"], dr["regional_api_url"]),
            primary=Site(dr["primary_region"], dr["primary_regional_api_url"]),
            api_url=dr["api_url"],
            stop_table_name=dr["stop_table_name"],
            idempotency_table_name=dr["idempotency_table_name"],
            worst_case_failover_seconds=float(dr["worst_case_seconds"].get("rto", math.nan)),
            worst_case_stop_seconds=float(dr["worst_case_seconds"].get("stop", math.nan)),
        )


@dataclass(frozen=True)
class Status:
    """The whole picture. `serving` is the region that DNS leads to, "" when DNS does not say."""

    stop: StopState
    serving: str
    health: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {"stop": self.stop.as_json(), "serving": self.serving, "health": self.health}


@dataclass(frozen=True)
class Failover:
    """The three verbs on one deployment."""

    setup: FailoverSetup
    variables: Mapping[str, str]
    network: Network
    clients: Callable[[str, str], Any]

    @classmethod
    def of(cls, setup: FailoverSetup, variables: Mapping[str, str]) -> Failover:
        """Return it with real clients."""
        return cls(setup, variables, Network.from_environment(variables), AwsClients(variables))

    @property
    def switch(self) -> StopSwitch:
        """Return the STOP switch."""
        return StopSwitch(self.clients("dynamodb", self.setup.dr.region), self.setup.stop_table_name)

    def status(self) -> Status:
        """Return the switch's state, who serves, and each region's health; raise HaError without a switch."""
        sites = [self.setup.primary, self.setup.dr]
        return Status(
            self.switch.read(),
            self._serving(sites),
            {site.region: self.health_problem(site) or HEALTHY for site in sites},
        )

    def stop(self, reason: str, by: str | None = None) -> Change:
        """Take the primary region out of service, using the DR region only."""
        return self.switch.engage(reason, by or operator())

    def resume(self, reason: str, *, force: bool = False, by: str | None = None) -> tuple[Change, list[str]]:
        """Put the primary region back; return the change and the risks that `force` went over.

        Raises ViolationError, naming the risks, when it is not safe and not forced.
        """
        if not self.switch.read().engaged:
            return Change(self.switch.read(), made=False), []
        risks = self.risks()
        if risks and not force:
            raise ViolationError(
                "Resuming is not safe: " + "; ".join(risks) + ".",
                "Wait and try again, or take the risk: ha failover resume --force --reason …",
            )
        return self.switch.release(reason, by or operator()), risks

    def risks(self) -> list[str]:
        """Say in words what speaks against sending clients to the primary region now."""
        primary, dr = self.setup.primary, self.setup.dr
        if problem := self.health_problem(primary):
            return [f"{primary.region} is not healthy: {problem}; clients would get errors"]
        found = []
        for source, destination in ((primary, dr), (dr, primary)):
            seconds = self.replication_seconds(source.region, destination.region)
            if seconds > SAFE_LAG_SECONDS:
                found.append(
                    f"replication from {source.region} to {destination.region} is more than "
                    f"{SAFE_LAG_SECONDS:g} s behind: clients would miss writes made in {source.region}, "
                    "and edits made in both regions would overwrite each other"
                )
        return found

    def replication_seconds(self, source: str, destination: str) -> float:
        """Return how long a marker takes from one region to the other, infinity over SAFE_LAG_SECONDS."""
        probe = ReplicationProbe(
            self.clients("dynamodb", source),
            self.clients("dynamodb", destination),
            self.setup.idempotency_table_name,
        )
        return probe.seconds(SAFE_LAG_SECONDS)

    def health_problem(self, site: Site) -> str:
        """Say why the region's /health does not answer well; "" when it does."""
        route = Route.to(site.regional_api_url, site.region, self.variables)
        try:
            with route.client() as api:
                answer = api.get("/health", timeout=HEALTH_TIMEOUT_SECONDS)
        except httpx.HTTPError as error:
            return f"does not answer ({silence_in_words(error)})"
        return "" if answer.status_code == httpx.codes.OK else f"status {answer.status_code}"

    def _serving(self, sites: list[Site]) -> str:
        try:
            answers = set(self.network.look_up(urlsplit(self.setup.api_url).netloc).values)
            found = [site for site in sites if answers & set(self.network.look_up(site.host).values)]
        except dns.exception.DNSException:
            return ""
        return found[0].region if len(found) == 1 else ""


def operator() -> str:
    """Return how the person at the keyboard is named in the record."""
    try:
        return f"operator:{getpass.getuser()}"
    except (KeyError, OSError):
        return "operator:unknown"
