"""What is known of an alias after each look at it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incident_responder.ledger import Served, followed, is_earlier

START = datetime(2025, 11, 28, 10, 0, tzinfo=UTC)
STABLE_AFTER = timedelta(minutes=10)


def history(*looks: tuple[int, str]) -> Served:
    """Return what is known after looks at (minute, version)."""
    known: Served | None = None
    for minute, version in looks:
        known = followed(known, version, START + timedelta(minutes=minute), STABLE_AFTER)
    assert known is not None
    return known


@pytest.mark.parametrize(
    ("looks", "version", "since", "stable"),
    [
        pytest.param([(0, "1")], "1", 0, None, id="nothing is known before the first look"),
        pytest.param([(0, "1"), (20, "1")], "1", 0, None, id="an alias that stays changes nothing"),
        pytest.param([(0, "1"), (10, "2")], "2", 10, "1", id="a version that served long enough is stable"),
        pytest.param([(0, "1"), (9, "2")], "2", 9, None, id="one that did not is none to go back to"),
        pytest.param(
            [(0, "1"), (10, "2"), (12, "3")], "3", 12, "1", id="two deployments in a row keep the stable one"
        ),
        pytest.param([(0, "1"), (10, "2"), (12, "1")], "1", 12, "1", id="what was gone back to is trusted"),
        pytest.param(
            [(0, "1"), (10, "2"), (30, "1"), (31, "3")],
            "3",
            31,
            "1",
            id="and what was gone back from never again",
        ),
    ],
)
def test_the_ledger_follows_an_alias(
    looks: list[tuple[int, str]], version: str, since: int, stable: str | None
) -> None:
    assert history(*looks) == Served(version, START + timedelta(minutes=since), stable)


@pytest.mark.parametrize(
    ("version", "than", "earlier"), [("9", "10", True), ("10", "9", False), ("7", "7", False)]
)
def test_versions_are_numbers(version: str, than: str, earlier: bool) -> None:
    assert is_earlier(version, than) is earlier


def test_latest_is_no_version_to_compare() -> None:
    assert not is_earlier("7", "$LATEST")
    assert not is_earlier("$LATEST", "7")
