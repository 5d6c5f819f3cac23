"""The environments as they are keep every rule, and still do when they are only written differently."""

from __future__ import annotations

from techmoda_ha.plan.engine import Findings


def test_both_environments_break_no_rule(unchanged: Findings) -> None:
    assert {f"{rule} {env} {address}" for rule, env, address in unchanged.places} == set()
