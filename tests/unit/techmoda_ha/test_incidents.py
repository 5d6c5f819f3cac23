"""The three incidents are replayed one after the other, and none keeps the next one from its turn."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from click.testing import CliRunner
from rich.console import Console

from techmoda_ha.cli import main
from techmoda_ha.errors import HaError, ViolationError
from techmoda_ha.incidents import STEPS, replay

QUIET = Console(file=io.StringIO())


class Drills:
    """Stands in for `ha`: remembers what was run, and ends as told."""

    def __init__(self, **statuses: int) -> None:
        self.statuses, self.run_so_far = statuses, list[str]()

    def __call__(self, arguments: Sequence[str]) -> int:
        self.run_so_far.append(" ".join(arguments))
        return self.statuses.get(arguments[-1].replace("-", "_"), 0)


def test_every_step_is_run_in_order_with_the_three_drills_at_its_end() -> None:
    drills = Drills()
    replay(QUIET, run=drills)
    assert drills.run_so_far == [
        "validate",
        "capacity",
        "drill surge",
        "drill region-outage",
        "drill data-corruption",
    ]


def test_a_drill_that_misses_its_objective_is_named_after_all_have_had_their_turn() -> None:
    drills = Drills(surge=1)
    with pytest.raises(ViolationError, match=r"missed: ha drill surge\.") as failure:
        replay(QUIET, run=drills)
    assert failure.value.exit_code == 1
    assert len(drills.run_so_far) == len(STEPS)


def test_a_drill_that_broke_off_outweighs_one_that_missed_its_objective() -> None:
    with pytest.raises(HaError, match=r"Not run to its end: ha drill region-outage\.") as failure:
        replay(QUIET, run=Drills(surge=1, region_outage=2))
    assert failure.value.exit_code == 2


def test_every_step_is_a_command_that_exists() -> None:
    for step in STEPS:
        assert CliRunner().invoke(main, [*step.arguments, "--help"]).exit_code == 0, step.name
