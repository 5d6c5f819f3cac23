"""Asking a region once whether it answers, and its silence in words."""

from __future__ import annotations

import socket
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import botocore.exceptions
import httpx
import pytest
from botocore.exceptions import ClientError

from techmoda_ha.errors import HaError
from techmoda_ha.reachability import AnsweringClients, silence, silence_in_words


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def refused(status: int) -> ClientError:
    answer: Any = {"Error": {"Code": "X"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "GetCallerIdentity")


ENDPOINT = {"endpoint_url": "http://127.0.0.1"}


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            caused(httpx.ReadError("[Errno 104] Connection reset by peer"), ConnectionResetError(104, "x")),
            "connection reset",
        ),
        (
            caused(httpx.ConnectError("[Errno 111]"), ConnectionRefusedError(111, "x")),
            "connection refused",
        ),
        (
            caused(httpx.ConnectError("[Errno -2]"), socket.gaierror(-2, "Name or service not known")),
            "its name does not resolve",
        ),
        (httpx.ReadTimeout("The read operation timed out"), "no answer in time"),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), "connection closed"),
        (botocore.exceptions.ReadTimeoutError(**ENDPOINT), "no answer in time"),
        (botocore.exceptions.ConnectTimeoutError(**ENDPOINT), "no answer in time"),
        (botocore.exceptions.ConnectionClosedError(**ENDPOINT), "connection closed"),
        (httpx.ReadError("something else"), "something else"),
        (httpx.ReadError(""), "ReadError"),
    ],
)
def test_silence_is_told_in_words_and_not_in_numbers(error: Exception, words: str) -> None:
    assert silence_in_words(error) == words


class Region:
    """An STS that answers, refuses or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def get_caller_identity(self) -> dict[str, str]:
        """Answer who asks."""
        if self.error:
            raise self.error
        return {}


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (None, ""),
        (refused(403), ""),
        (refused(503), "status 503"),
        (botocore.exceptions.ReadTimeoutError(**ENDPOINT), "no answer in time"),
    ],
)
def test_a_refusal_is_an_answer_and_a_failing_service_is_none(error: Exception | None, why: str) -> None:
    assert silence(Region(error).get_caller_identity) == why


class Probes:
    """Probes that count how often each region was asked."""

    def __init__(self, silent: str) -> None:
        self.silent, self.asked = silent, Counter[str]()

    def __call__(self, _service: str, region: str) -> Region:
        self.asked[region] += 1
        return Region(refused(503) if region == self.silent else None)


def test_a_silent_region_is_asked_once_and_said_by_name_to_everybody() -> None:
    probes = Probes("us-east-1")
    clients = AnsweringClients(lambda service, region: (service, region), probes)

    def ask(region: str) -> Any:
        try:
            return clients("cloudwatch", region)
        except HaError as error:
            return error.message, error.detail

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(ask, ["us-east-1", "us-west-2"] * 8))
    assert answers == {("us-east-1 does not answer.", "status 503"), ("cloudwatch", "us-west-2")}
    assert probes.asked == {"us-east-1": 1, "us-west-2": 1}
