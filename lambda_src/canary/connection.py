"""One HTTPS connection to a target, on the standard library alone: nothing to keep up to date."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

# A page that takes longer is lost for a customer; the health check of Route 53 gives up after 4 s + 2 s.
ANSWER_WITHIN_SECONDS = 5.0
MAXIMUM_BODY_BYTES = 1_000_000


class ConnectionFailedError(Exception):
    """The target was not reached or did not answer in time; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection(Protocol):
    """A connection to one target."""

    def get(self, path: str, headers: Mapping[str, str]) -> Answer:
        """Return the answer to GET `path` below the target's URL. Raises ConnectionFailedError."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class HttpsConnection:
    """A connection that verifies the certificate against the system's authorities."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._base_path = parts.path.rstrip("/")
        self._connection = http.client.HTTPSConnection(
            parts.hostname or "",
            parts.port or 443,
            timeout=ANSWER_WITHIN_SECONDS,
            context=ssl.create_default_context(),
        )

    def get(self, path: str, headers: Mapping[str, str]) -> Answer:
        """Return the answer to GET `path` below the target's URL. Raises ConnectionFailedError."""
        try:
            self._connection.request(
                "GET", self._base_path + path, headers={"User-Agent": "techmoda-canary", **headers}
            )
            response = self._connection.getresponse()
            body = response.read(MAXIMUM_BODY_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise ConnectionFailedError(f"{type(error).__name__}: {error}") from error
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, body)

    def close(self) -> None:
        """Close it."""
        self._connection.close()
