"""A customer's visit: its steps, and what each must answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from canary.connection import Answer, Connection, ConnectionFailedError
from common.clock import Clock


@dataclass(frozen=True, slots=True)
class Visit:
    """How a visit went: how long it took (if it failed, until then), and the failed step with the reason."""

    milliseconds: float
    failed_step: str = ""
    reason: str = ""

    @property
    def good(self) -> bool:
        """Whether every step answered as promised."""
        return not self.failed_step


class _StepFailedError(Exception):
    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
        self.step = step
        self.reason = reason


class _ProductGoneError(_StepFailedError):
    """A product that the list has was not found."""


class Visitor:
    """Makes visits."""

    def __init__(self, connect: Callable[[str], Connection], clock: Clock) -> None:
        self._connect = connect
        self._clock = clock

    def visit(self, url: str) -> Visit:
        """Visit the API at `url`. A failure is a result, never an exception."""
        began = self._clock.monotonic()
        connection = self._connect(url)
        try:
            _walk(connection)
        except _StepFailedError as failure:
            return Visit(self._milliseconds_since(began), failure.step, failure.reason)
        finally:
            connection.close()
        return Visit(self._milliseconds_since(began))

    def _milliseconds_since(self, began: float) -> float:
        return (self._clock.monotonic() - began) * 1000


def _walk(connection: Connection) -> None:
    try:
        _open_a_product(connection)
    except _ProductGoneError:  # deleted since, or the list was read a moment late: a customer looks once more
        _open_a_product(connection)
    _step(connection, "health", "/health", HTTPStatus.OK)


def _open_a_product(connection: Connection) -> None:
    """Open the list's first product, then ask for it again with its ETag; no product is no failure.

    A product that was changed in between comes anew, with another ETag, and that is right.
    """
    product = _first_product(_step(connection, "list", "/products?limit=1", HTTPStatus.OK))
    if not product:
        return
    path = f"/products/{quote(product, safe='')}"
    item = _get(connection, "item", path)
    _expect_product(item, "item", HTTPStatus.OK)
    etag = _etag(item, "item")
    again = _get(connection, "conditional", path, etag)
    if again.status != HTTPStatus.OK or _etag(again, "conditional") == etag:
        _expect_product(again, "conditional", HTTPStatus.NOT_MODIFIED)


def _etag(answer: Answer, step: str) -> str:
    etag = answer.headers.get("etag")
    if not etag:
        raise _StepFailedError(step, "the answer has no ETag")
    return etag


def _step(connection: Connection, step: str, path: str, expected: HTTPStatus) -> Answer:
    answer = _get(connection, step, path)
    _expect(answer, step, expected)
    return answer


def _get(connection: Connection, step: str, path: str, etag: str = "") -> Answer:
    try:
        return connection.get(path, {"If-None-Match": etag} if etag else {})
    except ConnectionFailedError as error:
        raise _StepFailedError(step, str(error)) from error


def _expect(
    answer: Answer, step: str, expected: HTTPStatus, failure: type[_StepFailedError] = _StepFailedError
) -> None:
    if answer.status != expected:
        raise failure(step, f"answered {answer.status}, not {int(expected)}")


def _expect_product(answer: Answer, step: str, expected: HTTPStatus) -> None:
    is_gone = answer.status == HTTPStatus.NOT_FOUND
    _expect(answer, step, expected, _ProductGoneError if is_gone else _StepFailedError)


def _first_product(answer: Answer) -> str:
    """Return the id of the list's first product, "" when it is empty."""
    try:
        items = json.loads(answer.body)["items"]
        return str(items[0]["id"]) if items else ""
    except (ValueError, LookupError, TypeError) as error:
        raise _StepFailedError("list", f"the answer is no list of products: {error!r}") from error
