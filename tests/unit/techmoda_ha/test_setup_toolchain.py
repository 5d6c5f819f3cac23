"""Setting up says exactly what is missing, and finds the provider where the machine keeps it."""

from __future__ import annotations

import importlib.util
import stat
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "setup_toolchain.py"


@pytest.fixture(scope="module")
def setup() -> ModuleType:
    specification = importlib.util.spec_from_file_location("setup_toolchain", SCRIPT)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def fake_terraform(folder: Path, answer: str) -> Path:
    file = folder / "terraform"
    file.write_text(f"#!{sys.executable}\nprint('''{answer}''')\n")
    file.chmod(file.stat().st_mode | stat.S_IEXEC)
    return file


def make_mirror(folder: Path) -> Path:
    (folder / "registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64").mkdir(parents=True)
    return folder


def test_a_machine_without_terraform_is_told_how_to_get_it(
    setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(setup.MissingRequirementError, match=r"Install 1\.11 or newer"):
        setup.terraform_path()


def test_an_old_terraform_is_refused_naming_both_versions(setup: ModuleType, tmp_path: Path) -> None:
    old = fake_terraform(tmp_path, '{"terraform_version": "1.9.8"}')
    with pytest.raises(setup.MissingRequirementError, match=r"1\.11 or newer is needed, .* is 1\.9\.8"):
        setup.check_terraform(old)


@pytest.mark.parametrize("version", ["1.11.0", "1.14.2", "2.0.0", "1.12.0-beta1"])
def test_a_new_enough_terraform_is_accepted(setup: ModuleType, tmp_path: Path, version: str) -> None:
    setup.check_terraform(fake_terraform(tmp_path, f'{{"terraform_version": "{version}"}}'))


def test_a_terraform_that_answers_nonsense_is_refused(setup: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(setup.MissingRequirementError, match="does not answer"):
        setup.check_terraform(fake_terraform(tmp_path, "Segmentation fault"))


def test_the_named_mirror_is_used(setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_PLUGIN_MIRROR", str(make_mirror(tmp_path)))
    assert setup.find_mirror() == tmp_path


def test_a_named_mirror_without_the_provider_is_refused(
    setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_PLUGIN_MIRROR", str(tmp_path))
    with pytest.raises(setup.MissingRequirementError, match="holds no"):
        setup.find_mirror()


def test_a_mirror_under_a_software_root_is_found(
    setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = make_mirror(tmp_path / "opt" / "terraform" / "plugins")
    monkeypatch.delenv("TF_PLUGIN_MIRROR", raising=False)
    monkeypatch.setattr(setup, "CONVENTIONAL_MIRRORS", ())
    monkeypatch.setattr(setup, "SOFTWARE_ROOTS", (tmp_path / "opt",))
    assert setup.find_mirror() == mirror


def test_without_a_mirror_the_registry_is_used_with_one_shared_download(
    setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TF_PLUGIN_MIRROR", raising=False)
    monkeypatch.setattr(setup, "CONVENTIONAL_MIRRORS", ())
    monkeypatch.setattr(setup, "SOFTWARE_ROOTS", (tmp_path,))
    assert setup.find_mirror() is None
    assert setup.cli_configuration(None, tmp_path) == f'plugin_cache_dir = "{tmp_path}"\n'


def test_a_changed_lock_file_changes_the_fingerprint(setup: ModuleType, tmp_path: Path) -> None:
    lock = tmp_path / "tools.txt"
    lock.write_text("a==1")
    before = setup.fingerprint(lock)
    lock.write_text("a==2")
    assert setup.fingerprint(lock) != before


def test_a_command_that_fails_is_reported_with_its_own_words(setup: ModuleType) -> None:
    with pytest.raises(setup.MissingRequirementError, match=r"(?s)Installing failed:.*no space left"):
        setup.run([sys.executable, "-c", "raise SystemExit('no space left')"], "Installing")


@pytest.fixture
def home(setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home folder without configuration; what is made goes beside it."""
    monkeypatch.setattr(setup, "CLI_CONFIGURATION", tmp_path / "build" / "cli.tfrc")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    monkeypatch.delenv("TF_PLUGIN_MIRROR", raising=False)
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def test_a_users_own_configuration_is_used_instead_of_one_made_here(setup: ModuleType, home: Path) -> None:
    setup.prepare_provider()
    assert setup.CLI_CONFIGURATION.is_file()
    (home / ".terraformrc").write_text("")
    setup.prepare_provider()
    assert not setup.CLI_CONFIGURATION.exists()


def test_the_configuration_made_here_is_not_taken_for_the_users_own(
    setup: ModuleType, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup.prepare_provider()
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(setup.CLI_CONFIGURATION))
    assert setup.user_configuration() is None
    setup.prepare_provider()
    assert setup.CLI_CONFIGURATION.is_file()
