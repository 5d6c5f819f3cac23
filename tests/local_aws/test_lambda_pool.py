"""Which environment an invocation gets, without processes: the environments here only say how they are."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pytest
from ministack.core import lambda_runtime

from local_aws.fills import lambda_pool
from local_aws.fills.lambda_pool import Pool

CONFIG = {"FunctionName": "products"}


@dataclass
class Environment:
    """A worker as the pool sees it."""

    in_use: bool
    ready: bool = True
    last_used: float = 0.0


@pytest.fixture
def environments(monkeypatch: pytest.MonkeyPatch) -> list[Environment]:
    """The environments of the one version that there is; starting another one adds it."""
    there: list[Environment] = []
    monkeypatch.setattr(lambda_runtime, "_worker_key", lambda *_: "products")
    monkeypatch.setattr(lambda_runtime, "_workers", {"products": there})

    def add(*_: Any) -> Environment:
        there.append(Environment(in_use=True, ready=False))
        return there[-1]

    monkeypatch.setattr(lambda_pool, "_added", add)
    return there


def test_an_idle_environment_is_taken_at_once(environments: list[Environment]) -> None:
    environments += [Environment(in_use=True), Environment(in_use=False)]
    lease = Pool().lease(CONFIG, b"")
    assert lease.worker is environments[1]
    assert not lease.starts


@pytest.mark.parametrize(
    ("busy", "patience", "crowded_patience", "waits"),
    [(0, 90, 90, 0), (1, 0.01, 90, 0.01), (3, 90, 0.4, 0.4)],
)
def test_the_more_environments_there_are_the_longer_an_invocation_waits_for_one(
    environments: list[Environment], busy: int, patience: float, crowded_patience: float, waits: float
) -> None:
    environments += [Environment(in_use=True) for _ in range(busy)]
    pool = Pool(patience=patience, crowded=3, crowded_patience=crowded_patience)
    began = time.monotonic()
    assert pool.lease(CONFIG, b"").starts
    assert waits <= time.monotonic() - began < 60
    assert len(environments) == busy + 1
