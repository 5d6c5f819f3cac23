"""Calls to AWS within a playbook."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from incident_responder.decisions import PlaybookError


@contextmanager
def aws_errors_as(message: str) -> Iterator[None]:
    """Turn a failed call inside the block into a PlaybookError with AWS's own words."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise PlaybookError(f"{message}: {error}") from error
