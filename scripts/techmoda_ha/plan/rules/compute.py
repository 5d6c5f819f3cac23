"""Rules of the functions: enough of them at a time, none that AWS no longer runs, no event lost."""

from __future__ import annotations

from collections.abc import Iterator

from techmoda_ha.plan.functions import FUNCTION, called_without_waiting, name_of, on_the_path
from techmoda_ha.plan.judging import Judgement, Severity, decide, expect, missing, rule
from techmoda_ha.plan.model import Plan, Resource, System, known
from techmoda_ha.plan.values import UNKNOWN, every, some

# Runtimes that Lambda still creates and updates functions with, of those that provider 5.100 knows.
SUPPORTED_RUNTIMES = {
    "dotnet8", "java11", "java17", "java21", "nodejs20.x", "nodejs22.x", "provided.al2", "provided.al2023",
    "python3.10", "python3.11", "python3.12", "python3.13", "ruby3.2", "ruby3.3", "ruby3.4",
}  # fmt: skip
GATEWAY_LIMIT_MS = 29_000
# A hair for binary fractions: 100 × 0.3 is a little more than 30.
HAIR = 1e-6


@rule(
    "compute-reserved-concurrency",
    severity=Severity.CRITICAL,
    title="Each function on the customers' path reserves what a surge needs",
    why="Without a reservation other functions can take its executions; with one too small a "
    "surge is throttled.",
    fix="Set reserved_concurrency to at least surge rate × p99 duration (modules/capacity shows the sum).",
    source="Lambda developer guide, concurrency = requests a second × seconds each; rates from "
    "objectives.yaml",
    answers=("gdpr-32-1-b", "wa-rel-7", "wa-perf"),
)
def reserved_concurrency(system: System) -> Iterator[Judgement]:
    """Judge the functions that objectives.yaml names."""
    for plan in system.plans:
        for function, name, load in on_the_path(system, plan):
            if function is None:
                yield missing(plan, f"There is no function named …-{name}, which objectives.yaml counts on.")
                continue
            yield _reserves(function, system.objectives.concurrency_needed(load))


def _reserves(function: Resource, need: float) -> Judgement:
    text = f"It reserves {{}} executions, but a surge needs {need:g}."
    path = "reserved_concurrent_executions"
    return expect(function, path, lambda given: (given or 0) + HAIR >= need, text)


@rule(
    "compute-account-limit",
    severity=Severity.CRITICAL,
    title="The reservations of a region leave 100 executions of the account unreserved",
    why="Lambda refuses the reservation at apply, in the middle of a change, or starves every "
    "other function.",
    fix="Lower reservations, or raise the quota and account_concurrency in objectives.yaml.",
    source="Lambda API, PutFunctionConcurrency: at least 100 stay unreserved",
    answers=("wa-rel-1", "wa-rel-7"),
)
def account_limit(system: System) -> Iterator[Judgement]:
    """Judge the sum of each plan, at its largest reservation."""
    work = system.objectives.workload
    limit = work.account_concurrency - work.unreserved_concurrency
    for plan in system.plans:
        reserved = {one: one.value("reserved_concurrent_executions") for one in plan.of(FUNCTION)}
        if not reserved:
            continue
        counted = {one: value for one, value in reserved.items() if known(value) and (value or 0) > 0}
        total = sum(counted.values())
        worst = max(reserved, key=lambda one: counted.get(one, 0))
        text = f"All functions reserve {total} executions, more than the {limit} that may be; this one most."
        is_known = known(*reserved.values())
        yield decide(worst, total <= limit if is_known or total > limit else UNKNOWN, text)


@rule(
    "compute-runtime",
    severity=Severity.HIGH,
    title="Every function has a runtime that Lambda still supports",
    why="A function with a deprecated runtime can neither be created in the other region nor "
    "mended in an incident.",
    fix="Move to a supported runtime: python3.13.",
    source="Lambda developer guide, runtime deprecation policy (nodejs14.x: creation blocked "
    "since January 2024)",
    answers=("wa-rel-8", "wa-sec-6"),
)
def runtime(system: System) -> Iterator[Judgement]:
    """Judge functions made from a zip; an image brings its own."""
    for function in system.of(FUNCTION):
        if function.value("package_type") != "Image":
            yield expect(
                function, "runtime", SUPPORTED_RUNTIMES.__contains__, "Lambda does not support {} any more."
            )


@rule(
    "compute-timeouts",
    severity=Severity.HIGH,
    title="A function on the customers' path gives up before API Gateway does",
    why="Otherwise the gateway answers 504 while the function still writes, and nobody knows what happened.",
    fix="Keep the function's timeout below the integration's, and that within 29 seconds.",
    source="API Gateway developer guide, quotas: an integration takes 29 s at most",
    answers=("wa-rel-5",),
)
def timeouts(system: System) -> Iterator[Judgement]:
    """Judge each function by its own integrations, or before the first apply by the longest of all."""
    for plan in system.plans:
        for function, _name, _load in on_the_path(system, plan):
            if function is not None:
                yield _gives_up_in_time(function, _integration_limit(plan, function))


def _gives_up_in_time(function: Resource, limit_ms: int) -> Judgement:
    text = f"Its {{}} s are not within the integration's {limit_ms / 1000:g} s."
    return expect(function, "timeout", lambda seconds: seconds * 1000 <= limit_ms, text)


def _integration_limit(plan: Plan, function: Resource) -> int:
    proxies = [one for one in plan.of("aws_api_gateway_integration") if one.value("type") == "AWS_PROXY"]
    name = function.value("function_name")
    own = [one for one in proxies if known(one.value("uri")) and name_of(one.value("uri")) == name]
    named = own or [one for one in proxies if not known(one.value("uri"))]
    limits = [one.value("timeout_milliseconds") for one in named]
    numbers = [limit for limit in limits if isinstance(limit, int)]
    shortest = min if own else max
    return min(shortest(numbers, default=GATEWAY_LIMIT_MS), GATEWAY_LIMIT_MS)


@rule(
    "compute-provisioned-concurrency",
    severity=Severity.MEDIUM,
    title="The function that answers every request is kept warm, and scales so",
    why="Cold starts of a surge's first seconds are what customers notice first.",
    fix="Give its alias provisioned concurrency with a scaling target and policy.",
    source="Lambda developer guide, provisioned concurrency and LambdaProvisionedConcurrencyUtilization",
    answers=("wa-rel-7", "wa-perf"),
)
def provisioned_concurrency(system: System) -> Iterator[Judgement]:
    """Judge the functions that carry all requests."""
    for plan in system.plans:
        for function, _name, load in on_the_path(system, plan):
            if function is not None and load.carries == "all":
                yield _is_warm(plan, function)


def _is_warm(plan: Plan, function: Resource) -> Judgement:
    name = function.value("function_name")
    warm = any(
        name_of(one.value("function_name")) == name
        for one in plan.of("aws_lambda_provisioned_concurrency_config")
    )
    scaled = all(
        any(str(one.value("resource_id")).startswith(f"function:{name}:") for one in plan.of(kind))
        for kind in ("aws_appautoscaling_target", "aws_appautoscaling_policy")
    )
    # AWS refuses provisioned concurrency on an alias with weights: while a canary runs, there can be none.
    canary = any(
        name_of(one.value("function_name")) == name and one.is_set("routing_config") is True
        for one in plan.of("aws_lambda_alias")
    )
    text = "It has no provisioned concurrency." if not warm else "Its provisioned concurrency does not scale."
    return decide(function, canary or (warm and scaled), text)


@rule(
    "compute-lost-events",
    severity=Severity.HIGH,
    title="No event is lost when a function that nobody waits for fails",
    why="An alarm's answer or a backup's check would not happen, and nobody would know.",
    fix="Give the function an on-failure destination (modules/lambda-function, input asynchronous).",
    source="Lambda developer guide, asynchronous invocation: after the retries the event is dropped",
    answers=("wa-rel-5", "wa-rel-6"),
)
def lost_events(system: System) -> Iterator[Judgement]:
    """Judge the functions that services other than API Gateway call."""
    for plan in system.plans:
        for function in called_without_waiting(plan):
            kept = [
                one.is_set("destination_config.0.on_failure")
                for one in plan.of("aws_lambda_function_event_invoke_config")
                if name_of(one.value("function_name")) == function.value("function_name")
            ]
            holds = some(*kept, function.is_set("dead_letter_config"))
            yield decide(function, holds, "A failed event goes nowhere.")


@rule(
    "compute-alias",
    severity=Severity.HIGH,
    title="Each function on the customers' path is called by an alias of a published version",
    why="A bad deployment is taken back by moving the alias; callers of $LATEST get whatever was "
    "uploaded last.",
    fix="Set publish = true, make an alias, and let API Gateway invoke only that (a permission "
    "with a qualifier).",
    source="Lambda developer guide, versions and aliases; Well-Architected REL 8",
    answers=("wa-rel-8",),
)
def alias(system: System) -> Iterator[Judgement]:
    """Judge the functions that objectives.yaml names by their versions and by who may invoke what."""
    for plan in system.plans:
        for function, _name, _load in on_the_path(system, plan):
            if function is None:
                continue
            name = function.value("function_name")
            permissions = [
                one for one in plan.of("aws_lambda_permission") if name_of(one.value("function_name")) == name
            ]
            by_alias = every(bool(permissions), *(one.is_set("qualifier") for one in permissions))
            has_alias = any(
                name_of(one.value("function_name")) == name for one in plan.of("aws_lambda_alias")
            )
            text = "It is not published, has no alias, or may be invoked without one."
            yield decide(function, every(function.value("publish") is True, has_alias, by_alias), text)
