"""Invocations through an alias or version: traffic weights, the function's ARN and its concurrency.

Contract, from the Lambda developer guide: an alias's routing configuration sends its share of the
invocations to a second version ("Lambda function aliases"); `invoked_function_arn` is the ARN that was
invoked, qualifier included ("Python context object"); and reserved concurrency is shared by all versions
and aliases of a function ("Configuring reserved concurrency").
"""

from __future__ import annotations

import contextvars
import inspect
import random
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import lambda_svc

from local_aws.fills import Fill
from local_aws.fills.patching import wrap
from local_aws.settings import Settings

_rng = random.SystemRandom()
_invoked_alias: contextvars.ContextVar[str] = contextvars.ContextVar("invoked_alias", default="")


def choose_version(alias: Mapping[str, Any], draw: float) -> str:
    """The version that an invocation of the alias runs, given a number drawn from [0, 1)."""
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    for version, weight in weights.items():
        if draw < float(weight):
            return str(version)
        draw -= float(weight)
    return str(alias.get("FunctionVersion", "$LATEST"))


def _record_for(original: Callable[..., Any], reference: str) -> Any:
    """The function, configuration and name that a reference invokes."""
    record, config, name = original(reference)
    function, _config, _name = lambda_svc._get_base_func_record_for_ref(reference)
    qualifier = _qualifier_of(reference)
    if record is None or not qualifier:
        return record, config, name
    alias = function.get("aliases", {}).get(qualifier)
    chosen = choose_version(alias, _rng.random()) if alias else qualifier
    if alias and chosen in function["versions"]:
        record = function["versions"][chosen]
    arn = f"{function['config']['FunctionArn']}:{qualifier}"
    return record, {**record["config"], "FunctionArn": arn}, name


def _qualifier_of(reference: str) -> str:
    """The qualifier of an ARN or of name:qualifier; empty when there is none."""
    return reference.rpartition(":function:")[2].partition(":")[2]


async def _invoke(original: Callable[..., Any], name: str, *args: Any, **kwargs: Any) -> Any:
    """The Invoke operation, which runs the version that the alias's weights pick."""
    called = inspect.signature(original).bind(name, *args, **kwargs)
    called.apply_defaults()
    arguments = called.arguments
    qualifier = arguments["path_qualifier"] or lambda_svc._qp_first(
        arguments["query_params"] or {}, "Qualifier"
    )
    alias = (lambda_svc._functions.get(name) or {}).get("aliases", {}).get(qualifier) or {}
    if alias.get("RoutingConfig"):
        chosen = choose_version(alias, _rng.random())
        if chosen != alias["FunctionVersion"]:
            arguments["path_qualifier"] = chosen
            _invoked_alias.set(qualifier)
    return await original(*called.args, **called.kwargs)


def _execute(original: Callable[..., Any], record: Mapping[str, Any], event: Any) -> Any:
    """Run what `_invoke` chose, under the ARN of the alias that was invoked."""
    alias = _invoked_alias.get()
    if alias:
        _invoked_alias.set("")
        config = record["config"]
        arn = ":".join([*config["FunctionArn"].split(":")[:7], alias])
        record = {**record, "config": {**config, "FunctionArn": arn}}
    return original(record, event)


def _reserved(original: Callable[..., int | None], record: Any, config: Mapping[str, Any]) -> int | None:
    function = lambda_svc._functions.get(config.get("FunctionName", ""))
    return original(function or record, config)


def _install(_settings: Settings) -> None:
    wrap(lambda_svc, "_get_func_record_for_ref", _record_for)
    wrap(lambda_svc, "_invoke", _invoke)
    wrap(lambda_svc, "_execute_function_with_config_scope", _execute)
    wrap(lambda_svc, "_reserved_concurrency", _reserved)


FILL = Fill(
    name="lambda_aliases",
    requires=tuple(
        f"ministack.services.lambda_svc.{name}"
        for name in (
            "_execute_function_with_config_scope",
            "_functions",
            "_get_base_func_record_for_ref",
            "_get_func_record_for_ref",
            "_invoke",
            "_qp_first",
            "_reserved_concurrency",
        )
    ),
    install=_install,
)
