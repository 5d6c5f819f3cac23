"""How the public names are reached: DNS that answers the zone, the HTTPS port, the trusted certificates.

Three variables lead elsewhere than to the internet (unset on AWS): HA_DNS_SERVER (address:port that
answers the zone), HA_TLS_PORT (the port that stands in for 443), HA_CA_BUNDLE (a file of trusted
certificates).
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

import dns.rdatatype
import dns.resolver

HTTPS_PORT = 443
DNS_TIMEOUT_SECONDS = 2.0


class _ShorterCache(dns.resolver.Cache):
    """A cache that keeps an answer for a part of its TTL only."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self._factor = factor

    def put(self, key: dns.resolver.CacheKey, value: dns.resolver.Answer) -> None:
        """Keep the answer until its shortened TTL has run out."""
        if value.rrset is not None:
            value.expiration -= value.rrset.ttl * (1 - self._factor)
        super().put(key, value)


@dataclass(frozen=True)
class DnsAnswer:
    """What DNS says of a name: the values, sorted, and for how many seconds they may be kept."""

    values: tuple[str, ...]
    ttl: int


@dataclass(frozen=True)
class Network:
    """How the public names are reached. `ttl_factor` below 1 makes clients forget DNS answers earlier."""

    dns_server: str | None
    tls_port: int
    ca_bundle: str | None
    ttl_factor: float = 1.0

    @classmethod
    def from_environment(
        cls, variables: Mapping[str, str] = os.environ, *, ttl_factor: float = 1.0
    ) -> Network:
        """Read the three variables."""
        port = int(variables.get("HA_TLS_PORT", HTTPS_PORT))
        return cls(variables.get("HA_DNS_SERVER"), port, variables.get("HA_CA_BUNDLE"), ttl_factor)

    def resolver(self, *, cached: bool = True) -> dns.resolver.Resolver:
        """Return a resolver that keeps each answer for its TTL and no longer, or, not `cached`, never."""
        if self.dns_server is None:
            resolver = dns.resolver.Resolver()
        else:
            address, _, port = self.dns_server.rpartition(":")
            resolver = dns.resolver.Resolver(configure=False)
            resolver.nameservers, resolver.port = [address], int(port)
        resolver.lifetime = DNS_TIMEOUT_SECONDS
        if cached:
            resolver.cache = dns.resolver.Cache() if self.ttl_factor == 1 else _ShorterCache(self.ttl_factor)
        return resolver

    def look_up(self, name: str, rdtype: str = "A") -> DnsAnswer:
        """Ask DNS now, past any cache of ours; raise dns.exception.DNSException when nothing is known."""
        answer = self.resolver(cached=False).resolve(name, rdtype)
        values = sorted(rdata.to_text().strip('"') for rdata in answer)
        return DnsAnswer(tuple(values), answer.rrset.ttl if answer.rrset is not None else 0)

    def tls_context(self) -> ssl.SSLContext:
        """Return a TLS context that verifies names and certificates."""
        context = ssl.create_default_context(cafile=self.ca_bundle)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context
