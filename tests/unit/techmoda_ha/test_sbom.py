"""Each zip comes with a bill of its ingredients: complete, valid CycloneDX, and the same for the same zip."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from techmoda_ha.environments import Target, Workspace
from techmoda_ha.packaging import Platform, build_package
from techmoda_ha.sbom import Ingredient, installed_in, write_sbom

DIGEST = "0f" * 32
ROOT = Path(__file__).resolve().parents[3]


def install(folder: Path, name: str, version: str, licence: str = "License: MIT\n") -> None:
    metadata = folder / f"{name}-{version}.dist-info" / "METADATA"
    metadata.parent.mkdir(parents=True)
    metadata.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{licence}")


def test_everything_installed_is_named_with_version_and_licence(tmp_path: Path) -> None:
    install(tmp_path, "aws_xray_sdk", "2.15.0")
    install(tmp_path, "Wrapt", "1.0", "License-Expression: BSD-2-Clause\nLicense: ignored\n")
    install(tmp_path, "quiet", "3", "")
    assert installed_in(tmp_path) == [
        Ingredient("aws_xray_sdk", "2.15.0", "MIT"),
        Ingredient("quiet", "3", None),
        Ingredient("Wrapt", "1.0", "BSD-2-Clause"),
    ]


def test_the_bill_is_valid_names_the_zip_by_its_digest_and_each_package_by_its_purl(tmp_path: Path) -> None:
    file = tmp_path / "f.cdx.json"
    write_sbom("products_api", DIGEST, [Ingredient("aws_xray_sdk", "2.15.0", "MIT")], file)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(file.read_text()) is None
    bill = json.loads(file.read_text())
    assert bill["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": DIGEST}]
    assert [one["purl"] for one in bill["components"]] == ["pkg:pypi/aws-xray-sdk@2.15.0"]


def test_the_same_zip_has_the_same_bill_and_another_zip_another(tmp_path: Path) -> None:
    def bill(digest: str, *ingredients: Ingredient) -> bytes:
        write_sbom("f", digest, ingredients, tmp_path / "f.json")
        return (tmp_path / "f.json").read_bytes()

    one, two = Ingredient("a", "1", None), Ingredient("b", "2", "MIT")
    assert bill(DIGEST, one, two) == bill(DIGEST, two, one)
    assert bill(DIGEST, one) != bill("1e" * 32, one)


@pytest.mark.slow
def test_the_bill_of_a_built_zip_names_every_locked_requirement(tmp_path: Path) -> None:
    platform = Platform.this_machine()
    built = build_package(Workspace(ROOT, tmp_path), "authorizer", tmp_path / Target.LOCAL, platform)
    lock = (ROOT / "requirements" / "lambda" / "authorizer.txt").read_text()
    locked = set(
        re.findall(r"^([a-z0-9-]+)==([^ ;]+) \\$", lock, re.MULTILINE)
    )  # without a marker: everywhere
    bill = json.loads(built.sbom.read_text())
    assert locked
    assert locked <= {(one["name"], one["version"]) for one in bill["components"]}
