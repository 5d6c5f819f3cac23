"""The series in a run's `details`, recognised by their form, so that any drill's are drawn.

Three forms are known, each a list of entries with `second` (since the run began):
    requests  {"second", "ok", "failed", "regions": {region: count}}   what clients saw in that second
    states    {"second", "value": text}                                what changes, such as a DNS answer
    figures   {"second", name: number, …}                              numbers over time, such as latencies
A list whose name ends in `_units` tells a capacity at each change, which holds until the next.
A mapping of names to such lists is one series for each name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True)
class SecondOfRequests:
    """What clients saw in one second; `regions` counts who answered."""

    second: float
    ok: int
    failed: int
    regions: Mapping[str, int]


@dataclass(frozen=True)
class State:
    """A value that held from one second to another."""

    start: float
    end: float
    value: str


@dataclass(frozen=True)
class Series:
    """All series of one run, by name."""

    requests: Sequence[SecondOfRequests]
    states: Mapping[str, Sequence[State]]
    figures: Mapping[str, Sequence[tuple[float, float]]]

    @property
    def regions(self) -> list[str]:
        """Return every region that answered, in the order of appearance."""
        return list(dict.fromkeys(region for one in self.requests for region in one.regions))


def find_series(details: Mapping[str, Any]) -> Series:
    """Return every series that the details hold."""
    requests: list[SecondOfRequests] = []
    states: dict[str, Sequence[State]] = {}
    figures: dict[str, Sequence[tuple[float, float]]] = {}
    for name, entries in _lists(details):
        first = entries[0]
        if {"ok", "failed"} <= first.keys():
            requests = requests or [
                SecondOfRequests(
                    float(one["second"]), int(one["ok"]), int(one["failed"]), one.get("regions", {})
                )
                for one in entries
            ]
        elif isinstance(first.get("value"), str):
            states[name] = _states(entries)
        else:
            figures |= dict(_figures(name, entries))
    return Series(requests, states, figures)


def _lists(details: Mapping[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for name, value in details.items():
        if isinstance(value, Mapping):
            for key, inner in value.items():
                if _is_series(inner):
                    yield f"{name} {key}", inner
        elif _is_series(value):
            yield name, value


def _is_series(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and isinstance(one.get("second"), int | float) for one in value)
    )


def _states(entries: Sequence[Mapping[str, Any]]) -> list[State]:
    """Return the spans between changes; the last entry only says how long the last value held."""
    spans: list[State] = []
    for this, following in pairwise(entries):
        start, end, value = float(this["second"]), float(following["second"]), str(this["value"])
        if spans and spans[-1].value == value:
            spans[-1] = State(spans[-1].start, end, value)
        else:
            spans.append(State(start, end, value))
    if len(entries) == 1 or entries[-1]["value"] != entries[-2]["value"]:
        at = float(entries[-1]["second"])
        spans.append(State(at, at, str(entries[-1]["value"])))
    return spans


def _figures(
    name: str, entries: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, Sequence[tuple[float, float]]]]:
    keys = dict.fromkeys(
        key
        for one in entries
        for key, value in one.items()
        if key != "second" and isinstance(value, int | float) and not isinstance(value, bool)
    )
    for key in keys:
        points = [
            (float(one["second"]), float(one[key]))
            for one in entries
            if isinstance(one.get(key), int | float)
        ]
        yield (name if key == "value" else f"{name} {key}"), points
