"""Which regions are cut off at present, and how."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Mode(StrEnum):
    """How a region fails.

    reset: the connection is closed without an answer. hang: nothing is answered until the caller gives
    up. unavailable: 503 at once.
    """

    RESET = "reset"
    HANG = "hang"
    UNAVAILABLE = "unavailable"


class UnknownRegionError(ValueError):
    """The region is not one that the local AWS serves."""


class Faults:
    """The regions' faults. Lives in the server's event loop."""

    def __init__(self, regions: Iterable[str]) -> None:
        self._modes: dict[str, Mode | None] = dict.fromkeys(regions)

    def set(self, region: str, mode: Mode | None) -> None:
        """Cut the region off, or heal it with None. Raises UnknownRegionError."""
        if region not in self._modes:
            raise UnknownRegionError(f"region {region} is not served; served: {', '.join(self._modes)}")
        self._modes[region] = mode

    def mode(self, region: str) -> Mode | None:
        """How the region fails, or None when it is up or unknown."""
        return self._modes.get(region)

    def is_up(self, region: str) -> bool:
        """Whether the region answers."""
        return self.mode(region) is None

    def as_dict(self) -> dict[str, str]:
        """Region → mode, or "up"."""
        return {region: str(mode) if mode else "up" for region, mode in self._modes.items()}
