"""Plans and undo files, for the command line: what is wrong with one is told in its words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from techmoda_ha.errors import HaError
from techmoda_recovery import plan_files
from techmoda_recovery.core.repairs import Repair
from techmoda_recovery.plan_files import Header, Plan, PlanFileError


def write(
    file: Path,
    header: Header,
    repairs: Iterable[Repair],
    left_alone: Mapping[str, int],
    gaps: Sequence[str] = (),
) -> Plan:
    """Write a plan and seal it; see `plan_files.write`. Raises HaError when it cannot be written."""
    with _plan_errors():
        return plan_files.write(file, header, repairs, left_alone, gaps)


def read(file: Path) -> Plan:
    """Return a plan once its seal is found to be whole; raise HaError when it is not."""
    with _plan_errors():
        return plan_files.read(file)


@contextmanager
def _plan_errors() -> Iterator[None]:
    try:
        yield
    except PlanFileError as error:
        raise HaError(error.message, error.next_step, detail=error.detail) from error
