"""The report's two languages: its texts, and how numbers, durations and names of figures are written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from importlib import resources
from typing import Any

import yaml

# (ending of a measurement's name, unit); the first that fits decides.
UNITS = (
    ("_seconds", "s"),
    ("_ms", "ms"),
    ("_milliseconds", "ms"),
    ("_per_second", "/s"),
    ("_percent", "%"),
    ("_share", "share"),
    ("_ratio", "×"),
    ("_usd", "$"),
)


NOTHING = "—"


class Language(StrEnum):
    """The languages that the report is written in."""

    ENGLISH = "en"
    SPANISH = "es"


@dataclass(frozen=True)
class Speaker:
    """Writes texts and figures in one language."""

    language: Language
    texts: Mapping[str, Any]

    @classmethod
    def of(cls, language: Language) -> Speaker:
        """Return the speaker of a language, with the texts of texts/LANGUAGE.yaml."""
        file = resources.files("techmoda_ha.report") / "texts" / f"{language}.yaml"
        return cls(language, yaml.safe_load(file.read_text(encoding="utf-8")))

    def number(self, value: float, digits: int | None = None) -> str:
        """Return a number with the language's separators; by default as many digits as help to judge it."""
        if digits is None:
            digits = 0 if value == int(value) or abs(value) >= 1000 else 1 if abs(value) >= 1 else 2
        text = f"{value:,.{digits}f}"
        if self.language is Language.SPANISH:
            text = text.translate(str.maketrans(",.", ".,"))
        return text

    def exactly(self, value: float | None) -> str:
        """Return a number with all the digits that tell it from a round one, at most four decimals."""
        if value is None:
            return NOTHING
        decimals = f"{value:.4f}".rstrip("0").partition(".")[2]
        return self.number(value, len(decimals))

    def duration(self, seconds: float) -> str:
        """Return a duration in units that tell enough: "0.06 s", "40.0 s", "1 min 48 s", "3 h"."""
        if abs(seconds) < 60:
            fraction = 1 if abs(seconds) >= 1 else 2
            decimals = 0 if seconds == int(seconds) else fraction
            return f"{self.number(seconds, decimals)} s"
        whole = round(seconds)
        hours, rest = divmod(whole, 3600)
        minutes, left = divmod(rest, 60)
        parts = [(hours, "h"), (minutes, "min"), (left, "s")]
        return " ".join(f"{count} {unit}" for count, unit in parts if count)

    def figure(self, name: str, value: float | None) -> str:
        """Return a measurement with its unit, which its name's ending tells; a dash where there is none."""
        if value is None or math.isnan(value):
            return NOTHING
        unit = next((unit for ending, unit in UNITS if name.endswith(ending)), "")
        if unit == "s":
            return self.duration(value)
        if unit == "share":
            return f"{self.number(value * 100)} %"
        if unit == "$":
            return f"${self.number(value, 0 if value >= 100 else 2)}"
        return f"{self.number(value)} {unit}".strip()

    def name_of(self, measurement: str) -> str:
        """Return what a measurement is called: the known name, or its own in words."""
        known = self.texts["measurements"].get(measurement)
        return str(known) if known else in_words(measurement)

    def knows(self, measurement: str) -> bool:
        """Tell whether a measurement has a name in this language."""
        return measurement in self.texts["measurements"]

    def moment(self, moment: datetime) -> str:
        """Return a moment to the minute, in UTC."""
        return f"{moment:%Y-%m-%d %H:%M} UTC"


def in_words(name: str) -> str:
    """Return an identifier as words: "clients_back_seconds" → "Clients back"."""
    for ending, _unit in UNITS:
        name = name.removesuffix(ending)
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]
