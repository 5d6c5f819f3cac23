"""The settings of the original system (30 s x 3), measured in the same outage.

A second health check of the same endpoint with those settings, and two TXT records of a name of their own
that fail over by it: DNS answers "secondary" once that check has noticed. They are made before the
disaster and removed after it; Route 53's control plane is not needed in between.
"""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import dataclass
from typing import Any

import dns.exception

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.network import Network

SEED_INTERVAL_SECONDS = 30
SEED_THRESHOLD = 3
RECORD_TTL_SECONDS = 1
PRIMARY, SECONDARY = "primary", "secondary"


@dataclass
class SeedComparison:
    """The health check and the records. `route53` is a client; `host` and `path` are what is checked."""

    route53: Any
    zone_id: str
    name: str
    host: str
    path: str
    health_check_id: str | None = None

    def make(self) -> None:
        """Make all three; raise HaError when that fails."""
        config = {
            "Type": "HTTPS",
            "FullyQualifiedDomainName": self.host,
            "Port": 443,
            "ResourcePath": self.path,
            "RequestInterval": SEED_INTERVAL_SECONDS,
            "FailureThreshold": SEED_THRESHOLD,
            "EnableSNI": True,
        }
        with aws_errors_as("The check with the seed's settings could not be made.", "Try again."):
            made = self.route53.create_health_check(
                CallerReference=str(uuid.uuid4()), HealthCheckConfig=config
            )
            self.health_check_id = made["HealthCheck"]["Id"]
            self._change("UPSERT")

    def remove(self) -> None:
        """Remove what there is of it; raise HaError when that fails."""
        if self.health_check_id is None:
            return
        with aws_errors_as(
            f"The drill's health check {self.health_check_id} and records {self.name} could not be removed.",
            "Remove them by hand, once Route 53's API answers.",
        ):
            with contextlib.suppress(self.route53.exceptions.InvalidChangeBatch):
                self._change("DELETE")
            self.route53.delete_health_check(HealthCheckId=self.health_check_id)
        self.health_check_id = None

    def look(self, network: Network) -> str:
        """Return what DNS answers: "primary", "secondary" or "unknown"."""
        try:
            return network.look_up(self.name, "TXT").values[0]
        except dns.exception.DNSException:
            return "unknown"

    def _change(self, action: str) -> None:
        records: list[dict[str, Any]] = [
            {"SetIdentifier": PRIMARY, "Failover": "PRIMARY", "HealthCheckId": self.health_check_id},
            {"SetIdentifier": SECONDARY, "Failover": "SECONDARY"},
        ]
        batch = [
            {
                "Action": action,
                "ResourceRecordSet": {
                    "Name": self.name,
                    "Type": "TXT",
                    "TTL": RECORD_TTL_SECONDS,
                    "ResourceRecords": [{"Value": f'"{record["SetIdentifier"]}"'}],
                    **record,
                },
            }
            for record in records
        ]
        self.route53.change_resource_record_sets(HostedZoneId=self.zone_id, ChangeBatch={"Changes": batch})
