"""The rules, on a store in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.products_api.fakes import COAT, MemoryRepository, StoppedClock

from products_api.errors import (
    IdempotencyMismatchError,
    InvalidRequestError,
    PreconditionFailedError,
    PreconditionRequiredError,
    ProductNotFoundError,
    StoreUnavailableError,
    VersionConflictError,
)
from products_api.ports import CreateConflict
from products_api.preconditions import IfMatch
from products_api.service import ClientKey, ProductService

KEY = ClientKey("alice", "order-1")
DEARER = replace(COAT, price="29.90")


def test_a_new_product_is_at_version_1_and_carries_its_time(service: ProductService) -> None:
    product = service.create(COAT, None).product
    assert (product.version, product.fields) == (1, COAT)
    assert product.created_at == product.updated_at == "2025-11-28T10:00:00.000Z"
    assert service.get(product.id) == product


def test_two_creates_without_a_key_make_two_products(
    service: ProductService, repository: MemoryRepository
) -> None:
    service.create(COAT, None)
    service.create(COAT, None)
    assert len(repository.products) == 2


def test_a_repeated_create_with_a_key_gets_the_same_answer_and_makes_no_second_product(
    service: ProductService, repository: MemoryRepository, clock: StoppedClock
) -> None:
    first = service.create(COAT, KEY)
    clock.advance(3600)
    second = service.create(COAT, KEY)
    assert (first.replayed, second.replayed) == (False, True)
    assert second.product == first.product
    assert len(repository.products) == 1


def test_a_repeated_create_gets_the_first_answer_even_after_the_product_was_changed_or_deleted(
    service: ProductService, repository: MemoryRepository
) -> None:
    first = service.create(COAT, KEY).product
    service.update(first.id, DEARER, version=1, if_match=None)
    assert service.create(COAT, KEY).product == first
    service.delete(first.id, None)
    assert service.create(COAT, KEY).product == first
    assert repository.products == {}, "a late repetition must not bring a deleted product back"


def test_a_key_with_another_body_is_refused(service: ProductService) -> None:
    service.create(COAT, KEY)
    with pytest.raises(IdempotencyMismatchError):
        service.create(DEARER, KEY)


def test_the_same_key_of_another_client_makes_another_product(service: ProductService) -> None:
    mine = service.create(COAT, KEY).product
    theirs = service.create(COAT, ClientKey("bob", KEY.key))
    assert not theirs.replayed
    assert theirs.product.id != mine.id


def test_subject_and_key_cannot_be_shifted_into_each_other(service: ProductService) -> None:
    first = service.create(COAT, ClientKey("a", "bc")).product
    assert service.create(COAT, ClientKey("ab", "c")).product.id != first.id


def test_a_repetition_in_the_other_region_before_its_receipt_arrives_makes_the_same_product(
    service: ProductService, repository: MemoryRepository
) -> None:
    first = service.create(COAT, KEY).product
    repository.receipts.clear()  # the product has been replicated, the receipt has not
    second = service.create(COAT, KEY)
    assert (second.replayed, second.product) == (True, first)
    repository.receipts.clear()
    with pytest.raises(IdempotencyMismatchError):
        service.create(DEARER, KEY)


def test_a_repetition_where_nothing_has_been_replicated_writes_the_very_same_key(
    service: ProductService, repository: MemoryRepository
) -> None:
    first = service.create(COAT, KEY).product
    repository.receipts.clear()
    repository.products.clear()
    assert service.create(COAT, KEY).product.id == first.id


def test_after_24_hours_a_key_still_finds_the_product_it_made(
    service: ProductService, repository: MemoryRepository, clock: StoppedClock
) -> None:
    first = service.create(COAT, KEY).product
    clock.advance(24 * 3600 + 1)
    again = service.create(COAT, KEY)
    assert (again.replayed, again.product.id) == (True, first.id)
    assert len(repository.products) == 1


def test_a_create_whose_obstacle_has_vanished_asks_for_a_retry(
    service: ProductService, repository: MemoryRepository
) -> None:
    repository.failure = CreateConflict(None, None)
    with pytest.raises(StoreUnavailableError) as caught:
        service.create(COAT, KEY)
    assert caught.value.retry_after_seconds == 1


def test_an_update_needs_to_say_what_it_replaces(service: ProductService) -> None:
    product = service.create(COAT, None).product
    with pytest.raises(PreconditionRequiredError):
        service.update(product.id, DEARER, version=None, if_match=None)


def test_an_update_of_the_current_version_raises_it_by_one_and_keeps_the_creation_time(
    service: ProductService, clock: StoppedClock
) -> None:
    product = service.create(COAT, None).product
    clock.advance(60)
    updated = service.update(product.id, DEARER, version=1, if_match=None)
    assert (updated.version, updated.fields) == (2, DEARER)
    assert updated.created_at == product.created_at
    assert updated.updated_at == "2025-11-28T10:01:00.000Z"
    assert updated.etag != product.etag


def test_the_second_of_two_updates_of_one_version_is_told_the_current_one(service: ProductService) -> None:
    product = service.create(COAT, None).product
    service.update(product.id, DEARER, version=1, if_match=None)
    with pytest.raises(VersionConflictError) as caught:
        service.update(product.id, COAT, version=1, if_match=None)
    assert caught.value.current == 2


def test_an_update_with_the_etag_that_was_read_succeeds_once(service: ProductService) -> None:
    product = service.create(COAT, None).product
    seen = IfMatch.parse(product.etag)
    assert service.update(product.id, DEARER, version=None, if_match=seen).version == 2
    with pytest.raises(PreconditionFailedError):
        service.update(product.id, COAT, version=None, if_match=seen)


def test_version_and_etag_must_both_hold_when_both_are_given(service: ProductService) -> None:
    product = service.create(COAT, None).product
    with pytest.raises(VersionConflictError):
        service.update(product.id, DEARER, version=7, if_match=IfMatch.parse(product.etag))
    with pytest.raises(PreconditionFailedError):
        service.update(product.id, DEARER, version=1, if_match=IfMatch.parse('"other"'))


def test_content_that_changed_without_its_version_is_noticed_by_the_etag(
    service: ProductService, repository: MemoryRepository
) -> None:
    product = service.create(COAT, None).product
    repository.products[product.id] = replace(product, fields=DEARER)  # a faulty tool, or a restore
    with pytest.raises(PreconditionFailedError):
        service.update(product.id, COAT, version=None, if_match=IfMatch.parse(product.etag))


def test_a_write_between_reading_and_writing_fails_the_precondition(
    service: ProductService, repository: MemoryRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = service.create(COAT, None).product
    read = repository.get

    def read_then_lose_the_race(product_id: str) -> object:
        seen = read(product_id)
        # Same version, another write: what a concurrent write in the other region looks like.
        repository.products[product_id] = replace(product, fields=DEARER, write_token="theirs")
        return seen

    monkeypatch.setattr(repository, "get", read_then_lose_the_race)
    with pytest.raises(PreconditionFailedError):
        service.update(product.id, DEARER, version=None, if_match=IfMatch.parse(product.etag))
    repository.products[product.id] = product
    with pytest.raises(PreconditionFailedError):
        service.delete(product.id, IfMatch.parse(product.etag))


def test_an_unknown_product_cannot_be_read_or_updated(service: ProductService) -> None:
    with pytest.raises(ProductNotFoundError):
        service.get("nothing")
    with pytest.raises(ProductNotFoundError):
        service.update("nothing", COAT, version=1, if_match=None)
    with pytest.raises(ProductNotFoundError):
        service.update("nothing", COAT, version=None, if_match=IfMatch.parse("*"))


def test_a_delete_can_be_repeated(service: ProductService) -> None:
    product = service.create(COAT, None).product
    service.delete(product.id, None)
    service.delete(product.id, None)
    service.delete(product.id, IfMatch.parse(product.etag))
    with pytest.raises(ProductNotFoundError):
        service.get(product.id)


def test_a_delete_of_a_changed_product_is_refused_and_leaves_it(service: ProductService) -> None:
    product = service.create(COAT, None).product
    updated = service.update(product.id, DEARER, version=1, if_match=None)
    with pytest.raises(PreconditionFailedError):
        service.delete(product.id, IfMatch.parse(product.etag))
    assert service.get(product.id) == updated
    service.delete(product.id, IfMatch.parse(updated.etag))


@pytest.mark.parametrize("category", [None, "coats"])
def test_paging_shows_every_product_once(service: ProductService, category: str | None) -> None:
    expected = {service.create(COAT, None).product.id for _ in range(7)}
    seen: list[str] = []
    cursor: str | None = None
    while True:
        listing = service.list(3, category, cursor)
        assert len(listing.products) <= 3
        seen += [product.id for product in listing.products]
        cursor = listing.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted(expected)


def test_a_category_lists_only_its_own(service: ProductService) -> None:
    service.create(COAT, None)
    bag = service.create(replace(COAT, category="bags"), None).product
    assert service.list(20, "bags", None).products == [bag]


def test_a_cursor_of_one_list_is_refused_in_another(service: ProductService) -> None:
    for _ in range(3):
        service.create(COAT, None)
    cursor = service.list(1, "coats", None).next_cursor
    with pytest.raises(InvalidRequestError, match="cursor"):
        service.list(1, None, cursor)
