"""Which of the record sets of one name and type Route 53 answers with.

Contract: the Route 53 developer guide, "Choosing a routing policy" and "How Amazon Route 53 chooses
records when health checking is configured", and ResourceRecordSet in its API Reference. Where a policy
goes by the client's place, every client is taken to be nowhere in particular: a geolocation or IP-based
record answers when it is for all other places, and latency is the same to every region.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from local_aws.dns.records import DEFAULT_LOCATION, RecordSet

MULTIVALUE_ANSWERS = 8
"""How many multivalue records one answer holds at most."""

IsHealthy = Callable[[RecordSet], bool]


def choose(group: Sequence[RecordSet], is_healthy: IsHealthy, chance: random.Random) -> Sequence[RecordSet]:
    """The record sets to answer with: one, several of the multivalue policy, or none."""
    first = group[0]
    if first.failover:
        return _failover(group, is_healthy)
    if first.weight is not None:
        return _weighted(group, is_healthy, chance)
    if first.multivalue:
        candidates = _healthy_or_all(group, is_healthy)
        return chance.sample(candidates, min(len(candidates), MULTIVALUE_ANSWERS))
    if first.location:
        group = [record for record in group if record.location == DEFAULT_LOCATION]
    return _healthy_or_all(group, is_healthy)[:1]


def _failover(group: Sequence[RecordSet], is_healthy: IsHealthy) -> Sequence[RecordSet]:
    """The primary, unless only the secondary is healthy."""
    primary = [record for record in group if record.failover == "PRIMARY"]
    secondary = [record for record in group if record.failover == "SECONDARY"]
    in_order = primary + secondary
    return ([record for record in in_order if is_healthy(record)] or in_order)[:1]


def _weighted(
    group: Sequence[RecordSet], is_healthy: IsHealthy, chance: random.Random
) -> Sequence[RecordSet]:
    """A healthy record by weight. Weight 0 counts only while no record with a weight is healthy."""
    weighted = [record for record in group if record.weight]
    healthy = [record for record in weighted if is_healthy(record)]
    healthy = healthy or [record for record in group if not record.weight and is_healthy(record)]
    candidates = healthy or weighted or list(group)
    weights = [record.weight or 0 for record in candidates]
    return chance.choices(candidates, weights if any(weights) else None)


def _healthy_or_all(group: Sequence[RecordSet], is_healthy: IsHealthy) -> list[RecordSet]:
    """The healthy ones; all when none is, as an answer is needed all the same."""
    return [record for record in group if is_healthy(record)] or list(group)
