"""Which regions are cut off at present, and how."""

from __future__ import annotations

import asyncio
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
    """The regions' faults. It belongs to the server's event loop; other threads may only read it."""

    def __init__(self, regions: Iterable[str]) -> None:
        self._modes: dict[str, Mode | None] = dict.fromkeys(regions)
        self._changes = {region: asyncio.Event() for region in self._modes}

    def set(self, region: str, mode: Mode | None) -> None:
        """Cut the region off, or heal it with None. Raises UnknownRegionError."""
        if region not in self._modes:
            raise UnknownRegionError(f"region {region} is not served; served: {', '.join(self._modes)}")
        self._modes[region] = mode
        self._changes[region].set()
        self._changes[region] = asyncio.Event()

    def mode(self, region: str) -> Mode | None:
        """How the region fails, or None when it is up or unknown."""
        return self._modes.get(region)

    def is_up(self, region: str) -> bool:
        """Whether the region answers."""
        return self.mode(region) is None

    def cut(self, regions: Iterable[str]) -> str | None:
        """The first of the regions that is cut off, or None."""
        return next((region for region in regions if not self.is_up(region)), None)

    async def changed(self, region: str) -> None:
        """Return when the region's mode is set the next time."""
        await self._changes[region].wait()

    def as_dict(self) -> dict[str, str]:
        """Region → mode, or "up"."""
        return {region: str(mode) if mode else "up" for region, mode in self._modes.items()}
