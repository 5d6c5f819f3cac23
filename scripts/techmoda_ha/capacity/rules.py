"""What AWS promises about capacity, each figure with its source; `SOURCES` lists them for the report.

A figure that AWS does not publish is marked as an assumption; the model errs towards more throttles there.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One rule: what it says, and where that is written. `assumed` figures are ours."""

    about: str
    says: str
    source: str
    assumed: bool = False


# DynamoDB, provisioned
BURST_SECONDS = 300
TRACKING_OUT_MINUTES = 2
TRACKING_IN_MINUTES = 15
TRACKING_IN_POINTS_BELOW = 0.20
TRACKING_DELAY_SECONDS = 90
FREE_DECREASES_A_DAY = 4
SECONDS_BETWEEN_FURTHER_DECREASES = 3600
PARTITION_READ_UNITS = 3000
PARTITION_WRITE_UNITS = 1000

# DynamoDB, on demand
ON_DEMAND_START_READ = 12_000
ON_DEMAND_START_WRITE = 4_000
ON_DEMAND_WINDOW_SECONDS = 1800
ON_DEMAND_GROWTH = 2

# Lambda
SCALING_ENVIRONMENTS = 1000
SCALING_SECONDS = 10
IDLE_ENVIRONMENT_SECONDS = 300
PROVISIONED_OUT_MINUTES = 3
PROVISIONED_IN_FACTOR = 0.9
COLD_START_SECONDS = 1.2
UNRESERVED_CONCURRENCY = 100

# API Gateway and WAF
ACCOUNT_RATE = 10_000
ACCOUNT_BURST = 5_000
WAF_WINDOW_SECONDS = 300

_DYNAMODB = "DynamoDB developer guide"
_LAMBDA = "Lambda developer guide"

_GATEWAY = "API Gateway developer guide, throttling"

SOURCES = (
    Rule(
        "Target tracking, out",
        "2 consecutive minutes over the target",
        f"{_DYNAMODB}, provisioned capacity mode",
    ),
    Rule(
        "Target tracking, in",
        "15 consecutive minutes 20 points or more below the target: 70 % acts at 50 %",
        "AWS re:Post knowledge center, dynamodb-auto-scaling",
    ),
    Rule(
        "Target tracking, delay",
        f"{TRACKING_DELAY_SECONDS} s from the last datapoint to the new capacity",
        f"{_DYNAMODB}: 'a short delay of up to a few minutes'",
        assumed=True,
    ),
    Rule(
        "Target tracking, idle",
        "a minute without any use has no datapoint, so an idle table is not scaled in",
        f"{_DYNAMODB}, auto scaling",
    ),
    Rule(
        "Burst",
        "unused throughput of up to 300 s can be used later",
        f"{_DYNAMODB}, burst and adaptive capacity",
    ),
    Rule("Decreases", "4 a day, and one more in each hour without one: 27 at most", f"{_DYNAMODB}, quotas"),
    Rule(
        "Partition",
        "3,000 read units and 1,000 write units a second; so the hottest key",
        f"{_DYNAMODB}, partition key design",
    ),
    Rule(
        "On demand",
        "12,000 read and 4,000 write units; then twice the peak of half an hour ago",
        f"{_DYNAMODB}, on-demand capacity mode",
    ),
    Rule("Lambda scaling", "1,000 more environments each 10 s, by function", f"{_LAMBDA}, scaling behavior"),
    Rule(
        "Concurrency",
        "requests a second times mean duration; a request beyond the limit is refused",
        f"{_LAMBDA}, concurrency; loss by Erlang's B formula, which holds for any distribution of durations",
    ),
    Rule(
        "Provisioned concurrency",
        "out after 3 minutes over the target, in after 15 below 90 % of it",
        "Application Auto Scaling user guide, target tracking",
        assumed=True,
    ),
    Rule("Idle environments", f"kept {IDLE_ENVIRONMENT_SECONDS} s", "not published", assumed=True),
    Rule(
        "Cold start",
        f"{COLD_START_SECONDS} s to the first answer, wall time",
        "benchmarks/README.md, measured",
    ),
    Rule("API Gateway, account", "10,000 requests/s and 5,000 at once", _GATEWAY),
    Rule("API Gateway, method", "token bucket: the rate fills it, the burst is its size", _GATEWAY),
    Rule(
        "WAF",
        "blocks an address while it has sent more than its limit in 5 minutes",
        "WAF developer guide, rate-based rules",
    ),
)


@dataclass(frozen=True)
class Prices:
    """List prices in US dollars of us-east-1, as AWS published them in 2025."""

    read_unit_hour: float = 0.00013
    write_unit_hour: float = 0.00065
    million_read_requests: float = 0.125
    million_write_requests: float = 0.625
    million_invocations: float = 0.20
    gigabyte_second: float = 0.0000133334
    provisioned_gigabyte_second: float = 0.0000033334
    million_api_requests: float = 3.50
    million_waf_requests: float = 0.60


PRICES_SOURCE = "AWS price list of us-east-1 (2025): DynamoDB, Lambda on arm64, API Gateway REST, WAF"
