"""What the documents tell a reader to type exists, and what exists is told."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from tests.unit.documentation.command_checks import MAKEFILE, problem
from tests.unit.documentation.markdown import ROOT, Command, Document, documents

from techmoda_ha.cli import main as ha_main
from techmoda_ha.documentation.reference import leaves, reference, targets
from techmoda_ha.report.promises import SCENARIOS


def problems(document: Document) -> list[str]:
    return [
        f"{document.path.name}: `{command}`: {found}"
        for command in document.commands()
        if command.words and (found := problem(command))
    ]


def test_every_command_in_the_documents_exists_with_its_options() -> None:
    found = [one for document in documents() for one in problems(document)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "make nonsense",
        "make apply STAGE=primary",
        "ha nonsense",
        "ha failover nonsense",
        "ha failover status --nonsense",
        "ha local nonsense",
        "build/venv/tools/bin/ha drill nonsense --target aws",
        "aws nonsense list-things",
        "aws dynamodb list-nonsense",
        "aws logs tail /aws/lambda/x",
        "aws dynamodb list-tables --nonsense 1",
    ],
)
def test_a_command_that_does_not_exist_is_found(text: str) -> None:
    for written in (f"Type `{text}`.", f"```sh\n{text}   # why\n```", f"```sh\nA=1 {text} && true\n```"):
        assert problems(Document(Path("x.md"), written)), written


def test_a_line_to_be_typed_that_lacks_an_option_is_found() -> None:
    assert problem(Command(("ha", "failover", "stop"), is_line=True)) == "ha failover stop needs --reason"
    assert problem(Command(("ha", "failover", "stop"), is_line=False)) is None


@pytest.mark.parametrize(
    "text",
    [
        "make apply ENV=primary TARGET=aws",
        "ha … --target aws",
        "ha failover resume --reason …",
        "ha local region us-east-1 reset",
        "aws dynamodb describe-table --table-name x --region us-west-2",
        "terraform -chdir=envs/primary plan",
    ],
)
def test_a_command_that_exists_is_let_through(text: str) -> None:
    assert problems(Document(Path("x.md"), f"```sh\n{text}\n```")) == []


def test_every_target_and_command_has_help() -> None:
    silent = [f"make {name}" for name, told in targets(MAKEFILE).items() if not told]
    silent += [name for name, command in leaves(ha_main, "ha") if not command.get_short_help_str()]
    assert silent == []


def test_a_target_or_command_without_help_is_seen() -> None:
    assert targets("clean:\n\trm x\nall: setup ## Do all\n") == {"clean": "", "all": "Do all"}
    group = click.Group("g", commands={"quiet": click.Command("quiet")})
    assert [name for name, one in leaves(group, "g") if not one.get_short_help_str()] == ["g quiet"]


def test_the_page_of_commands_is_what_the_code_says() -> None:
    assert (ROOT / "docs" / "commands.md").read_text() == reference(ROOT, ha_main), (
        "write it anew: make docs-tables"
    )


def test_every_target_stands_in_one_of_the_readmes_or_the_guides() -> None:
    told = "\n".join(one.text for one in documents())
    assert [name for name in targets(MAKEFILE) if f"make {name}" not in told] == []


def test_the_report_names_commands_that_exist() -> None:
    found = [problem(Command(tuple(one.command.split()), is_line=True)) for one in SCENARIOS]
    assert [one for one in found if one] == []
