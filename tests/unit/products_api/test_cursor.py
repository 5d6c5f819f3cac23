"""Cursors: opaque, signed, the same in both regions."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from products_api.cursor import CursorCodec, KmsKeySource, Position
from products_api.errors import InvalidRequestError, StoreError, StoreUnavailableError

CODEC = CursorCodec(lambda: b"secret")


class FakeKms:
    """Answers GenerateMac, and counts how often it was asked."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.requests: list[dict[str, Any]] = []
        self.failure = failure

    def generate_mac(self, **request: Any) -> dict[str, bytes]:
        self.requests.append(request)
        if self.failure:
            raise self.failure
        return {"Mac": b"m" * 32}


def key_source(kms: FakeKms) -> KmsKeySource:
    return KmsKeySource(lambda: kms, "alias/cursor")  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize("position", [Position("a-1", None), Position("a-1", "coats")])
def test_a_cursor_leads_back_to_its_position(position: Position) -> None:
    assert CODEC.decode(CODEC.encode(position), position.category) == position


def test_no_single_changed_character_is_accepted() -> None:
    cursor = CODEC.encode(Position("abc", "coats"))
    for place, character in enumerate(cursor):
        changed = cursor[:place] + ("A" if character != "A" else "B") + cursor[place + 1 :]
        with pytest.raises(InvalidRequestError):
            CODEC.decode(changed, "coats")


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "====", "not base64!", "ä", "AAAA", "A" * 22, base64.b64encode(b"x" * 60).decode() + "="],
)
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequestError, match="cursor"):
        CODEC.decode(cursor, None)


def test_padding_makes_no_second_spelling() -> None:
    cursor = CODEC.encode(Position("abc", None))
    with pytest.raises(InvalidRequestError):
        CODEC.decode(cursor + "=" * (-len(cursor) % 4 or 4), None)


def test_a_cursor_signed_with_another_key_is_refused() -> None:
    cursor = CursorCodec(lambda: b"another").encode(Position("abc", None))
    with pytest.raises(InvalidRequestError):
        CODEC.decode(cursor, None)


def test_regions_with_the_same_key_material_accept_each_others_cursors() -> None:
    here, there = (CursorCodec(key_source(FakeKms())) for _ in range(2))
    position = Position("abc", None)
    assert there.decode(here.encode(position), None) == position


def test_kms_is_asked_once_and_only_when_a_cursor_is_needed() -> None:
    kms = FakeKms()
    codec = CursorCodec(key_source(kms))
    assert kms.requests == []
    codec.decode(codec.encode(Position("abc", None)), None)
    assert [request["KeyId"] for request in kms.requests] == ["alias/cursor"]


def test_a_kms_that_does_not_answer_makes_the_list_unavailable_and_is_asked_again_later() -> None:
    kms = FakeKms(ConnectTimeoutError(endpoint_url="https://kms"))
    source = key_source(kms)
    with pytest.raises(StoreUnavailableError):
        source()
    kms.failure = None
    assert source() == b"m" * 32


def test_a_missing_permission_on_the_key_is_not_called_temporary() -> None:
    denied = ClientError({"Error": {"Code": "AccessDeniedException"}}, "GenerateMac")
    with pytest.raises(StoreError):
        key_source(FakeKms(denied))()
