"""The rules, one module for each area; importing this package registers them all."""

from techmoda_ha.plan.rules import api, compute, data, failover

__all__ = ["api", "compute", "data", "failover"]
