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
    opened = _open_a_product(connection)
    if opened:
        path, item = opened
        etag = item.headers.get("etag")
        if not etag:
            raise _StepFailedError("item", "the answer has no ETag")
        _step(connection, "conditional", path, HTTPStatus.NOT_MODIFIED, etag=etag)
    _step(connection, "health", "/health", HTTPStatus.OK)


def _open_a_product(connection: Connection) -> tuple[str, Answer] | None:
    """Return the path of the list's first product and its answer, None when there is no product.

    A product that is gone was deleted since, or the list was read a moment late: a customer looks once more.
    """
    for is_last in (False, True):
        product = _first_product(_step(connection, "list", "/products?limit=1", HTTPStatus.OK))
        if not product:
            return None
        path = f"/products/{quote(product, safe='')}"
        answer = _get(connection, "item", path)
        if is_last or answer.status != HTTPStatus.NOT_FOUND:
            _expect(answer, "item", HTTPStatus.OK)
            return path, answer
    return None


def _step(connection: Connection, step: str, path: str, expected: HTTPStatus, etag: str = "") -> Answer:
    answer = _get(connection, step, path, etag)
    _expect(answer, step, expected)
    return answer


def _get(connection: Connection, step: str, path: str, etag: str = "") -> Answer:
    try:
        return connection.get(path, {"If-None-Match": etag} if etag else {})
    except ConnectionFailedError as error:
        raise _StepFailedError(step, str(error)) from error


def _expect(answer: Answer, step: str, expected: HTTPStatus) -> None:
    if answer.status != expected:
        raise _StepFailedError(step, f"answered {answer.status}, not {int(expected)}")


def _first_product(answer: Answer) -> str:
    """Return the id of the list's first product, "" when it is empty."""
    try:
        items = json.loads(answer.body)["items"]
        return str(items[0]["id"]) if items else ""
    except (ValueError, LookupError, TypeError) as error:
        raise _StepFailedError("list", f"the answer is no list of products: {error!r}") from error
