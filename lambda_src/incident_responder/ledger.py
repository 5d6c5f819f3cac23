"""Which version an alias serves since when, and which one it can go back to.

Lambda tells neither when an alias was moved nor where it pointed before, and the version before by number
may be one that was taken back. So the responder looks once a minute and keeps what it sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Served:
    """What an alias serves. `stable`: the version before it that proved itself, None if there is none."""

    version: str
    since: datetime
    stable: str | None = None


def followed(known: Served | None, version: str, now: datetime, stable_after: timedelta) -> Served:
    """Return what is known after the alias was seen to serve `version` now.

    A version that served for `stable_after` has proved itself. One that was put in the place of a later
    version was gone back to, by whomever: it is trusted, and the later one is not.
    """
    if known is None:
        return Served(version, now)
    if version == known.version:
        return known
    if is_earlier(version, known.version):
        return Served(version, now, stable=version)
    proved_itself = now - known.since >= stable_after
    return Served(version, now, known.version if proved_itself else known.stable)


def is_earlier(version: str, than: str) -> bool:
    """Whether a version was published before another; Lambda numbers them upwards."""
    return version.isdigit() and than.isdigit() and int(version) < int(than)
