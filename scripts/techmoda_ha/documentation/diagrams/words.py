"""Labels in both languages, and how wide they are."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from techmoda_ha.report.language import Language

__all__ = ["Language", "Words", "wrapped"]
CHARACTER_WIDTH = 6.4  # pixels of an average character of the 12-pixel sans-serif that browsers choose


@dataclass(frozen=True)
class Words:
    """A label in English and Spanish; without the latter it is the same in both, as a name is."""

    english: str
    spanish: str = ""

    def in_language(self, language: Language) -> str:
        """Return the label in a language."""
        return self.spanish or self.english if language is Language.SPANISH else self.english


def wrapped(text: str, width: float) -> list[str]:
    """Return a text in lines that fit into `width` pixels."""
    return textwrap.wrap(text, max(8, int(width / CHARACTER_WIDTH)), break_long_words=False)
