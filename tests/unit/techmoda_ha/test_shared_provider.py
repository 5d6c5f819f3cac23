"""One provider process serves all runs of a module's tests, and ends with them."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from techmoda_ha import shared_provider
from techmoda_ha.errors import HaError
from techmoda_ha.shared_provider import ADDRESS, installed_provider, main, require_mocks, served

WHERE = '{"registry.terraform.io/hashicorp/aws":{"Pid":1}}'
SAID = f"\tTF_REATTACH_PROVIDERS='{WHERE}'"
LISTENS = f"""
import os, pathlib, sys, time
pathlib.Path("pid").write_text(str(os.getpid()))
print("Starting...", "-debug" in sys.argv, flush=True)
print({SAID!r}, flush=True)
while True:
    print("a line for nobody" * 100, flush=True)
    time.sleep(0.001)
"""
TESTS = "import os, sys, time; time.sleep(0.3); print(os.environ.get('TF_REATTACH_PROVIDERS')); sys.exit(7)"


def program(file: Path, code: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!{sys.executable}\n{code}")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, a module with mocked tests, where `terraform` is a program of ours."""
    program(tmp_path / "bin" / "terraform", TESTS)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TF_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("TF_REATTACH_PROVIDERS", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "one.tftest.hcl").write_text('mock_provider "aws" {}\n')
    return tmp_path


def provider(module: Path, code: str) -> Path:
    return program(
        module / "data" / "providers" / ADDRESS / "5.0" / "here" / "terraform-provider-aws_v5", code
    )


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_the_tests_are_led_to_a_provider_that_ends_with_them(
    module: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    provider(module, LISTENS)
    assert main(["-no-color"]) == 7, "what the tests exit with"
    assert capfd.readouterr().out == f"{WHERE}\n"
    assert is_gone(int((module / "pid").read_text()))


def test_the_provider_ends_when_the_tests_are_interrupted(module: Path) -> None:
    def interrupted() -> None:
        with served(provider(module, LISTENS)):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert is_gone(int((module / "pid").read_text()))


def test_a_module_without_a_provider_is_tested_without_one(
    module: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert installed_provider(module / "data") is None
    assert main([]) == 7
    assert capfd.readouterr().out == "None\n"


@pytest.mark.parametrize("code", ["print('no such option')", "import time; time.sleep(60)"])
def test_a_provider_that_does_not_listen_is_an_error(
    module: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(shared_provider, "START_SECONDS", 0.5)
    provider(module, code)
    with pytest.raises(HaError, match="did not start"):
        main([])


def test_a_test_that_configures_a_provider_is_refused(module: Path) -> None:
    require_mocks(module)
    (module / "tests" / "two.tftest.hcl").write_text('provider "aws" {\n  region = "us-east-1"\n}\n')
    with pytest.raises(HaError, match=r"two\.tftest\.hcl configures a provider"):
        main([])
