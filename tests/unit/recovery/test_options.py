"""What `ha recover` takes on its command line, and what it refuses before anything is read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from tests.unit.recovery.stories import BAD, key, product

from techmoda_ha.errors import HaError
from techmoda_ha.recovery.commands import erasures_of
from techmoda_ha.recovery.erasures import ErasureLog
from techmoda_ha.recovery.options import Moment, Selection, rfc3339
from techmoda_ha.recovery.restoring import Restoration
from techmoda_recovery.core.changes import Change
from techmoda_recovery.core.stamps import STAMPS, written_at
from techmoda_recovery.erasures import NoErasures

AT = 1_777_629_600  # 2026-05-01T10:00:00Z


@pytest.mark.parametrize("text", ["2026-05-01T10:00:00Z", "2026-05-01T12:00:00+02:00"])
def test_a_moment_is_whole_seconds_of_any_zone(text: str) -> None:
    assert Moment().convert(text, None, None) == AT
    assert rfc3339(AT) == "2026-05-01T10:00:00Z"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("yesterday", "no time"),
        ("2026-05-01T10:00:00", "zone"),
        ("2026-05-01T10:00:00.5Z", "whole seconds"),
    ],
)
def test_a_moment_that_could_mean_several_is_refused(text: str, reason: str) -> None:
    with pytest.raises(click.BadParameter, match=reason):
        Moment().convert(text, None, None)


def change(name: str = "a", at: int = AT, writer: str = BAD, price: str = "0.00") -> Change:
    return Change(key(name), product(name, 1, price="9.90"), product(name, 2, writer, price=price), at)


def test_rules_undo_what_is_named_unless_something_speaks_for_it(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("# legitimate\nb\n\n")
    rules = Selection(
        undo=("new.price == '0.00'",), keep=("new.note == 'mine'",),
        keep_writer=("shop:1",), until=AT, keep_keys=kept,
    ).rules_of_files()  # fmt: skip
    assert rules.undoes(change())
    assert not rules.undoes(change(price="9.90"))
    assert not rules.undoes(change(name="b"))
    assert not rules.undoes(change(at=AT + 1))
    assert not rules.undoes(change(writer="shop:1"))
    noted = change()
    assert noted.new is not None
    assert not rules.undoes(Change(noted.key, noted.old, {**noted.new, "note": {"S": "mine"}}, AT))


def test_only_the_named_keys_are_touched(tmp_path: Path) -> None:
    only = tmp_path / "only.txt"
    only.write_text("a\n")
    rules = Selection(undo_all=True, only_keys=only).rules_of_files()
    assert (rules.undoes(change("a")), rules.undoes(change("b"))) == (True, False)


@pytest.mark.parametrize("given", [{}, {"undo_all": True, "undo_writer": (BAD,)}])
def test_what_to_undo_must_be_said_and_only_in_one_way(given: dict[str, Any]) -> None:
    with pytest.raises(HaError, match="Say which writes to undo"):
        Selection(**given).rules_of_files()


def test_an_expression_that_is_none_and_an_empty_file_of_keys_are_refused(tmp_path: Path) -> None:
    with pytest.raises(HaError, match="no JMESPath"):
        Selection(undo=("price =",)).rules_of_files()
    empty = tmp_path / "empty.txt"
    empty.write_text("# nothing\n")
    with pytest.raises(HaError, match="names no key"):
        Selection(undo_all=True, only_keys=empty).rules_of_files()


def test_a_selection_says_in_words_what_it_does() -> None:
    words = Selection(undo=("new.price == '0'",), undo_writer=("shop:9",), until=AT).describe(AT)
    assert words == (
        "to 2026-05-01T10:00:00Z; undo new.price == '0'; undo writer shop:9; until 2026-05-01T10:00:00Z"
    )


def test_a_log_of_erasures_is_heeded_unless_somebody_says_that_there_is_none() -> None:
    def clients(_service: str, _region: str) -> Any:
        return None

    assert isinstance(erasures_of(clients, "us-east-1", "erasures", without=False), ErasureLog)
    assert isinstance(erasures_of(clients, "us-east-1", None, without=True), NoErasures)
    with pytest.raises(HaError, match="No log of erasures"):
        erasures_of(clients, "us-east-1", None, without=False)


def test_an_item_tells_when_it_was_written_or_nothing() -> None:
    assert written_at({"updated_at": {"S": "2026-05-01T10:00:00.700Z"}}, STAMPS) == AT
    assert written_at({"updated_at": {"S": "soon"}}, STAMPS) is None
    assert written_at(None, STAMPS) is None


class TableAlreadyExistsException(Exception):  # noqa: N818 - AWS's name
    """A table of the name is there."""


class Restoring:
    """A DynamoDB client whose restore takes three looks."""

    class exceptions:  # noqa: N801 - as botocore names it
        TableAlreadyExistsException = TableAlreadyExistsException

    def __init__(
        self, restored_at: datetime | None, *, exists: bool = False, source: str = "products"
    ) -> None:
        self.looks, self.asked, self._exists = 0, dict[str, Any](), exists
        self._restored_at, self._source = (
            restored_at,
            f"arn:aws:dynamodb:us-east-1:111111111111:table/{source}",
        )

    def restore_table_to_point_in_time(self, **arguments: Any) -> None:
        self.asked = arguments
        if self._exists:
            raise TableAlreadyExistsException

    def describe_table(self, TableName: str) -> Any:  # noqa: N803
        self.looks += 1
        return {
            "Table": {
                "TableName": TableName,
                "TableStatus": "ACTIVE" if self.looks > 3 else "CREATING",
                "RestoreSummary": {"RestoreDateTime": self._restored_at, "SourceTableArn": self._source},
            }
        }


def test_a_restore_is_waited_for_and_has_no_indexes() -> None:
    client, slept = Restoring(datetime.fromtimestamp(AT, UTC)), list[float]()
    table = Restoration(client, clock=lambda: 0.0, sleep=slept.append).restore("products", AT, "copy")
    assert (table.name, len(slept)) == ("copy", 3)
    assert client.asked["RestoreDateTime"] == datetime.fromtimestamp(AT, UTC)
    assert client.asked["GlobalSecondaryIndexOverride"] == []


def test_a_restore_that_is_there_already_is_used_if_it_is_of_that_moment() -> None:
    there = Restoring(datetime.fromtimestamp(AT, UTC), exists=True)
    assert Restoration(there, sleep=lambda _: None).restore("products", AT, "copy").name == "copy"


@pytest.mark.parametrize(
    "there",
    [
        Restoring(datetime.fromtimestamp(AT + 60, UTC), exists=True),
        Restoring(datetime.fromtimestamp(AT, UTC), exists=True, source="orders"),
        Restoring(None, exists=True),
    ],
)
def test_a_table_that_is_no_such_restore_is_neither_used_nor_touched(there: Restoring) -> None:
    with pytest.raises(HaError, match="is no restore of products"):
        Restoration(there, sleep=lambda _: None).restore("products", AT, "copy")


def test_a_restore_that_never_ends_is_given_up() -> None:
    passing = iter(range(0, 10**9, 10**6))
    client = Restoring(datetime.fromtimestamp(AT, UTC))
    with pytest.raises(HaError, match="still being restored"):
        Restoration(client, clock=lambda: float(next(passing)), sleep=lambda _: None).restore(
            "products", AT, "copy"
        )
