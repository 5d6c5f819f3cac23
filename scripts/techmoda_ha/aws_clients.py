"""AWS clients made of a process's variables, each bound to one region; nothing is kept between calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from techmoda_ha.errors import HaError

CONNECT_TIMEOUT_SECONDS = 3
READ_TIMEOUT_SECONDS = 5
ATTEMPTS = 3


@dataclass(frozen=True)
class AwsClients:
    """Makes clients from AWS_* variables: endpoint and credentials, or the ambient ones where unset.

    Their patience is short (3 attempts of 3 s to connect and 5 s to answer): whoever asks during an
    outage must soon be told. Long work that meets throttling asks for more `attempts`; who calls something
    that takes its time, and must not be called twice, for a longer `answer_seconds` and one attempt.
    """

    variables: Mapping[str, str]
    attempts: int = ATTEMPTS
    answer_seconds: float = READ_TIMEOUT_SECONDS

    def __call__(self, service: str, region: str) -> Any:
        """Return a client of the service in the region."""
        session = boto3.Session(
            aws_access_key_id=self.variables.get("AWS_ACCESS_KEY_ID"),
            aws_secret_access_key=self.variables.get("AWS_SECRET_ACCESS_KEY"),
            aws_session_token=self.variables.get("AWS_SESSION_TOKEN"),
        )
        config = Config(
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            read_timeout=self.answer_seconds,
            retries={"mode": "standard", "total_max_attempts": self.attempts},
        )
        make: Any = session.client
        return make(
            service,
            region_name=region,
            endpoint_url=self.variables.get("AWS_ENDPOINT_URL"),
            config=config,
        )


@contextmanager
def aws_errors_as(message: str, next_step: str) -> Iterator[None]:
    """Turn any failure of an AWS call inside the block into an HaError with AWS's own words as detail."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise HaError(message, next_step, detail=str(error)) from error
