"""`terraform init` takes only the provider that was tested, on every platform that people use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCKS = sorted(
    file for folder in ("envs", "modules") for file in (ROOT / folder).rglob(".terraform.lock.hcl")
)
# AWS provider 5.100.0 comes for 14 platforms (its SHA256SUMS). Terraform records a "zh:" for each zip that
# the registry names, and an "h1:" for each one that was locked; a mirror on disk is checked by the latter.
PLATFORMS = 14


def checksums(lock: str, kind: str) -> set[str]:
    return set(re.findall(rf'"{kind}:([^"]+)"', lock))


@pytest.mark.parametrize("file", LOCKS, ids=[str(file.parent.relative_to(ROOT)) for file in LOCKS])
def test_a_lock_file_holds_the_checksums_of_every_platform(file: Path) -> None:
    lock = file.read_text()
    assert re.findall(r'^provider "(.+)"', lock, re.MULTILINE) == ["registry.terraform.io/hashicorp/aws"]
    assert len(checksums(lock, "zh")) >= PLATFORMS
    assert len(checksums(lock, "h1")) >= PLATFORMS


def test_every_root_module_and_every_tested_module_is_locked_alike() -> None:
    folders = {ROOT / "envs" / name for name in ("primary", "dr")}
    tested = {path.parent for path in (ROOT / "modules").glob("*/tests")}
    folders |= {one for one in tested if "required_providers" in (one / "versions.tf").read_text()}
    assert folders <= {file.parent for file in LOCKS}
    locked = {re.sub(r"\s*constraints.*", "", file.read_text()) for file in LOCKS}
    assert len(locked) == 1


def test_a_lock_of_one_platform_is_found_out() -> None:
    one = 'provider "registry.terraform.io/hashicorp/aws" {\n  hashes = ["h1:a=", "zh:b"]\n}\n'
    assert len(checksums(one, "h1")) < PLATFORMS
