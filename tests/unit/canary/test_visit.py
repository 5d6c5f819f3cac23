"""A visit: what each step must answer, and how a failure shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from tests.unit.failover_control.fakes import StoppedClock

from canary.connection import Answer, ConnectionFailedError
from canary.visit import Visitor

URL = "https://api.example.com/v1"
LIST, ITEM, HEALTH = "/products?limit=1", "/products/shirt%201", "/health"
GOOD: Mapping[tuple[str, str], Answer] = {
    (LIST, ""): Answer(200, {}, b'{"items": [{"id": "shirt 1"}], "next_cursor": null}'),
    (ITEM, ""): Answer(200, {"etag": '"abc"'}, b"{}"),
    (ITEM, '"abc"'): Answer(304, {}, b""),
    (HEALTH, ""): Answer(200, {}, b"{}"),
}


@dataclass
class Shop:
    """A target that answers by path and ETag; each answer takes a tenth of a second."""

    clock: StoppedClock = field(default_factory=StoppedClock)
    answers: dict[tuple[str, str], Answer] = field(default_factory=lambda: dict(GOOD))
    asked: list[str] = field(default_factory=list)
    closed: int = 0

    def get(self, path: str, headers: Mapping[str, str]) -> Answer:
        """Answer, or be unreachable for a path that has no answer."""
        self.asked.append(path)
        self.clock.sleep(0.1)
        try:
            return self.answers[path, headers.get("If-None-Match", "")]
        except KeyError as error:
            raise ConnectionFailedError("TimeoutError: timed out") from error

    def close(self) -> None:
        """Count the calls."""
        self.closed += 1

    def visitor(self) -> Visitor:
        """Return a visitor that only ever reaches this shop."""
        return Visitor(lambda _url: self, self.clock)


def test_a_visit_reads_the_list_a_product_the_product_again_and_the_health() -> None:
    shop = Shop()
    visit = shop.visitor().visit(URL)
    assert visit.good
    assert shop.asked == [LIST, ITEM, ITEM, HEALTH]
    assert visit.milliseconds == pytest.approx(400)
    assert shop.closed == 1


def test_an_empty_catalogue_has_nothing_to_open_and_is_no_failure() -> None:
    shop = Shop()
    shop.answers[LIST, ""] = Answer(200, {}, b'{"items": []}')
    assert shop.visitor().visit(URL).good
    assert shop.asked == [LIST, HEALTH]


@pytest.mark.parametrize(
    ("broken", "answer", "step", "reason"),
    [
        ((LIST, ""), Answer(503, {}, b""), "list", "answered 503, not 200"),
        ((LIST, ""), Answer(200, {}, b"<html>"), "list", "no list of products"),
        ((LIST, ""), Answer(200, {}, json.dumps([1]).encode()), "list", "no list of products"),
        ((ITEM, ""), Answer(404, {}, b""), "item", "answered 404, not 200"),
        ((ITEM, '"abc"'), Answer(404, {}, b""), "conditional", "answered 404, not 304"),
        ((ITEM, '"abc"'), Answer(503, {}, b""), "conditional", "answered 503, not 304"),
        ((ITEM, '"abc"'), Answer(200, {}, b"{}"), "conditional", "no ETag"),
        ((ITEM, ""), Answer(200, {}, b"{}"), "item", "no ETag"),
        ((ITEM, '"abc"'), Answer(200, {"etag": '"abc"'}, b"{}"), "conditional", "answered 200, not 304"),
        ((HEALTH, ""), Answer(503, {}, b""), "health", "answered 503, not 200"),
    ],
)
def test_a_wrong_answer_ends_the_visit_at_its_step(
    broken: tuple[str, str], answer: Answer, step: str, reason: str
) -> None:
    shop = Shop()
    shop.answers[broken] = answer
    visit = shop.visitor().visit(URL)
    assert not visit.good
    assert visit.failed_step == step
    assert reason in visit.reason
    assert shop.closed == 1


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({("/products/sold", ""): Answer(404, {}, b"{}")}, ["/products/sold"]),
        (
            {
                ("/products/sold", ""): Answer(200, {"etag": '"old"'}, b"{}"),
                ("/products/sold", '"old"'): Answer(404, {}, b"{}"),
            },
            ["/products/sold", "/products/sold"],
        ),
    ],
    ids=["before it is opened", "before it is opened again"],
)
def test_a_product_that_was_deleted_since_the_list_was_read_is_no_failure(
    answers: dict[tuple[str, str], Answer], asked: list[str]
) -> None:
    shop = Shop()
    lists = iter((b'{"items": [{"id": "sold"}]}', b'{"items": [{"id": "shirt 1"}]}'))
    shop.answers |= answers
    answer = shop.get

    def get(path: str, headers: Mapping[str, str]) -> Answer:
        return Answer(200, {}, next(lists)) if path == LIST else answer(path, headers)

    shop.get = get  # type: ignore[method-assign]
    assert shop.visitor().visit(URL).good
    assert shop.asked == [*asked, ITEM, ITEM, HEALTH]


def test_a_product_that_was_changed_since_it_was_opened_is_no_failure() -> None:
    shop = Shop()
    shop.answers[ITEM, '"abc"'] = Answer(200, {"etag": '"def"'}, b"{}")
    assert shop.visitor().visit(URL).good
    assert shop.asked == [LIST, ITEM, ITEM, HEALTH]


def test_a_target_that_is_not_reached_fails_at_the_first_step_with_the_time_that_it_took() -> None:
    shop = Shop(answers={})
    visit = shop.visitor().visit(URL)
    assert (visit.failed_step, visit.reason) == ("list", "TimeoutError: timed out")
    assert visit.milliseconds == pytest.approx(100)
