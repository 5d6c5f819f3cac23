"""Tokens for the demonstration and the tests: a local RS256 key and the JWTs it signs.

A real deployment trusts the public keys of the company's identity provider instead; only public keys
ever go into Terraform.
"""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

KEY_BITS = 2048  # The least that RFC 7518 section 3.3 allows for RS256.


@dataclass(frozen=True)
class SigningKey:
    """A private RSA key, and the id by which tokens name it."""

    private: rsa.RSAPrivateKey

    @classmethod
    def load_or_create(cls, file: Path) -> SigningKey:
        """Return the key in `file`, made there first (readable by its owner only) when absent."""
        if file.is_file():
            key = serialization.load_pem_private_key(file.read_bytes(), password=None)
            if not isinstance(key, rsa.RSAPrivateKey):
                raise TypeError(f"{file} holds no RSA key")
            return cls(key)
        private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(pem)
        return cls(private)

    @property
    def public_pem(self) -> str:
        """Return the public key as PEM (SubjectPublicKeyInfo)."""
        return (
            self.private.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )

    @property
    def key_id(self) -> str:
        """Return the key's id: the start of its public key's SHA-256, in base64url."""
        digest = hashlib.sha256(self.public_pem.encode()).digest()
        return base64.urlsafe_b64encode(digest)[:16].decode()

    def mint(
        self, *, issuer: str, audience: str, subject: str, scope: str, now: datetime, valid_for: timedelta
    ) -> str:
        """Return a signed JWT, valid from `now` for `valid_for`."""
        claims = {
            "iss": issuer,
            "aud": audience,
            "sub": subject,
            "scope": scope,
            "iat": now,
            "nbf": now,
            "exp": now + valid_for,
        }
        return jwt.encode(claims, self.private, algorithm="RS256", headers={"kid": self.key_id})
