"""The same Terraform written differently: other names, another order, another format."""

from __future__ import annotations

import re
from pathlib import Path

# Calls of modules in the environments, and a resource within one of them.
RENAMED = {
    r'module "products_table"': 'module "catalogue"',
    r"module\.products_table\b": "module.catalogue",
    r'module "regional_api"': 'module "region"',
    r"module\.regional_api\b": "module.region",
    r'"aws_dynamodb_table" "this"': '"aws_dynamodb_table" "main"',
    r"(?<!data\.)aws_dynamodb_table\.this\b": "aws_dynamodb_table.main",
}
# A top-level block with the comments before it.
BLOCK = re.compile(r"(?ms)^(?:#[^\n]*\n)*[a-z][^\n]*\{(?:\}\n|\n.*?^\}\n)")


def restyle(folder: Path) -> None:
    """Write every Terraform file below the folder differently, without changing what it says."""
    for part in ("envs", "modules"):
        for file in sorted((folder / part).rglob("*.tf")):
            file.write_text(_formatted(_reordered(_renamed(file.read_text()))))


def _renamed(text: str) -> str:
    for old, new in RENAMED.items():
        text = re.sub(old, new, text)
    return text


def _reordered(text: str) -> str:
    blocks, rest = BLOCK.findall(text), BLOCK.sub("", text)
    assert not re.sub(r"(?m)^#.*$", "", rest).strip(), f"not within a block: {rest}"
    return "\n".join(reversed(blocks))


def _formatted(text: str) -> str:
    """Double every indentation, and put a comment and empty lines between the lines at the margin."""
    wide = re.sub(r"(?m)^( +)", r"\1\1", text)
    return re.sub(r"(?m)^\}\n", "}\n\n\n# Written differently.\n\n", wide)
