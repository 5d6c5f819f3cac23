"""The hosted zones and AWS names that the DNS server answers for, as MiniStack's stores have them now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ministack.services import apigateway_v1, route53

from local_aws.dns.records import RecordSet, Zone
from local_aws.settings import Settings

_EXECUTE_API = re.compile(r"^[a-z0-9.-]+\.execute-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com\.$")


class HostedZones:
    """The account's public hosted zones. A zone is read again only once its records have changed."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        # MiniStack puts a new list in place of a zone's records at every change, so the list tells.
        self._read: dict[str, tuple[list[Any], Zone]] = {}

    def __call__(self) -> Iterator[Zone]:
        """All zones at present."""
        for (account_id, zone_id), zone in list(route53._zones.to_dict().items()):
            if account_id == self._account_id and not zone.get("private"):
                yield self._zone(zone_id, zone["name"])

    def _zone(self, zone_id: str, name: str) -> Zone:
        records = route53._records.get_scoped(self._account_id, None, zone_id, [])
        known = self._read.get(zone_id)
        if known and known[0] is records:
            return known[1]
        zone = Zone.of(zone_id, name, [RecordSet.from_api(record) for record in records])
        self._read[zone_id] = records, zone
        return zone


class GatewayNames:
    """The names of API Gateway: each region's own custom domains and the APIs' default endpoints.

    A regional domain name answers from when its custom domain is made until it is deleted. A default
    endpoint's name belongs to a wildcard record, so any of them leads to the region.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def address_of(self, name: str) -> str | None:
        """The address of the region's data plane for an absolute name in lower case; None if unknown."""
        match = _EXECUTE_API.match(name)
        region = match["region"] if match else ""
        if region not in self._settings.regions:
            return None
        plain = name.removesuffix(".")
        is_api_id = plain.partition(".execute-api.")[0].isalnum()
        if is_api_id or plain in self._regional_names(region):
            return self._settings.regions[region]
        return None

    def _regional_names(self, region: str) -> set[str]:
        account = self._settings.account_id
        return {
            domain.get("regionalDomainName", "").lower()
            for (owner, at, _name), domain in apigateway_v1._domain_names.all_items()
            if (owner, at) == (account, region)
        }
