"""Plans and undo files: repairs as JSON lines under a header, sealed by a checksum.

A file without its seal, or whose content is not what was sealed, is refused whole before anything is
written. An undo file has the same form: a plan of the inverse repairs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from techmoda_recovery.core.images import dumps, loads
from techmoda_recovery.core.repairs import Repair
from techmoda_recovery.core.stamps import Signature

FORMAT = "techmoda-ha recovery plan 1"


class PlanFileError(Exception):
    """A plan that could not be written, or must not be used: what is the matter, and what to do."""

    def __init__(self, message: str, next_step: str, detail: str = "") -> None:
        super().__init__(message)
        self.message, self.next_step, self.detail = message, next_step, detail


@dataclass(frozen=True)
class Header:
    """What a plan is for. `table_id` is unlike that of every other table that ever was."""

    plan_id: str
    kind: str  # rewind, reconcile or undo
    region: str
    table: str
    table_id: str
    created_at: str  # RFC 3339
    described: str  # which moment and rules it was made with, in words
    format: str = FORMAT

    @property
    def signature(self) -> Signature:
        """Return what its repairs are signed with."""
        return Signature(self.plan_id, self.created_at)


@dataclass(frozen=True)
class Plan:
    """A sealed file of repairs. `counts` are by what the repairs do, and what was left alone and why.

    `gaps` name some of the items that were left alone because their history is not whole.
    """

    file: Path
    header: Header
    counts: Mapping[str, int]
    checksum: str
    gaps: Sequence[str] = ()

    @property
    def size(self) -> int:
        """Return how many repairs it holds."""
        return self.counts["repairs"]

    def repairs(self) -> Iterator[Repair]:
        """Yield all repairs, in their order."""
        with self.file.open(encoding="utf-8") as lines:
            next(lines)
            for _, line in zip(range(self.size), lines, strict=False):
                yield _repair(line)


def write(
    file: Path,
    header: Header,
    repairs: Iterable[Repair],
    left_alone: Mapping[str, int],
    gaps: Sequence[str] = (),
) -> Plan:
    """Write a plan and seal it. `left_alone` and `gaps` are read after the last repair has been taken.

    Only its owner may read it: it holds items. Raises PlanFileError when it cannot be written.
    """
    counts = dict.fromkeys(("repairs", "restored", "recreated", "removed"), 0)
    hashed = hashlib.sha256()
    partial = file.with_suffix(".partial")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
        with partial.open("w", encoding="utf-8") as out:
            _put(out, hashed, dumps(asdict(header)))
            for repair in repairs:
                _put(
                    out,
                    hashed,
                    dumps([repair.key, repair.expected, repair.target, repair.undone, repair.kept]),
                )
                counts["repairs"] += 1
                counts[_kind(repair)] += 1
            counts |= left_alone
            _put(out, hashed, dumps({"counts": counts, "gaps": list(gaps)}))
            out.write(dumps({"sha256": hashed.hexdigest()}) + "\n")
        partial.rename(file)
    except OSError as error:
        raise PlanFileError(
            f"{file} could not be written: {error}", "Free space or rights, then repeat."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return Plan(file, header, counts, hashed.hexdigest(), list(gaps))


def read(file: Path) -> Plan:
    """Return a plan once its seal is found to be whole; raise PlanFileError when it is not."""
    try:
        header, footer, seal, checksum = _scan(file)
        counts, gaps = footer["counts"], footer["gaps"]
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        raise PlanFileError(
            f"{file.name} is no recovery plan or undo file, or not a whole one.",
            "Nothing was written. Use the file as it was made, or make a new plan.",
            detail=str(error),
        ) from error
    if seal != checksum:
        raise PlanFileError(
            f"{file.name} is not what it was when it was sealed: its checksum differs.",
            "Nothing was written. Fetch an unchanged copy, or make a new plan.",
            detail=f"sealed {seal}, found {checksum}",
        )
    return Plan(file, header, counts, checksum, gaps)


def _scan(file: Path) -> tuple[Header, dict[str, Any], str, str]:
    """Return header, the line of counts, the checksum in the last line, and that of all lines before it."""
    hashed = hashlib.sha256()
    last, before = b"", b""
    with file.open("rb") as lines:
        first = next(lines)
        header = json.loads(first)
        if header.get("format") != FORMAT:
            raise ValueError(f"the first line does not say {FORMAT}")
        hashed.update(first)
        for line in lines:
            if last:
                hashed.update(last)
            before, last = last, line
    return Header(**header), json.loads(before), json.loads(last)["sha256"], hashed.hexdigest()


def _put(out: IO[str], hashed: Any, line: str) -> None:
    out.write(line + "\n")
    hashed.update(f"{line}\n".encode())


def _repair(line: str) -> Repair:
    return Repair(*loads(line))


def _kind(repair: Repair) -> str:
    if repair.target is None:
        return "removed"
    return "recreated" if repair.expected is None else "restored"
