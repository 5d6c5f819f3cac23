"""Waivers: violations that somebody answers for, until a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from techmoda_ha.errors import HaError
from techmoda_ha.plan.judging import RULES, Judgement
from techmoda_ha.plan.model import Role

NEXT_STEP = "Each waiver has: rule, environment, address, reason, owner, expires (a date)."


@dataclass(frozen=True)
class Waiver:
    """One waiver: which rule may be broken where, why, who answers for it, and its last day."""

    rule: str
    environment: Role
    address: str
    reason: str
    owner: str
    expires: date

    def covers(self, rule: str, judgement: Judgement) -> bool:
        """Tell whether a violation is the one that this waiver names."""
        return (rule, judgement.role, judgement.address) == (self.rule, self.environment, self.address)

    def is_over(self, today: date) -> bool:
        """Tell whether its last day has passed."""
        return self.expires < today

    def __str__(self) -> str:
        return (
            f"{self.rule} at {self.address} in envs/{self.environment} ({self.owner}, until {self.expires})"
        )


def read_waivers(document: Any) -> tuple[Waiver, ...]:
    """Return the waivers of a parsed waivers.yaml, none for an empty one; raise HaError when it is wrong."""
    if document is None:
        return ()
    if not isinstance(document, dict) or not isinstance(document.get("waivers"), list):
        raise HaError("The waivers file has no list named waivers.", NEXT_STEP)
    waivers = tuple(_waiver(entry) for entry in document["waivers"])
    places = [(waiver.rule, waiver.environment, waiver.address) for waiver in waivers]
    if doubles := {place for place in places if places.count(place) > 1}:
        raise HaError(f"More than one waiver for {min(doubles)}.", "Keep one of them.")
    return waivers


def _waiver(entry: Any) -> Waiver:
    names = {field.name for field in fields(Waiver)}
    if not isinstance(entry, dict) or entry.keys() != names:
        raise HaError(f"A waiver is not whole, or has more than it should: {entry!r}", NEXT_STEP)
    if entry["rule"] not in RULES:
        raise HaError(f"A waiver names the rule {entry['rule']!r}, which does not exist.", "See: ha rules")
    texts = [entry["address"], entry["reason"], entry["owner"]]
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise HaError(f"A waiver's address, reason or owner is empty: {entry!r}", NEXT_STEP)
    if type(entry["expires"]) is not date or entry["environment"] not in set(Role):
        raise HaError(f"A waiver's environment or date of expiry is wrong: {entry!r}", NEXT_STEP)
    return Waiver(**{**entry, "environment": Role(entry["environment"])})


def complaints(waivers: Sequence[Waiver], used: set[Waiver], judged: set[Role], today: date) -> list[str]:
    """Return in words what is wrong with the waivers: expired ones, and those that waive nothing any more.

    A waiver of an environment that was not judged says nothing yet.
    """
    expired = [f"Expired: {waiver}" for waiver in waivers if waiver.is_over(today)]
    unused = [
        f"Waives nothing any more: {waiver}"
        for waiver in waivers
        if waiver not in used and waiver.environment in judged and not waiver.is_over(today)
    ]
    return expired + unused
