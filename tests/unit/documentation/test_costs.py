"""The page of costs is arithmetic over dated prices, and says where each figure comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from tests.unit.documentation.markdown import ROOT

from techmoda_ha.capacity.configuration import SEED, Case
from techmoda_ha.capacity.profiles import Profile
from techmoda_ha.cli import main
from techmoda_ha.documentation.costs import Line, availabilities, lines_of, page, simulated
from techmoda_ha.errors import HaError

PRICES: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "prices.yaml").read_text())
LEVELS = {"api_gateway": 99.95, "lambda": 99.95, "dynamodb": 99.99, "dynamodb_global": 99.999}


RESULTS = simulated(Case(SEED, 1.0), lambda rate: Profile("hour", "A part of a day", (rate,) * 600))


def dollars(lines: list[Line], what: str) -> dict[int, float]:
    return dict(next(line.dollars for line in lines if line.what == what))


def test_fixed_costs_are_price_by_quantity_and_do_not_grow() -> None:
    two, one = lines_of(RESULTS, PRICES, 2), lines_of(RESULTS, PRICES, 1)
    assert dollars(two, "KMS keys") == {1: 17.0, 10: 17.0}
    assert dollars(one, "KMS keys") == {1: 8.0, 10: 8.0}


def test_costs_of_requests_grow_with_them() -> None:
    lines = lines_of(RESULTS, PRICES, 2)
    for what in ("API Gateway", "Firewall, by request", "Logs"):
        once, tenfold = dollars(lines, what)[1], dollars(lines, what)[10]
        assert tenfold == pytest.approx(10 * once, rel=0.01), what
        assert once > 0


def test_a_second_region_costs_more_than_one() -> None:
    both = [sum(one.dollars[1] for one in lines_of(RESULTS, PRICES, regions)) for regions in (1, 2)]
    assert both[1] > both[0]


def test_service_levels_multiply_and_copies_add_nines() -> None:
    single, double = availabilities(LEVELS)
    assert single == pytest.approx(0.9995**2 * 0.9999)
    assert 0.99998 < double < 0.99999


@pytest.mark.parametrize("missing", ["fixed", "by_gigabyte", "logs"])
def test_prices_that_lack_something_are_refused(missing: str) -> None:
    with pytest.raises(HaError, match="lacks or has wrong"):
        lines_of(RESULTS, {key: value for key, value in PRICES.items() if key != missing}, 2)


def test_every_price_names_its_source_and_what_was_counted() -> None:
    entries = [*PRICES["fixed"], *PRICES["by_gigabyte"]]
    assert all(one["source"] in {"infracost", "pages"} and one["counted"] for one in entries)


def test_another_price_makes_another_page() -> None:
    dearer = {**PRICES, "assumed_gigabytes": 1000}
    assert page(RESULTS, PRICES, LEVELS) != page(RESULTS, dearer, LEVELS)


def test_the_page_is_what_prices_and_limits_give(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HA_BUILD_DIR", str(tmp_path))
    ended = CliRunner().invoke(main, ["docs", "costs", "--check"])
    assert ended.exit_code == 0, ended.output
