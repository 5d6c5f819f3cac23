"""Where a request goes: which region it concerns, and which API when it comes through a custom domain.

- A call signed with SigV4 belongs to the region of its credential scope, wherever it comes in.
- Any other call to a region's own address is for that region's data plane. API Gateway picks the API
  by the Host header: a custom domain registered in that region with its longest matching base path, or
  `{api-id}.execute-api.{region}.amazonaws.com`. It answers 403 {"message":"Forbidden"} when nothing
  matches, and for the latter name also when `disableExecuteApiEndpoint` is set (API Gateway developer
  guide, "Disabling the default endpoint for a REST API").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from local_aws.asgi import Call, Scope, header, with_call
from local_aws.settings import Settings

_SCOPE = re.compile(r"(?P<key>[^/=,\s]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_ACCOUNT = re.compile(r"^\d{12}$")
_EXECUTE_API_PATH = re.compile(r"^/(?:_aws/execute-api|restapis)/(?P<api>[^/]+)/")
_EXECUTE_API_HOST = re.compile(r"^(?P<api>[a-z0-9]+)\.execute-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com$")


class NotMappedError(LookupError):
    """No API of the region answers to that host and path. `call` is where the request came in."""

    def __init__(self, call: Call) -> None:
        super().__init__(f"no API of {call.region} is mapped to {call.domain}{call.domain_path}")
        self.call = call


class Router:
    """Resolves requests for one local AWS."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._region_of_address = {address: region for region, address in settings.regions.items()}

    def route(self, scope: Scope) -> Scope:
        """The scope with its call noted and, for an API's custom domain, the path rewritten.

        Raises NotMappedError for a data-plane request that no API of the region answers.
        """
        address_region = self._region_of_address.get((scope.get("server") or ("",))[0])
        signature = _SCOPE.search(_credential(scope))
        if signature and signature["service"] != "execute-api":
            return with_call(scope, self._signed(signature, address_region))
        if address_region:
            return self._data_plane(scope, address_region)
        return with_call(scope, self._at_control_address(scope["path"]))

    def _signed(self, signature: re.Match[str], address_region: str | None) -> Call:
        key = signature["key"]
        return Call(
            account_id=key if _ACCOUNT.match(key) else self._settings.account_id,
            region=signature["region"],
            service=signature["service"],
            through=address_region,
        )

    def _at_control_address(self, path: str) -> Call:
        match = _EXECUTE_API_PATH.match(path)
        region = _region_of_api(match["api"], self._settings) if match else None
        return Call(self._settings.account_id, region or self._settings.default_region)

    def _data_plane(self, scope: Scope, region: str) -> Scope:
        path: str = scope["path"]
        host = header(scope, "host").partition(":")[0].lower()
        call = Call(self._settings.account_id, region, through=region, domain=host, domain_path=path)
        default_endpoint = _EXECUTE_API_HOST.match(host)
        if default_endpoint:
            self._require_enabled(call, default_endpoint)
            prefix = f"/_aws/execute-api/{default_endpoint['api']}"
            return with_call(_with_path(scope, prefix, 0), replace(call, domain="", domain_path=""))
        mapped = _longest(self._mappings(region, host), path)
        if mapped is None:
            raise NotMappedError(call)
        base_path, mapping = mapped
        prefix = f"/_aws/execute-api/{mapping['restApiId']}/{mapping['stage']}"
        return with_call(_with_path(scope, prefix, depth=len(base_path.split("/")) if base_path else 0), call)

    def _require_enabled(self, call: Call, host: re.Match[str]) -> None:
        from ministack.services import apigateway_v1

        api = apigateway_v1._rest_apis.get_scoped(call.account_id, call.region, host["api"])
        if host["region"] != call.region or api is None or api.get("disableExecuteApiEndpoint"):
            raise NotMappedError(call)

    def _mappings(self, region: str, host: str) -> Mapping[str, Mapping[str, Any]]:
        """Base path → mapping of the custom domain of that name in that region; empty when there is none."""
        from ministack.services import apigateway_v1

        for (account, at, domain), mappings in apigateway_v1._base_path_mappings.all_items():
            if (account, at, domain.lower()) == (self._settings.account_id, region, host):
                found: Mapping[str, Mapping[str, Any]] = mappings
                return found
        return {}


def _credential(scope: Scope) -> str:
    """The SigV4 credential of the Authorization header or of a presigned URL, or an empty string."""
    authorization = header(scope, "authorization")
    if authorization.startswith("AWS4-"):
        return authorization
    query: bytes = scope.get("query_string", b"")
    if b"X-Amz-Credential" not in query:
        return ""
    return parse_qs(query.decode("latin-1")).get("X-Amz-Credential", [""])[0]


def _region_of_api(api_id: str, settings: Settings) -> str | None:
    from ministack.services import apigateway_v1

    account = settings.account_id
    return next(
        (r for r in settings.regions if apigateway_v1._rest_apis.get_scoped(account, r, api_id)), None
    )


def _longest(mappings: Mapping[str, Mapping[str, Any]], path: str) -> tuple[str, Mapping[str, Any]] | None:
    """The longest base path that the path is under, with its mapping. "(none)" stands for no base path."""
    found = {("" if base == "(none)" else base): mapping for base, mapping in mappings.items()}
    matching = [base for base in found if not base or f"{path}/".startswith(f"/{base}/")]
    if not matching:
        return None
    longest = max(matching, key=len)
    return longest, found[longest]


def _with_path(scope: Scope, prefix: str, depth: int) -> Scope:
    """The scope with `prefix` put in place of the first `depth` segments of its path."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return {
        **scope,
        "path": _replace_segments(scope["path"], prefix, depth),
        "raw_path": _replace_segments(raw.decode("latin-1"), prefix, depth).encode("latin-1"),
    }


def _replace_segments(path: str, prefix: str, depth: int) -> str:
    rest = path.split("/")[1 + depth :]
    return "/".join([prefix, *(rest or [""])])
