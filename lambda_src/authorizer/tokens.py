"""Verifying a bearer token with the public keys at hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from common.environment import SettingError

# Pinned here and never read from a token: that is what makes "none", and HS256 keyed with the public
# key's text, useless (RFC 8725, 3.1).
ALGORITHMS = ["RS256"]
REQUIRED_CLAIMS = ["exp", "iss", "aud", "sub"]
CLOCK_SKEW_SECONDS = 10
MINIMUM_KEY_BITS = 2048  # RFC 7518, 3.3
MAX_TOKEN_LENGTH = 8192


class TokenError(Exception):
    """The token proves nothing; the message says why, for the log and not for the client."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a verified token speaks for, and what it allows."""

    subject: str
    scopes: frozenset[str]


class TokenVerifier:
    """Verifies tokens of one issuer for one audience."""

    def __init__(self, public_keys: Mapping[str, str], issuer: str, audience: str) -> None:
        """Load the keys.

        Raises:
            SettingError: a key is not an RSA public key in PEM of at least 2048 bits.
        """
        self._keys = {key_id: _load(key_id, pem) for key_id, pem in public_keys.items()}
        self._issuer = issuer
        self._audience = audience

    def verify(self, token: str) -> Identity:
        """Return whom the token speaks for.

        Raises:
            TokenError: it is malformed, tampered with, expired, not yet valid, of another issuer or
                audience, signed with an unknown key or with an algorithm other than RS256.
        """
        if len(token) > MAX_TOKEN_LENGTH:
            raise TokenError("the token is too long")
        try:
            claims = jwt.decode(
                token,
                self._key_of(token),
                algorithms=ALGORITHMS,
                issuer=self._issuer,
                audience=self._audience,
                leeway=CLOCK_SKEW_SECONDS,
                options={"require": REQUIRED_CLAIMS},
            )
        except jwt.PyJWTError as error:
            raise TokenError(str(error)) from error
        return _identity(claims)

    def _key_of(self, token: str) -> RSAPublicKey:
        key = self._keys.get(jwt.get_unverified_header(token).get("kid", ""))
        if key is None:
            raise TokenError("no trusted key has the token's kid")
        return key


def _identity(claims: Mapping[str, Any]) -> Identity:
    subject, scope = claims["sub"], claims.get("scope", "")
    if not subject or not isinstance(scope, str):
        raise TokenError("the token's sub is empty or its scope is not a text")
    return Identity(subject, frozenset(scope.split()))


def _load(key_id: str, pem: str) -> RSAPublicKey:
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SettingError(f"JWT_PUBLIC_KEYS: {key_id} is not a public key in PEM") from error
    if not isinstance(key, RSAPublicKey) or key.key_size < MINIMUM_KEY_BITS:
        raise SettingError(f"JWT_PUBLIC_KEYS: {key_id} is not an RSA key of {MINIMUM_KEY_BITS} bits or more")
    return key
