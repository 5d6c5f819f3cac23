"""Every incident is replayed, whatever came of the one before; what went wrong is named at the end."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from click.testing import CliRunner
from rich.console import Console

from techmoda_ha.cli import main
from techmoda_ha.errors import HaError, ViolationError
from techmoda_ha.incidents import STEPS, Step, replay

THREE = [Step("One", ("drill", "one")), Step("Two", ("drill", "two")), Step("Three", ("drill", "three"))]


def replayed(*statuses: int) -> list[str]:
    """Replay three steps that end with these statuses; return what was run."""
    ran: list[str] = []
    answers = iter(statuses)

    def run(arguments: Sequence[str]) -> int:
        ran.append(" ".join(arguments))
        return next(answers)

    replay(Console(quiet=True), THREE, run)
    return ran


def test_every_incident_is_replayed_in_its_order() -> None:
    assert replayed(0, 0, 0) == ["drill one", "drill two", "drill three"]


def test_a_missed_objective_is_named_after_the_last_incident() -> None:
    with pytest.raises(ViolationError, match="ha drill one, ha drill three") as raised:
        replayed(1, 0, 1)
    assert raised.value.exit_code == 1


def test_an_incident_that_could_not_be_replayed_weighs_more_than_a_missed_objective() -> None:
    with pytest.raises(HaError, match=r"Not run to its end: ha drill two\.") as raised:
        replayed(1, 2, 0)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_step_is_a_command_that_exists(step: Step) -> None:
    answer = CliRunner().invoke(main, [*step.arguments, "--help"])
    assert answer.exit_code == 0, answer.output
