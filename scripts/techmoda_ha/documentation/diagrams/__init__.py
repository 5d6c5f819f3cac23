"""The diagrams of docs/diagrams, drawn here so that they can be changed like code and compared by a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from techmoda_ha.documentation.diagrams.architecture import architecture
from techmoda_ha.documentation.diagrams.failover import FAILOVER
from techmoda_ha.documentation.diagrams.rewind import REWIND
from techmoda_ha.documentation.diagrams.sequence import draw_sequence
from techmoda_ha.documentation.diagrams.words import Language

FOLDER = Path("docs") / "diagrams"


def diagrams() -> Iterator[tuple[Path, str]]:
    """Yield the path of every diagram, from the repository's root, with its SVG."""
    for language in Language:
        ending = "" if language is Language.ENGLISH else f".{language}"
        yield FOLDER / f"architecture{ending}.svg", architecture(language)
        for name, story in (("failover", FAILOVER), ("rewind", REWIND)):
            yield FOLDER / f"{name}{ending}.svg", draw_sequence(name, story, language)
