"""The health checks that MiniStack's store has now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack.services import route53

from local_aws.health_checks.config import HealthCheck, read


class HealthChecks:
    """The account's health checks by id. One is read again only once it has changed."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._read: dict[str, tuple[Any, HealthCheck]] = {}

    def __call__(self) -> Mapping[str, HealthCheck]:
        """All health checks at present."""
        stored = {
            health_check_id: record["config"]
            for (account_id, health_check_id), record in list(route53._health_checks.to_dict().items())
            if account_id == self._account_id
        }
        # MiniStack puts a new dictionary in place of a configuration at every update, so it tells.
        self._read = {
            health_check_id: known
            if (known := self._read.get(health_check_id)) and known[0] is config
            else (config, read(health_check_id, config))
            for health_check_id, config in stored.items()
        }
        return {health_check_id: check for health_check_id, (_, check) in self._read.items()}
