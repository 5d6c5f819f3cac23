"""Whether a command that a document names exists, with the options that it is given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import click
from botocore.exceptions import UnknownServiceError
from tests.unit.documentation.markdown import ROOT, Command

from local_aws.cli import main as local_main
from techmoda_ha.cli import main as ha_main
from techmoda_ha.documentation.reference import targets

MAKEFILE = (ROOT / "Makefile").read_text()
VARIABLES = set(re.findall(r"\$[({]?\$?([A-Z]+)\b", MAKEFILE))
PLACEHOLDER = re.compile(r"…|\.\.\.|^[A-Z][A-Z_|-]*$|<.*>")
# Options of every `aws` command (aws help): they are no members of an operation's input.
AWS_GLOBAL = {"region", "output", "query", "profile", "endpoint-url", "no-cli-pager", "no-paginate",
              "cli-binary-format", "debug", "max-items", "cli-input-json"}  # fmt: skip
# Commands of the AWS CLI's own, which are no operations of an API, in its version 1 (`logs tail` is not).
AWS_CUSTOM = {("s3", "cp"), ("s3", "ls"), ("s3", "sync"), ("configure", "list")}


def problem(command: Command) -> str | None:
    """Return what is wrong with a command, None when nothing is or it is none of ours."""
    words = list(command.words)
    name = Path(words[0]).name
    if name == "make":
        return _make_problem(words[1:])
    if name == "ha":
        is_whole = command.is_line and "…" not in words
        return _click_problem(ha_main, words[1:], "ha", strict=is_whole)
    if name == "aws" and len(words) > 2:
        return _aws_problem(words[1:])
    return None


def _make_problem(words: Sequence[str]) -> str | None:
    known = targets(MAKEFILE)
    for word in words:
        variable, sign, _ = word.partition("=")
        if sign and variable not in VARIABLES:
            return f"make knows no variable {variable}"
        if not sign and word not in known and not PLACEHOLDER.search(word):
            return f"make has no target {word}"
    return None


def _click_problem(command: click.Command, words: list[str], name: str, *, strict: bool) -> str | None:
    while words and isinstance(command, click.Group):
        word = words.pop(0)
        if PLACEHOLDER.search(word):
            return None
        if word.startswith("-"):
            return _options_problem(command, [word], name, strict=False)
        if command is ha_main and word == "local":
            return _click_problem(local_main, words, "ha local", strict=strict)
        if word not in command.commands:
            return f"{name} has no command {word}"
        command, name = command.commands[word], f"{name} {word}"
    return _options_problem(command, words, name, strict=strict and not isinstance(command, click.Group))


def _options_problem(command: click.Command, words: Sequence[str], name: str, *, strict: bool) -> str | None:
    if command.context_settings.get("ignore_unknown_options"):
        return None
    options: dict[str, click.Parameter] = {
        option: one for one in command.params for option in (*one.opts, *one.secondary_opts)
    }
    given = {word.partition("=")[0] for word in words if re.match(r"-{1,2}[a-z]", word)}
    given -= {"-h", "--help", "--version"}
    if unknown := sorted(given - options.keys()):
        return f"{name} has no option {', '.join(unknown)}"
    asks_for_help = bool({"-h", "--help"} & set(words))
    needed = [
        one.opts[0]
        for one in command.params
        if isinstance(one, click.Option) and one.required and not one.envvar and not given & set(one.opts)
    ]
    if strict and needed and not asks_for_help:
        return f"{name} needs {', '.join(needed)}"
    return None


@cache
def _operations(service: str) -> dict[str, Any]:
    model = botocore.session.get_session().get_service_model(service)
    return {botocore.xform_name(one, "-"): model.operation_model(one) for one in model.operation_names}


def _aws_problem(words: Sequence[str]) -> str | None:
    service, operation, *rest = words
    if (service, operation) in AWS_CUSTOM or operation == "wait" or PLACEHOLDER.search(operation):
        return None
    try:
        operations = _operations(service)
    except UnknownServiceError:
        return f"aws has no service {service}"
    if operation not in operations:
        return f"aws {service} has no {operation}"
    shape = operations[operation].input_shape
    members = {} if shape is None else shape.members
    known = {botocore.xform_name(member, "-") for member in members} | AWS_GLOBAL
    known |= {f"no-{one}" for one in known}
    given = {word[2:].partition("=")[0] for word in rest if word.startswith("--")}
    unknown = sorted(given - known)
    return f"aws {service} {operation} has no option {', '.join(unknown)}" if unknown else None


def leaves(command: click.Command, name: str) -> Iterator[str]:
    """Yield the full name of every command below."""
    if not isinstance(command, click.Group):
        yield name
        return
    for part, inner in command.commands.items():
        yield from leaves(inner, f"{name} {part}")
