"""Page cursors: opaque to clients, and worthless when changed.

A cursor names the last item of a page. Without a signature a client could start a page at any key,
so it carries a MAC. The signing key is derived from a multi-region KMS key (ADR 0051): both regions
derive the same one, so a cursor survives a failover, and no secret stands in code or configuration.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from products_api.errors import FieldError, InvalidRequestError
from products_api.faults import translated

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

MAC_BYTES = 16
_DERIVATION_LABEL = b"techmoda products-api cursor v1"


@dataclass(frozen=True, slots=True)
class Position:
    """The last item that a client has seen, and the list it was seen in (None: all products)."""

    product_id: str
    category: str | None


class KmsKeySource:
    """Derives the signing key with one KMS call per Lambda environment, at the first cursor.

    GenerateMac is deterministic: the same key material and message give the same 32 bytes in every
    region that holds a replica of the key.
    """

    def __init__(self, make_client: Callable[[], KMSClient], key_id: str) -> None:
        self._make_client = make_client
        self._key_id = key_id
        self._key: bytes | None = None

    def __call__(self) -> bytes:
        """Return the signing key.

        Raises:
            StoreUnavailableError: KMS is throttled or out of reach.
            StoreError: KMS refuses the call.
        """
        if self._key is None:
            with translated():
                answer = self._make_client().generate_mac(
                    KeyId=self._key_id, MacAlgorithm="HMAC_SHA_256", Message=_DERIVATION_LABEL
                )
            self._key = answer["Mac"]
        return self._key


class CursorCodec:
    """Writes and reads cursors."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key

    def encode(self, position: Position) -> str:
        """Return the cursor that continues after `position`."""
        payload = json.dumps([position.product_id, position.category], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._mac(payload) + payload).decode().rstrip("=")

    def decode(self, cursor: str, category: str | None) -> Position:
        """Return the position in the list of `category`.

        Raises:
            InvalidRequestError: the cursor was changed, made up, or belongs to another list.
        """
        raw = _from_base64(cursor)
        mac, payload = raw[:MAC_BYTES], raw[MAC_BYTES:]
        if not payload or not hmac.compare_digest(mac, self._mac(payload)):
            raise _invalid("is not a cursor that this API gave out")
        product_id, listed = json.loads(payload)
        if listed != category:
            raise _invalid("belongs to a list with another category")
        return Position(product_id, listed)

    def _mac(self, payload: bytes) -> bytes:
        return hmac.new(self._key(), payload, hashlib.sha256).digest()[:MAC_BYTES]


def _from_base64(cursor: str) -> bytes:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _invalid("is not a cursor that this API gave out") from error
    # Unused bits at the end could differ and still decode to the same bytes: one cursor, one spelling.
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != cursor:
        raise _invalid("is not a cursor that this API gave out")
    return raw


def _invalid(message: str) -> InvalidRequestError:
    return InvalidRequestError([FieldError("cursor", message)])
