"""Who may write: only a token of our issuer, for us, in time, by a trusted key, with the scope."""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib
import io
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from aws_lambda_powertools import Logger
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authorizer.authorization import Authorizer, UnauthorizedError
from authorizer.environment import Environment
from authorizer.tokens import CLOCK_SKEW_SECONDS, TokenVerifier
from common.environment import SettingError

ISSUER, AUDIENCE = "https://id.techmoda.example", "techmoda-api"
ARN = "arn:aws:execute-api:us-east-1:111111111111:abc123/live/POST/products"


def pem(key: Any) -> str:
    text: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return text.decode()


TRUSTED = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FOREIGN = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def token(key: Any = TRUSTED, kid: str | None = "k1", algorithm: str = "RS256", **changes: Any) -> str:
    """Return a valid token with some claims changed; a claim changed to None is left out."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "alice",
        "scope": "products:write",
        "exp": int(time.time()) + 300,
        **changes,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm, headers={} if kid is None else {"kid": kid})


def encode(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


@pytest.fixture
def log() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def authorizer(log: io.StringIO) -> Authorizer:
    verifier = TokenVerifier({"k1": pem(TRUSTED)}, ISSUER, AUDIENCE)
    return Authorizer(verifier, Logger(service=f"authorizer-{id(log)}", stream=log))


def event(authorization: str | None, name: str = "Authorization") -> dict[str, Any]:
    headers = {} if authorization is None else {name: authorization}
    return {"type": "REQUEST", "methodArn": ARN, "headers": headers}


def refused(authorizer: Authorizer, text: str) -> bool:
    with pytest.raises(UnauthorizedError, match=r"^Unauthorized$"):
        authorizer.authorize(event(f"Bearer {text}"))
    return True


def test_a_valid_token_allows_every_write_of_the_stage_and_nothing_else(authorizer: Authorizer) -> None:
    answer = authorizer.authorize(event(f"Bearer {token()}"))
    (statement,) = answer["policyDocument"]["Statement"]
    stage = "arn:aws:execute-api:us-east-1:111111111111:abc123/live"
    assert statement == {
        "Action": "execute-api:Invoke",
        "Effect": "Allow",
        "Resource": [f"{stage}/POST/*", f"{stage}/PUT/*", f"{stage}/DELETE/*"],
    }


def test_a_cached_policy_holds_for_whichever_write_comes_next(authorizer: Authorizer) -> None:
    bearer = f"Bearer {token()}"
    other = {**event(bearer), "methodArn": ARN.replace("POST/products", "DELETE/products/x-1")}
    assert authorizer.authorize(event(bearer)) == authorizer.authorize(other)


def test_the_function_is_told_who_writes(authorizer: Authorizer) -> None:
    answer = authorizer.authorize(event(f"Bearer {token(scope='products:write orders:read')}"))
    assert answer["principalId"] == "alice"
    assert answer["context"] == {"sub": "alice", "scope": "orders:read products:write"}


@pytest.mark.parametrize("name", ["authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_header_and_scheme_are_read_in_any_case(authorizer: Authorizer, name: str, scheme: str) -> None:
    assert authorizer.authorize(event(f"{scheme} {token()}", name))["principalId"] == "alice"


@pytest.mark.parametrize("scope", ["products:read", "", "products:write-not", "PRODUCTS:WRITE", None])
def test_a_valid_token_without_the_scope_is_denied(authorizer: Authorizer, scope: str | None) -> None:
    answer = authorizer.authorize(event(f"Bearer {token(scope=scope)}"))
    assert [one["Effect"] for one in answer["policyDocument"]["Statement"]] == ["Deny"]


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer not-a-token", "Bearer a.b.c", "Bearer ...."],
)
def test_what_is_no_bearer_token_is_unauthorized(authorizer: Authorizer, header: str | None) -> None:
    with pytest.raises(UnauthorizedError, match=r"^Unauthorized$"):
        authorizer.authorize(event(header))


def test_an_event_without_headers_is_unauthorized(authorizer: Authorizer) -> None:
    with pytest.raises(UnauthorizedError):
        authorizer.authorize({"type": "REQUEST", "methodArn": ARN, "headers": None})


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int(time.time()) - CLOCK_SKEW_SECONDS - 5},
        {"nbf": int(time.time()) + 3600},
        {"iss": "https://elsewhere.example"},
        {"aud": "another-api"},
        {"exp": None},
        {"iss": None},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 5},
        {"scope": ["products:write"]},
        {"exp": "soon"},
    ],
    ids=repr,
)
def test_a_token_with_a_wrong_or_missing_claim_is_unauthorized(
    authorizer: Authorizer, changes: dict[str, Any]
) -> None:
    assert refused(authorizer, token(**changes))


def test_clocks_may_differ_by_a_few_seconds(authorizer: Authorizer) -> None:
    just_expired = token(exp=int(time.time()) - CLOCK_SKEW_SECONDS + 5)
    assert authorizer.authorize(event(f"Bearer {just_expired}"))["principalId"] == "alice"


def test_a_token_of_an_unknown_key_is_unauthorized(authorizer: Authorizer) -> None:
    assert refused(authorizer, token(kid="k2"))
    assert refused(authorizer, token(kid=None))


def test_a_token_signed_by_another_key_under_our_key_id_is_unauthorized(authorizer: Authorizer) -> None:
    assert refused(authorizer, token(FOREIGN))


def test_a_tampered_token_is_unauthorized(authorizer: Authorizer) -> None:
    header, _claims, signature = token(scope="products:read").split(".")
    better = encode({"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "exp": 2**31, "scope": "products:write"})
    assert refused(authorizer, f"{header}.{better}.{signature}")
    assert refused(authorizer, token()[:-10])


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE"])
def test_a_token_that_claims_to_need_no_signature_is_unauthorized(
    authorizer: Authorizer, algorithm: str
) -> None:
    claims = token().split(".")[1]
    header = encode({"alg": algorithm, "typ": "JWT", "kid": "k1"})
    assert refused(authorizer, f"{header}.{claims}.")


def test_an_hs256_token_keyed_with_the_public_key_is_unauthorized(authorizer: Authorizer) -> None:
    signed = f"{encode({'alg': 'HS256', 'typ': 'JWT', 'kid': 'k1'})}.{token().split('.')[1]}"
    mac = hmac.new(pem(TRUSTED).encode(), signed.encode(), hashlib.sha256).digest()
    assert refused(authorizer, f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}")


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_another_algorithm_of_the_same_key_is_unauthorized(authorizer: Authorizer, algorithm: str) -> None:
    assert refused(authorizer, token(algorithm=algorithm))


def test_an_oversized_token_is_not_even_parsed(authorizer: Authorizer) -> None:
    assert refused(authorizer, token(padding="x" * 10_000))


def test_the_log_says_why_and_never_holds_the_token(authorizer: Authorizer, log: io.StringIO) -> None:
    expired = token(exp=int(time.time()) - 3600)
    refused(authorizer, expired)
    line = json.loads(log.getvalue())
    assert "expired" in line["reason"]
    assert expired not in log.getvalue()


def test_keys_can_be_rotated_because_several_are_trusted() -> None:
    verifier = TokenVerifier({"k1": pem(TRUSTED), "k2": pem(FOREIGN)}, ISSUER, AUDIENCE)
    assert verifier.verify(token()).subject == verifier.verify(token(FOREIGN, kid="k2")).subject


@pytest.mark.parametrize(
    "key",
    [
        "nonsense",
        pem(ec.generate_private_key(ec.SECP256R1())),
        pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)),  # noqa: S505 - to be refused
    ],
    ids=["no PEM", "elliptic curve", "too short"],
)
def test_a_key_that_cannot_be_trusted_stops_the_function_from_starting(key: str) -> None:
    with pytest.raises(SettingError, match="k1"):
        TokenVerifier({"k1": key}, ISSUER, AUDIENCE)


SETTINGS = {
    "JWT_ISSUER": ISSUER,
    "JWT_AUDIENCE": AUDIENCE,
    "JWT_PUBLIC_KEYS": json.dumps({"k1": pem(TRUSTED)}),
}


@pytest.mark.parametrize("name", list(SETTINGS))
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(SettingError, match=name):
        Environment.from_environ({key: value for key, value in SETTINGS.items() if key != name})


@pytest.mark.parametrize("keys", ["nonsense", "[]", "{}", '{"k1": 5}', '"text"'])
def test_keys_that_are_no_map_of_texts_are_refused(keys: str) -> None:
    with pytest.raises(SettingError, match="JWT_PUBLIC_KEYS"):
        Environment.from_environ({**SETTINGS, "JWT_PUBLIC_KEYS": keys})


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    sys.modules.pop("authorizer.handler", None)
    yield importlib.import_module("authorizer.handler").handler
    sys.modules.pop("authorizer.handler", None)


def test_the_handler_that_lambda_calls_answers_and_needs_no_network(
    handler: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("connected"))
    assert handler(event(f"Bearer {token()}"), None)["principalId"] == "alice"
    with pytest.raises(UnauthorizedError, match=r"^Unauthorized$"):
        handler(event(None), None)
