"""Who may write: through the gateway, in both regions, only who has a token that this deployment trusts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.local.conftest import Deployed
from tests.local.products import new_product

from techmoda_ha.deployment import RegionDeployment
from techmoda_ha.tokens import SigningKey

pytestmark = [pytest.mark.local, pytest.mark.slow]

WRITES = [("POST", "/products"), ("PUT", "/products/any"), ("DELETE", "/products/any")]


def part(token: str, number: int) -> dict[str, object]:
    text = token.split(".")[number]
    decoded: dict[str, object] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return decoded


def encoded(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


def tampered(deployed: Deployed) -> str:
    """Another subject under the signature of the first."""
    header, claims, signature = deployed.token().split(".")
    return ".".join([header, encoded({**part(f".{claims}.", 1), "sub": "somebody-else"}), signature])


def unsigned(deployed: Deployed) -> str:
    token = deployed.token()
    return f"{encoded({**part(token, 0), 'alg': 'none'})}.{token.split('.')[1]}."


def keyed_with_the_public_key(deployed: Deployed) -> str:
    """HS256 with the text of the public key: what a verifier that believes the header would take."""
    token = deployed.token()
    signed = f"{encoded({**part(token, 0), 'alg': 'HS256'})}.{token.split('.')[1]}"
    mac = hmac.new(deployed.key.public_pem.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def of_another_key(deployed: Deployed) -> str:
    """A stranger's signature that names the trusted key."""
    stranger = SigningKey(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    return jwt.encode(
        part(deployed.token(), 1),
        stranger.private,
        algorithm="RS256",
        headers={"kid": deployed.key.key_id},
    )


REFUSED: dict[str, tuple[int, Callable[[Deployed], str]]] = {
    "no JWT at all": (401, lambda _: "not-a-token"),
    "of another issuer": (401, lambda there: there.token(issuer="https://elsewhere.example")),
    "for another audience": (401, lambda there: there.token(audience="another-api")),
    "expired": (401, lambda there: there.token(now=datetime.now(UTC) - timedelta(hours=1))),
    "not valid yet": (401, lambda there: there.token(now=datetime.now(UTC) + timedelta(minutes=5))),
    "tampered with": (401, tampered),
    "unsigned (alg none)": (401, unsigned),
    "HS256 keyed with the public key": (401, keyed_with_the_public_key),
    "signed with another key": (401, of_another_key),
    "without a scope": (403, lambda there: there.token(scope="")),
    "with another scope": (403, lambda there: there.token(scope="products:read")),
    "with a scope that only begins alike": (403, lambda there: there.token(scope="products:write-not")),
}


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_write_without_a_token_is_unauthorized(
    deployed: Deployed, here: RegionDeployment, method: str, path: str
) -> None:
    with deployed.api(here) as anonymous:
        assert_refused(anonymous.request(method, path, json=new_product()), 401)


@pytest.mark.parametrize("kind", REFUSED)
def test_a_write_with_a_token_that_proves_too_little_is_refused(
    deployed: Deployed, here: RegionDeployment, kind: str
) -> None:
    status, make = REFUSED[kind]
    with deployed.api(here, make(deployed)) as api:
        product = new_product()
        assert_refused(api.post("/products", json=product), status)
        listed = api.get("/products", params={"category": product["category"]})
    assert listed.json()["items"] == []


@pytest.mark.parametrize("scheme", ["Basic", "bearer", "BEARER"])
def test_the_scheme_is_bearer_in_any_case(deployed: Deployed, here: RegionDeployment, scheme: str) -> None:
    with deployed.api(here) as api:
        headers = {"Authorization": f"{scheme} {deployed.token()}"}
        answer = api.request("DELETE", "/products/never-there", headers=headers)
    assert answer.status_code == (401 if scheme == "Basic" else 204), answer.text


def test_a_refusal_is_not_remembered_for_another_token(deployed: Deployed, here: RegionDeployment) -> None:
    with deployed.api(here) as api:
        for scope, status in (("products:read", 403), ("products:write", 204), ("products:read", 403)):
            headers = {"Authorization": f"Bearer {deployed.token(scope=scope)}"}
            answer = api.delete("/products/never-there", headers=headers)
            assert answer.status_code == status, (scope, answer.text)


def test_a_token_minted_once_works_in_both_regions(deployed: Deployed) -> None:
    token = deployed.token()
    for region in deployed.regions:
        with deployed.api(region, token) as api:
            assert api.delete("/products/never-there").status_code == 204


def assert_refused(answer: httpx.Response, status: int) -> None:
    """Refused with a problem document that says nothing of how tokens are judged."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["status"] == status
    assert "signature" not in answer.text.lower()
    if status == 401:
        assert answer.headers["www-authenticate"] == "Bearer"
