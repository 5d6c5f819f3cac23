"""Compressed bodies of a REST API with a minimum compression size.

Contract: "Payload compression for REST APIs" in the API Gateway developer guide: an answer of that size
or more is compressed as the Accept-Encoding header asks (gzip or deflate), unless it has an encoding
already; a compressed request body is expanded before it is validated and handed on.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import apigateway_v1 as gateway

from local_aws.fills import Fill
from local_aws.fills.patching import wrap
from local_aws.settings import Settings

_COMPRESS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
    "deflate": zlib.compress,
}
_EXPAND: Mapping[str, Callable[[bytes], bytes]] = {"gzip": gzip.decompress, "deflate": zlib.decompress}


async def _handle(original: Callable[..., Any], *args: Any) -> Any:
    api_id, stage_name, method, path, headers, body, query, *owner = args
    minimum = (gateway._rest_apis.get(api_id) or {}).get("minimumCompressionSize")
    if minimum is None:
        return await original(*args)
    encoding = gateway._header_ci(headers, "content-encoding").lower()
    if encoding in _EXPAND:
        try:
            body = _EXPAND[encoding](body)
        except (OSError, zlib.error, EOFError):
            return 400, {"Content-Type": "application/json"}, b'{"message": "Bad Request"}'
        headers = {name: value for name, value in headers.items() if name.lower() != "content-encoding"}
    status, answered, content = await original(api_id, stage_name, method, path, headers, body, query, *owner)
    chosen = choose_encoding(gateway._header_ci(headers, "accept-encoding"))
    encoded = any(name.lower() == "content-encoding" for name in answered)
    if chosen is None or encoded or not content or len(content) < int(minimum):
        return status, answered, content
    return status, {**answered, "Content-Encoding": chosen}, _COMPRESS[chosen](content)


def choose_encoding(accepted: str) -> str | None:
    """The encoding of those that API Gateway knows which an Accept-Encoding header asks for first."""
    for offer in accepted.split(","):
        name, _, parameters = offer.strip().partition(";")
        refused = parameters.replace(" ", "") in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
        if not refused and name.strip().lower() in (*_COMPRESS, "*"):
            return "gzip" if name.strip() == "*" else name.strip().lower()
    return None


def _install(_settings: Settings) -> None:
    wrap(gateway, "_handle_execute_in_scope", _handle)


FILL = Fill(
    name="apigateway_compression",
    requires=tuple(
        f"ministack.services.apigateway_v1.{name}"
        for name in ("_handle_execute_in_scope", "_header_ci", "_rest_apis")
    ),
    install=_install,
)
