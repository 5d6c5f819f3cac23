"""What errors advise can be typed as it stands, whether or not `ha` is on the PATH."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from techmoda_ha import cli
from techmoda_ha.errors import HaError
from techmoda_ha.hints import program, typeable

COMMANDS = ("local", "rules", "state")


@pytest.fixture
def python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Python with `ha` beside it, below the working directory, in no folder of the PATH."""
    folder = tmp_path / "build" / "bin"
    folder.mkdir(parents=True)
    own = folder / "ha"
    own.touch()
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.chdir(tmp_path)
    return folder / "python"


def test_where_no_shell_finds_it_it_is_typed_by_its_path(python: Path) -> None:
    assert program(python) == "build/bin/ha"


def test_elsewhere_the_path_is_whole(python: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(python.parent.parent.parent.parent)
    (Path.cwd() / "other").mkdir(exist_ok=True)
    monkeypatch.chdir("other")
    assert program(python) == str(python.with_name("ha"))


def test_on_the_path_it_is_typed_by_its_name(python: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(python.parent))
    assert program(python) == "ha"


def test_another_program_of_that_name_is_not_meant(
    python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "ha"
    other.touch()
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program(python) == "build/bin/ha"


def test_without_a_program_beside_python_the_name_stays(tmp_path: Path) -> None:
    assert program(tmp_path / "python") == "ha"


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("See them all: ha rules", "See them all: bin/ha rules"),
        ("make local-up (or: ha local up)", "make local-up (or: bin/ha local up)"),
        ("`ha rules NAME` or `ha state push`", "`bin/ha rules NAME` or `bin/ha state push`"),
        ("build/venv/tools/bin/ha rules", "build/venv/tools/bin/ha rules"),
        ("nadie lo ha cambiado", "nadie lo ha cambiado"),
        ("aloha rules", "aloha rules"),
        ("ha rulesets", "ha rulesets"),
    ],
)
def test_only_our_commands_are_written_anew(text: str, typed: str) -> None:
    assert typeable(text, COMMANDS, "bin/ha") == typed


def test_an_error_advises_what_can_be_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.group(cls=cli.HaGroup)
    def group() -> None:
        """Fail."""

    @group.command()
    def rules() -> None:
        """Fail."""
        raise HaError("no", "See: ha rules")

    monkeypatch.setattr(cli, "program", lambda: "build/bin/ha")
    assert CliRunner().invoke(group, ["rules"]).stderr == "error: no\nnext:  See: build/bin/ha rules\n"
