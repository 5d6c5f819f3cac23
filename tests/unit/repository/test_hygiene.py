"""Nothing of one machine or one account stands in the repository."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCAL_ACCOUNT, DOCUMENTATION_ACCOUNTS = "1" * 12, {"123456789012", "0" * 12}
# Put together here, so that this file does not hold what it looks for.
REGISTRY_HOSTS = [
    "py" + "pi.org",
    "files.python" + "hosted.org",
    "registry.npm" + "js.org",
    "deb." + "debian.org",
]
MACHINE_PATH = re.compile(r"(?<![\w.$}])/(?:work|root|home/\w+|Users/\w+)/\w")
ACCOUNT_ID = re.compile(r"(?<![\w.-])\d{12}(?![\w.-])")
ACCESS_KEY = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")
LONGEST_FILE = 320  # lines; the aim is 300


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], check=True, capture_output=True, text=True, cwd=ROOT
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[tuple[Path, str]]:
    return [(file, file.read_text(errors="replace")) for file in tracked()]


def hits(pattern: re.Pattern[str]) -> list[str]:
    return [f"{file.relative_to(ROOT)}: {found}" for file, text in texts() for found in pattern.findall(text)]


def test_no_path_of_a_machine_is_written_down() -> None:
    assert hits(MACHINE_PATH) == []


def test_no_registry_host_is_named() -> None:
    assert hits(re.compile("|".join(map(re.escape, REGISTRY_HOSTS)))) == []


def test_no_account_but_the_local_one_is_named() -> None:
    allowed = {LOCAL_ACCOUNT, *DOCUMENTATION_ACCOUNTS}
    assert [hit for hit in hits(ACCOUNT_ID) if hit.split(": ")[-1] not in allowed] == []


def test_no_access_key_is_written_down() -> None:
    assert hits(ACCESS_KEY) == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (MACHINE_PATH, "state = /ho" + "me/ana/project"),
        (ACCOUNT_ID, "arn:aws:iam::" + "98765" + "4321098:role/x"),
        (ACCESS_KEY, "AKIA" + "ABCDEFGHIJKLMNOP"),
    ],
)
def test_each_pattern_finds_what_it_looks_for(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


def test_source_files_stay_short_enough_to_read() -> None:
    long = {
        str(file.relative_to(ROOT)): count
        for file in tracked("*.py", "*.tf")
        if (count := len(file.read_text().splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_every_terraform_variable_and_output_is_described_by_a_sentence() -> None:
    block = re.compile(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', re.DOTALL | re.MULTILINE)
    described = re.compile(r'^  description\s*=\s*(?:"(?:[^"\\\n]|\\.){15,}\.\)?"|<<-?\w+\n)', re.MULTILINE)
    missing = [
        f"{file.relative_to(ROOT)}: {kind} {name}"
        for file in tracked("modules/*.tf", "envs/*.tf")
        if "/examples/" not in str(file)
        for kind, name, body in block.findall(file.read_text())
        if not described.search(body)
    ]
    assert not missing, "\n".join(missing)


def test_the_environments_hold_no_endpoint() -> None:
    found = [
        str(file)
        for file in tracked("envs/*.tf", "modules/*.tf")
        if re.search(r"^\s*endpoints\b", file.read_text(), re.MULTILINE)
    ]
    assert found == []
