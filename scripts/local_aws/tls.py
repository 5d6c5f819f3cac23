"""TLS in front of the regions' data planes, with certificates from a CA of this instance.

API Gateway picks the certificate by the name in the TLS handshake (SNI), which it demands. A region serves
the certificate of each custom domain that it has at that moment, and its own wildcard certificate
`*.execute-api.{region}.amazonaws.com` for all other names (AWS knowledge center, "Why was the wrong
certificate returned when invoking my API Gateway custom domain name?"), so that a client that validates
certificates refuses them, and one that does not is answered 403.

The CA lives as long as the server, and its key in memory only: nothing that trusts the CA can be fooled
by it later.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from hypercorn.asyncio.run import worker_serve
from hypercorn.config import Config
from hypercorn.utils import wrap_app

from local_aws.asgi import App, Receive, Scope, Send
from local_aws.connections import KEEP_ALIVE_SECONDS
from local_aws.settings import Settings

Domains = Callable[[str], Collection[str]]
"""Region → the names, in lower case, of its custom domains."""

_PROTOCOLS = ["h2", "http/1.1"]
_ORGANIZATION = "Local AWS"


class Certificates:
    """Issues certificates, each once, and only while a region has the domain."""

    def __init__(self, domains: Domains) -> None:
        import trustme

        self._domains = domains
        self._ca = trustme.CA(organization_name=_ORGANIZATION, organization_unit_name="Certificate authority")
        self._contexts: dict[str, ssl.SSLContext] = {}

    def write_ca(self, path: Path) -> None:
        """Write the CA's certificate, which a client must trust, in PEM."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self._ca.cert_pem.bytes())

    def context(self, region: str) -> ssl.SSLContext:
        """The server side of TLS for one region."""
        context = self._issue(f"*.execute-api.{region}.amazonaws.com")

        def choose(connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int | None:
            if name is None:
                return int(ssl.ALERT_DESCRIPTION_HANDSHAKE_FAILURE)
            if name.lower() in self._domains(region):
                connection.context = self._issue(name.lower())
            return None

        context.sni_callback = choose
        return context

    def _issue(self, name: str) -> ssl.SSLContext:
        if name not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.set_alpn_protocols(_PROTOCOLS)
            self._ca.issue_cert(name, organization_name=_ORGANIZATION).configure_cert(context)
            self._contexts[name] = context
        return self._contexts[name]


class _TlsConfig(Config):
    """Hypercorn's configuration with a TLS context made elsewhere."""

    context: ssl.SSLContext

    @property
    def ssl_enabled(self) -> bool:
        return True

    def create_ssl_context(self) -> ssl.SSLContext:
        return self.context


class Listener:
    """The TLS listener of one region's data plane, bound when it is made. Raises OSError."""

    def __init__(self, settings: Settings, region: str, certificates: Certificates) -> None:
        self._config = _TlsConfig()
        self._config.context = certificates.context(region)
        self._config.bind = [f"{settings.regions[region]}:{settings.tls_port}"]
        self._config.keep_alive_timeout = KEEP_ALIVE_SECONDS
        self._config.graceful_timeout = 1
        self._sockets = self._config.create_sockets()

    async def serve(self, app: App, ended: Callable[[], Any]) -> None:
        """Answer requests with the app until `ended` returns."""
        wrapped = wrap_app(_without_lifespan(app), self._config.wsgi_max_body_size, "asgi")
        await worker_serve(wrapped, self._config, sockets=self._sockets, shutdown_trigger=ended)


def custom_domains(settings: Settings) -> Domains:
    """Reads the regions' custom domains from MiniStack's API Gateway."""

    def of(region: str) -> Collection[str]:
        from ministack.services import apigateway_v1

        return {
            name.lower()
            for (account, at, name), _ in apigateway_v1._domain_names.all_items()
            if (account, at) == (settings.account_id, region)
        }

    return of


def _without_lifespan(app: App) -> Any:
    """The app, whose start and end belong to the server's main listener."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})

    return serve
