"""What a fill is given while the server runs: settings, clients and the state of the regions."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from local_aws.faults import Faults
from local_aws.settings import SECRET_ACCESS_KEY, Settings


@dataclass(frozen=True)
class Context:
    """The running server as a fill sees it."""

    settings: Settings
    faults: Faults

    def client(self, service: str, region: str) -> Any:
        """A boto3 client of the local AWS, as the account's root. It blocks, so a tick must not call it."""
        import boto3
        from botocore.config import Config

        make_client: Callable[..., Any] = boto3.client
        return make_client(
            service,
            region_name=region,
            endpoint_url=self.settings.endpoint_url,
            aws_access_key_id=self.settings.account_id,
            aws_secret_access_key=SECRET_ACCESS_KEY,
            config=Config(retries={"max_attempts": 1}, connect_timeout=2, read_timeout=20),
        )

    @contextlib.contextmanager
    def acting_in(self, region: str) -> Iterator[None]:
        """Make MiniStack's own stores, which depend on the caller, those of the account in that region."""
        from ministack.core.responses import request_scope

        with request_scope(self.settings.account_id, region):
            yield
