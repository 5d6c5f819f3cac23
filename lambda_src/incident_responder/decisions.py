"""What a playbook decides, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from incident_responder.incidents import Incident


class PlaybookError(Exception):
    """The playbook could not read how things are, or not do what it decided; the message says why."""


@dataclass(frozen=True, slots=True)
class Done:
    """What an act came to, in a sentence and in figures."""

    summary: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Act:
    """Something is to be changed. `perform` does it and may be called again after a failure of it."""

    summary: str
    perform: Callable[[], Done]
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """People are to be told something; nothing is changed."""

    summary: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leave:
    """Nothing is to be done, and why."""

    summary: str
    details: Mapping[str, Any] = field(default_factory=dict)


Decision = Act | Report | Leave


class Outcome(StrEnum):
    """What came of an incident."""

    ACTED = "acted"
    WOULD_ACT = "would-act"  # dry run
    REPORTED = "reported"
    LEFT = "left"
    LIMITED = "limited"  # it would have acted again too soon, or too often
    FAILED = "failed"
    OVER = "over"  # the incident's end was heard


class Playbook(Protocol):
    """One kind of answer to an incident."""

    @property
    def name(self) -> str:
        """Its name in the table of playbooks."""

    def resource_of(self, incident: Incident) -> str:
        """What it acts on; limits count by playbook and resource."""

    def assess(self, incident: Incident) -> Decision:
        """Read how things are, and decide. Changes nothing. Raises PlaybookError."""
