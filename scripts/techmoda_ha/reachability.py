"""Whether a region answers at all, asked once and soon, and what its silence looks like in words."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self

import botocore.exceptions
import httpx

from techmoda_ha.aws_clients import AwsClients
from techmoda_ha.errors import HaError

PROBE_SECONDS = 3.0  # An answer takes milliseconds, and across an ocean less than half a second.

# By the first that fits: what a failed connection is called, wherever in the chain of causes it stands.
_WORDS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((ConnectionResetError, BrokenPipeError), "connection reset"),
    ((ConnectionRefusedError,), "connection refused"),
    ((socket.gaierror,), "its name does not resolve"),
    (
        (
            TimeoutError,
            httpx.TimeoutException,
            botocore.exceptions.ConnectTimeoutError,
            botocore.exceptions.ReadTimeoutError,
        ),
        "no answer in time",
    ),
    ((httpx.RemoteProtocolError, botocore.exceptions.ConnectionClosedError), "connection closed"),
)


def silence_in_words(error: BaseException) -> str:
    """Return what kept an answer away: "connection reset" and the like, else the error's own words."""
    chain = list(_chain(error))
    for kinds, words in _WORDS:
        if any(isinstance(one, kinds) for one in chain):
            return words
    return str(error) or type(error).__name__


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__


def silence(ask: Callable[[], object]) -> str:
    """Return why an AWS call got no answer, in words; "" when it got one, be it a refusal."""
    try:
        ask()
    except botocore.exceptions.ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", HTTPStatus.BAD_REQUEST)
        return f"status {status}" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else ""
    except botocore.exceptions.BotoCoreError as error:
        return silence_in_words(error)
    return ""


@dataclass(frozen=True)
class AnsweringClients:
    """Clients of regions that answer; asking for one of a silent region raises HaError.

    Each region is probed once, with short patience: who then makes many calls does not wait for a dead
    region in each of them. `probe` makes the clients that ask; the call needs no permission.
    """

    clients: Callable[[str, str], Any]
    probe: Callable[[str, str], Any]
    _silent: dict[str, str] = field(default_factory=dict)
    _lock: Any = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, variables: Mapping[str, str], answer_seconds: float) -> Self:
        """Return it for a process's variables; `answer_seconds` is the patience with one that answers."""
        return cls(
            AwsClients(variables, answer_seconds=answer_seconds),
            AwsClients(variables, attempts=1, answer_seconds=PROBE_SECONDS),
        )

    def __call__(self, service: str, region: str) -> Any:
        """Return a client of the service in the region. Raises HaError when the region is silent."""
        if why := self.silence_of(region):
            raise HaError(f"{region} does not answer.", "Is the region up? ha local status", detail=why)
        return self.clients(service, region)

    def silence_of(self, region: str) -> str:
        """Return why the region does not answer, in words; "" when it does."""
        with self._lock:  # of several that ask at once, one finds out
            if region not in self._silent:
                ask = self.probe("sts", region).get_caller_identity
                self._silent[region] = silence(ask)
            return self._silent[region]
