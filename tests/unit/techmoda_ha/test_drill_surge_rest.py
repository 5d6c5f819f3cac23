"""The surge drill begins on a table at rest: autoscaling that answers an earlier load would scale it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.techmoda_ha import drill_kit

from techmoda_ha.drills.surge.drill import COUNTING_SECONDS, REST_SECONDS, SurgeDrill
from techmoda_ha.drills.surge.plan import SurgePlan
from techmoda_ha.errors import HaError


@dataclass
class Ground:
    """A ground whose autoscaling alarm fires until that moment."""

    clock: Any
    until: float

    def firing(self) -> set[str]:
        high = {"table_read AlarmHigh"} if self.clock() < self.until else set()
        return {"another alarm", "table_read AlarmLow"} | high

    def capacities(self) -> dict[str, float]:
        return {}


class Drill(SurgeDrill):
    """A drill that only says when it would begin to change something."""

    began: float | None = None

    def _fill_catalogue(self) -> None:
        self.began = self.stage.clock()
        raise InterruptedError


STARTED = datetime(2026, 1, 1, 12, 0, 45, tzinfo=UTC)
NEXT_MINUTE = 15 + COUNTING_SECONDS


def drill(folder: Path, busy_until: float) -> tuple[Drill, list[str]]:
    stage, said = drill_kit.make_stage(folder), list[str]()
    ground: Any = Ground(stage.clock, busy_until)
    unused: Any = None
    made = Drill(
        stage, ground, SurgePlan(), load=unused, reality=unused, workload=unused, objectives=unused,
        say=said.append,
    )  # fmt: skip
    made.started_at = STARTED
    return made, said


def test_it_begins_once_the_minute_of_what_ran_before_is_counted(tmp_path: Path) -> None:
    made, said = drill(tmp_path, 0)
    with pytest.raises(InterruptedError):
        made.prepare()
    assert made.began == NEXT_MINUTE
    assert "in 17 s" in said[0]


def test_it_waits_for_the_alarms_of_an_earlier_load_and_says_so(tmp_path: Path) -> None:
    made, said = drill(tmp_path, 90)
    with pytest.raises(InterruptedError):
        made.prepare()
    assert made.began == pytest.approx(90, abs=2)
    assert "answers an earlier load" in said[1]
    assert "at rest" in said[2]


def test_it_touches_nothing_while_the_table_stays_busy(tmp_path: Path) -> None:
    made, _said = drill(tmp_path, REST_SECONDS * 2)
    with pytest.raises(HaError, match="still scales the table out after 300 s"):
        made.prepare()
    assert made.began is None
