"""The tables of inputs and outputs in the modules' READMEs, read from the HCL itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2

from techmoda_ha.errors import HaError

BEGIN, END = "<!-- made by: make docs-tables -->", "<!-- end of what is made -->"
LONGEST_TYPE, LONGEST_DEFAULT = 48, 32
_OBJECT = re.compile(r"^(?:optional\()?(map|list|set)?\(?object\(")


@dataclass(frozen=True)
class Input:
    """One variable. `default` is None where the caller must give a value."""

    name: str
    type: str
    default: str | None
    description: str


@dataclass(frozen=True)
class Output:
    """One output."""

    name: str
    description: str


def readmes(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the path of every module's README, from the repository's root, with its tables as they should be.

    Raises HaError when a module's HCL cannot be read.
    """
    for readme in sorted((root / "modules").rglob("README.md")):
        if list(readme.parent.glob("*.tf")):
            yield readme.relative_to(root), with_tables(readme.read_text(encoding="utf-8"), readme.parent)


def with_tables(text: str, module: Path) -> str:
    """Return a README's text with the module's tables between the marks, which are added where they lack."""
    made = f"{BEGIN}\n{tables(module)}{END}\n"
    if BEGIN not in text:
        return f"{text.rstrip()}\n\n## Reference\n\n{made}"
    before, _, rest = text.partition(BEGIN)
    _, mark, after = rest.partition(END + "\n")
    if not mark:
        raise HaError(f"{module.name}/README.md has no end of its tables.", f"Put this line there: {END}")
    return before + made + after


def tables(module: Path) -> str:
    """Return the two tables of a module in Markdown."""
    inputs, outputs = read_module(module)
    lines = []
    if inputs:
        lines += ["| input | type | default | what it is |", "|---|---|---|---|"]
        lines += [
            f"| `{one.name}` | {_code(one.type)} | {'needed' if one.default is None else _code(one.default)} "
            f"| {_cell(one.description)} |"
            for one in inputs
        ]
        lines.append("")
    if outputs:
        lines += ["| output | what it is |", "|---|---|"]
        lines += [f"| `{one.name}` | {_cell(one.description)} |" for one in outputs]
    return "\n".join(lines).rstrip() + "\n"


def read_module(module: Path) -> tuple[list[Input], list[Output]]:
    """Return a module's variables and outputs by name; raise HaError when its HCL cannot be read."""
    inputs, outputs = [], []
    for file in sorted(module.glob("*.tf")):
        for name, body in _blocks(file, "variable"):
            default = body.get("default", _NEEDED)
            inputs.append(
                Input(
                    name,
                    short_type(_plain(body.get("type", "any"))),
                    None if default is _NEEDED else short_default(default),
                    _plain(body.get("description", "")),
                )
            )
        outputs += [
            Output(name, _plain(body.get("description", ""))) for name, body in _blocks(file, "output")
        ]
    return sorted(inputs, key=lambda one: one.name), sorted(outputs, key=lambda one: one.name)


_NEEDED = object()


def _blocks(file: Path, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if f"\n{kind} " not in f"\n{file.read_text(encoding='utf-8')}":
        return
    try:
        with file.open(encoding="utf-8") as stream:
            parsed = hcl2.load(stream)
    except Exception as error:  # The parser has no error class of its own.
        raise HaError(f"{file} cannot be read: {error}", "Let Terraform tell: terraform validate") from error
    for block in parsed.get(kind, []):
        for name, body in block.items():
            yield _plain(name), body


def _plain(value: Any) -> str:
    """Return a text without the marks that the parser leaves on it."""
    text = str(value).strip()
    if text.startswith("${") and text.endswith("}"):
        text = text[2:-1]
    heredoc = re.match(r'^"?<<-?(\w+)\n(.*)\n\s*\1"?$', text, re.DOTALL)
    if heredoc:
        text = heredoc[2]
    elif text.startswith('"') and text.endswith('"') and len(text) > 1:
        text = text[1:-1].replace('\\"', '"')
    return " ".join(text.split())


def short_type(text: str) -> str:
    """Return a type as it is, or where it is long, only its outer form and the names of its attributes."""
    if len(text) <= LONGEST_TYPE:
        return text
    if not _OBJECT.match(text):
        return text[: LONGEST_TYPE - 1] + "…"
    head, _, body = text.partition("object({")
    return f"{head}object({{{', '.join(_attributes(body))}}}){')' * head.count('(')}"


def _attributes(body: str) -> list[str]:
    depth, names, start = 0, [], 0
    for index, character in enumerate(body):
        if depth == 0 and character in ",}":
            names.append(body[start:index].partition("=")[0].strip())
            start = index + 1
        depth += (character in "({[") - (character in ")}]")
        if depth < 0:
            break
    return [name for name in names if name]


def short_default(value: Any) -> str:
    """Return a default as HCL, or a mark where it is long."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        text = value if value.startswith('"') else _plain(value)
    elif isinstance(value, dict):
        text = "{}" if not _entries(value) else "{ … }"
    elif isinstance(value, list):
        text = "[]" if not value else f"[{', '.join(short_default(one) for one in value)}]"
    else:
        text = str(value)
    return text if len(text) <= LONGEST_DEFAULT else "…"


def _entries(value: dict[str, Any]) -> dict[str, Any]:
    return {key: one for key, one in value.items() if not key.startswith("__")}


def _code(text: str) -> str:
    return f"`{_cell(text)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
