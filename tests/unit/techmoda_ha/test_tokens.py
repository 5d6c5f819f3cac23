"""The local signing key is kept private and its tokens say what they were asked to say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from techmoda_ha.tokens import SigningKey

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def mint(key: SigningKey) -> str:
    lifetime = timedelta(minutes=5)
    return key.mint(
        issuer="i", audience="a", subject="s", scope="products:write", now=NOW, valid_for=lifetime
    )


def test_a_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "token.pem"
    assert SigningKey.load_or_create(file).key_id == SigningKey.load_or_create(file).key_id
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_token_names_its_key_and_carries_its_claims(tmp_path: Path) -> None:
    key = SigningKey.load_or_create(tmp_path / "token.pem")
    token = mint(key)
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "kid": key.key_id, "typ": "JWT"}
    claims = jwt.decode(
        token,
        key.public_pem,
        algorithms=["RS256"],
        audience="a",
        options={"verify_exp": False, "verify_nbf": False},
    )
    assert (claims["iss"], claims["sub"], claims["scope"]) == ("i", "s", "products:write")
    assert claims["exp"] - claims["nbf"] == 300


def test_another_keys_token_does_not_verify(tmp_path: Path) -> None:
    token = mint(SigningKey.load_or_create(tmp_path / "one.pem"))
    other = SigningKey.load_or_create(tmp_path / "two.pem")
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, other.public_pem, algorithms=["RS256"], audience="a", options={"verify_exp": False})


def test_a_file_with_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "token.pem"
    private = ec.generate_private_key(ec.SECP256R1())
    file.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with pytest.raises(TypeError, match="holds no RSA key"):
        SigningKey.load_or_create(file)
