"""Imports go downward only, so that each part can be understood, tested and replaced alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from techmoda_ha.packaging import shared_packages

ROOT = Path(__file__).resolve().parents[3]
TERMINAL = {"click", "rich"}
INPUT_OUTPUT = {"boto3", "botocore", "httpx", "requests", "socket", "subprocess", "urllib"}
# Within a Lambda: who may import whom. A layer imports its own row's layers and what is below them.
LOWER_LAYERS = {"repository": {"service", "handler", "routes"}, "service": {"handler", "routes"}}


def imports(file: Path) -> Iterator[str]:
    """Yield every module that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative imports hide where a name comes from"
            yield node.module or ""


def importers(folder: str, forbidden: set[str]) -> list[str]:
    """Return "file: module" for every import under `folder` of a forbidden top-level package."""
    files = sorted((ROOT / folder).rglob("*.py"))
    return [
        f"{file.relative_to(ROOT)}: {module}"
        for file in files
        for module in imports(file)
        if module.split(".")[0] in forbidden
    ]


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("scripts/techmoda_ha", {"local_aws", "ministack", "moto"}),
        ("scripts/local_aws", {"techmoda_ha"}),
        ("scripts/techmoda_recovery", {"techmoda_ha", "local_aws", *TERMINAL}),
        ("scripts/techmoda_recovery/core", {*INPUT_OUTPUT, "pathlib", "threading", "concurrent"}),
        ("lambda_src", {"techmoda_ha", "local_aws", *TERMINAL}),
        ("scripts/techmoda_ha/plan", INPUT_OUTPUT),
        ("scripts/techmoda_ha/capacity", INPUT_OUTPUT),
    ],
)
def test_a_part_imports_nothing_that_it_must_not_know(folder: str, forbidden: set[str]) -> None:
    assert importers(folder, forbidden) == []


def test_the_rule_sees_an_import_that_breaks_it(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("def f() -> None:\n    import local_aws.server\n")
    assert list(imports(tmp_path / "bad.py")) == ["local_aws.server"]


@pytest.mark.parametrize("layer", sorted(LOWER_LAYERS))
def test_a_lambda_layer_never_imports_the_layer_above_it(layer: str) -> None:
    files = list((ROOT / "lambda_src").glob(f"*/{layer}.py"))
    assert files
    for file in files:
        upward = {module for module in imports(file) if module.split(".")[-1] in LOWER_LAYERS[layer]}
        assert upward == set(), file


def test_a_functions_zip_holds_every_package_of_ours_that_it_imports() -> None:
    for function in {path.parent.name for path in (ROOT / "lambda_src").glob("*/handler.py")}:
        missing = {"techmoda_recovery"} - set(shared_packages(function))
        assert importers(f"lambda_src/{function}", missing) == []


def test_recovery_has_one_core() -> None:
    """The command line and the function for large tables decide by the same code."""
    own = [*(ROOT / "scripts/techmoda_ha").rglob("*.py"), *(ROOT / "lambda_src").rglob("*.py")]
    twins = {"Rules", "Repair", "History", "Signature", "DynamoStore", "Comparer", "Applier"}
    for file in own:
        classes = {
            node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ClassDef)
        }
        assert classes & twins == set(), file


def test_functions_share_only_the_common_package() -> None:
    functions = {path.parent.name for path in (ROOT / "lambda_src").glob("*/handler.py")}
    assert functions
    for function in functions:
        assert importers(f"lambda_src/{function}", functions - {function}) == []
    assert importers("lambda_src/common", functions) == []
