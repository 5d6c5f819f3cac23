"""Adding up what the segments of a run say."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from techmoda_recovery.core.rules import key_text
from techmoda_recovery.run_folder import RunFolder, compared_name, repaired_name
from techmoda_recovery.runs import Compared, Mode, Repaired, Request, Run, Segment
from techmoda_recovery.writing import Outcome

READERS = 16
LISTED = 50


def report(request: Request, run: Run, folder: RunFolder) -> dict[str, Any]:
    """Keep the report of an execution in the run's folder, and return its figures, which hold no item."""
    counts, outcomes = Counter[str](), Counter[str]()
    parts: list[str] = []
    unrepaired: list[str] = []

    def states(segment: Segment) -> tuple[Compared, Repaired | None]:
        compared = Compared.of(folder.read(compared_name(segment)).content)
        if request.mode is Mode.PLAN:
            return compared, None
        return compared, Repaired.of(folder.read(repaired_name(request.mode, segment)).content)

    with ThreadPoolExecutor(READERS) as pool:
        for compared, repaired in pool.map(states, run.all_segments):
            counts.update(compared.counts)
            parts += compared.parts
            if repaired is not None:
                outcomes.update(repaired.progress.outcomes)
                parts += repaired.later
                unrepaired += [key_text(key) for key in repaired.progress.unrepaired]
    figures = {
        "run": request.run,
        "mode": str(request.mode),
        "counts": dict(counts),
        "outcomes": {name: count for name, count in outcomes.items() if count},
        "changed_meanwhile": outcomes[Outcome.CHANGED],
        "segments": run.segments,
    }
    whole = {**figures, "parts": parts, "unrepaired": unrepaired[:LISTED], "request": request.as_json()}
    return {**figures, "report": folder.put_report(request.mode, whole)}
