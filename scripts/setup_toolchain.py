"""Prepare everything the project needs, under build/: `make setup`, and every target that needs it.

Needs only Python 3.11 and its standard library, because nothing else is installed yet when it runs.
It checks Terraform and Python, installs the locked requirements into isolated environments with uv
(itself installed from the package index when absent), and finds the Terraform provider: from the
registry, or from a filesystem mirror where the machine has one. Instant when nothing has changed.

Exit status: 0 ready, 2 something is missing; the message says what and how to get it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
MINIMUM_PYTHON = (3, 11)
MINIMUM_TERRAFORM = (1, 11)
ENVIRONMENTS = ("tools", "checkov")
ON_DEMAND = ("docs",)
PROVIDER = Path("registry.terraform.io", "hashicorp", "aws")
PROVIDER_VERSION = "5.100.0"
CLI_CONFIGURATION = BUILD / "terraform" / "cli.tfrc"
# Where Terraform itself looks when no configuration says otherwise ("implied local mirrors" in its CLI
# documentation), then the usual software roots, searched a few folders deep.
CONVENTIONAL_MIRRORS = (
    Path.home() / ".terraform.d" / "plugins",
    Path("/usr/local/share/terraform/plugins"),
    Path("/usr/share/terraform/plugins"),
)
SOFTWARE_ROOTS = (Path("/opt"), Path("/usr/local"), Path("/usr/share"), Path("/usr/lib"), Path("/srv"))
SEARCH_DEPTH = 3


class MissingRequirementError(Exception):
    """Something this machine lacks; the text says what it is and how to get it."""


def check_python() -> None:
    """Raise MissingRequirementError unless this Python is new enough."""
    if sys.version_info < MINIMUM_PYTHON:
        have, want = platform.python_version(), ".".join(map(str, MINIMUM_PYTHON))
        raise MissingRequirementError(
            f"Python {want} or newer is needed, this is {have}. "
            f"Install it and run: make setup PYTHON=python{want}"
        )


def terraform_path() -> Path:
    """Return the terraform on PATH; raise MissingRequirementError when there is none."""
    found = shutil.which("terraform")
    if found is None:
        raise MissingRequirementError(
            "Terraform is not on PATH. Install 1.11 or newer "
            "(https://developer.hashicorp.com/terraform/install, or `tfenv install`), then run: make setup"
        )
    return Path(found)


def check_terraform(path: Path) -> None:
    """Raise MissingRequirementError unless the Terraform at `path` runs and is new enough."""
    # A CLI configuration that does not exist makes Terraform print warnings into its JSON.
    environment = {key: value for key, value in os.environ.items() if key != "TF_CLI_CONFIG_FILE"}
    try:
        answer = subprocess.run(
            [path, "version", "-json"], check=True, capture_output=True, text=True, env=environment
        )
        version = str(json.loads(answer.stdout)["terraform_version"])
    except (OSError, subprocess.CalledProcessError, ValueError, KeyError) as error:
        raise MissingRequirementError(f"{path} does not answer `terraform version`: {error}") from error
    if tuple(int(part) for part in version.split("-", maxsplit=1)[0].split(".")[:2]) < MINIMUM_TERRAFORM:
        want = ".".join(map(str, MINIMUM_TERRAFORM))
        raise MissingRequirementError(
            f"Terraform {want} or newer is needed, {path} is {version}. "
            "Install a newer one (https://developer.hashicorp.com/terraform/install), then run: make setup"
        )


def fingerprint(*parts: object) -> str:
    """Return one digest of files (by content) and of anything else (by its text)."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) and part.is_file() else str(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()


def is_current(stamp: Path, mark: str) -> bool:
    """Tell whether `stamp` holds `mark`, that is, whether its step was done for this very input."""
    return stamp.is_file() and stamp.read_text() == mark


def run(command: Sequence[object], what: str, **variables: str) -> None:
    """Run a command; raise MissingRequirementError with its own words when it fails."""
    result = subprocess.run(
        [str(part) for part in command],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **variables},
    )
    if result.returncode != 0:
        raise MissingRequirementError(f"{what} failed:\n{(result.stderr or result.stdout).strip()}")


def uv_path() -> Path:
    """Return a uv: the one on PATH, or one installed under build/ from the locked requirement."""
    if found := shutil.which("uv"):
        return Path(found)
    folder = BUILD / "venv" / "uv"
    uv = folder / "bin" / "uv"
    if not uv.is_file():
        say("installing uv")
        run(
            [sys.executable, "-m", "venv", "--clear", folder],
            "Creating an environment for uv (python3 -m venv)",
        )
        lock = ROOT / "requirements" / "uv.txt"
        run([folder / "bin" / "pip", "install", "--quiet", "--require-hashes", "-r", lock], "Installing uv")
    return uv


def is_this_python(folder: Path) -> bool:
    """Tell whether an environment runs this very Python; another one is made anew."""
    try:
        lines = (folder / "pyvenv.cfg").read_text().splitlines()
    except OSError:
        return False
    settings = dict(line.split(" = ", 1) for line in lines if " = " in line)
    return settings.get("version_info") == platform.python_version()


def install_environment(name: str) -> None:
    """Make build/venv/NAME hold exactly requirements/NAME.txt (and, in tools, this project itself)."""
    folder, lock = BUILD / "venv" / name, ROOT / "requirements" / f"{name}.txt"
    stamp = folder / "requirements.sha256"
    mark = fingerprint(lock, ROOT / "pyproject.toml", platform.python_version(), ROOT)
    if is_current(stamp, mark):
        return
    say(f"installing the {name} environment")
    uv = uv_path()
    if not is_this_python(folder):
        run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder], f"Creating {name}")
    here = {"VIRTUAL_ENV": str(folder)}
    run([uv, "pip", "sync", "--quiet", "--require-hashes", lock], f"Installing {name}", **here)
    if name == "tools":
        own = [uv, "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", "."]
        run(own, "Installing this project", **here)
    stamp.write_text(mark)


def holds_provider(mirror: Path) -> bool:
    """Tell whether a mirror folder has the provider, unpacked or packed, for any platform."""
    folder = mirror / PROVIDER
    unpacked = (folder / PROVIDER_VERSION).is_dir()
    return unpacked or any(folder.glob(f"terraform-provider-aws_{PROVIDER_VERSION}_*.zip"))


def find_mirror() -> Path | None:
    """Return the folder of a provider mirror on this machine, or None to use the registry."""
    if named := os.environ.get("TF_PLUGIN_MIRROR"):
        mirror = Path(named).expanduser().resolve()
        if not holds_provider(mirror):
            raise MissingRequirementError(
                f"TF_PLUGIN_MIRROR={named} holds no {PROVIDER}/{PROVIDER_VERSION}. "
                "Fill it with `terraform providers mirror`, or unset it to use the registry."
            )
        return mirror
    for mirror in CONVENTIONAL_MIRRORS:
        if holds_provider(mirror):
            return mirror
    for root in SOFTWARE_ROOTS:
        for depth in range(SEARCH_DEPTH):
            for found in root.glob("*/" * depth + PROVIDER.parts[0]):
                if holds_provider(found.parent):
                    return found.parent
    return None


def user_configuration() -> Path | None:
    """Return the Terraform CLI configuration that this user keeps, when it exists.

    A shell in which `ha local env` was evaluated names the one made here; that is not the user's.
    """
    named = os.environ.get("TF_CLI_CONFIG_FILE")
    ours = named is not None and Path(named).resolve() == CLI_CONFIGURATION
    path = Path(named) if named and not ours else Path.home() / ".terraformrc"
    return path if path.is_file() else None


def cli_configuration(mirror: Path | None, plugin_cache: Path) -> str:
    """Return a Terraform CLI configuration: that mirror, or the registry with a shared download cache."""
    if mirror is None:
        return f'plugin_cache_dir = "{plugin_cache.as_posix()}"\n'
    source = "/".join(PROVIDER.parts)
    return (
        "provider_installation {\n"
        f'  filesystem_mirror {{\n    path    = "{mirror.as_posix()}"\n    include = ["{source}"]\n  }}\n'
        f'  direct {{\n    exclude = ["{source}"]\n  }}\n'
        "}\n"
    )


def prepare_provider() -> None:
    """Write build/terraform/cli.tfrc, unless the user's own configuration is to be used."""
    if has_user_provider():
        CLI_CONFIGURATION.unlink(missing_ok=True)
        return
    mirror = find_mirror()
    cache = CLI_CONFIGURATION.parent / "plugin-cache"
    cache.mkdir(parents=True, exist_ok=True)
    text = cli_configuration(mirror, cache)
    if not is_current(CLI_CONFIGURATION, text):
        say(f"provider from {mirror}" if mirror else "provider from the registry")
        CLI_CONFIGURATION.write_text(text)


def has_user_provider() -> bool:
    """Tell whether the user's own Terraform CLI configuration says where providers come from."""
    return user_configuration() is not None and not os.environ.get("TF_PLUGIN_MIRROR")


def say(message: str) -> None:
    """Tell the person what takes time."""
    print(f"setup: {message}", file=sys.stderr, flush=True)  # noqa: T201 - nothing is installed yet


def set_up(*, force: bool = False) -> None:
    """Prepare everything, or nothing when all is as the last run left it.

    Raises MissingRequirementError for what this machine lacks.
    """
    check_python()
    terraform = terraform_path()
    stamp = BUILD / "setup.sha256"
    locks = [ROOT / "requirements" / f"{name}.txt" for name in (*ENVIRONMENTS, "uv")]
    variables = [os.environ.get("TF_PLUGIN_MIRROR", ""), user_configuration() or ""]
    mark = fingerprint(
        *locks, ROOT / "pyproject.toml", Path(__file__), sys.version, ROOT, terraform,
        terraform.stat().st_mtime_ns, *variables,
    )  # fmt: skip
    made = (BUILD / "venv" / "tools" / "bin" / "ha").exists() and (
        CLI_CONFIGURATION.is_file() or has_user_provider()
    )
    if made and is_current(stamp, mark) and not force:
        return
    check_terraform(terraform)
    for name in ENVIRONMENTS:
        install_environment(name)
    prepare_provider()
    stamp.write_text(mark)


def main() -> int:
    """Set up and return the exit status."""
    parser = argparse.ArgumentParser(description="Prepare the project's tools under build/.")
    parser.add_argument("--force", action="store_true", help="check and prepare everything again")
    parser.add_argument(
        "--with", choices=ON_DEMAND, dest="more", action="append", default=[],
        help="also install what only some commands need",
    )  # fmt: skip
    arguments = parser.parse_args()
    try:
        set_up(force=arguments.force)
        for name in arguments.more:
            install_environment(name)
    except MissingRequirementError as error:
        say(f"error: {error}")
        return 2
    except OSError as error:
        say(f"error: {error}. Check the folder's permissions and free disk space, then run: make setup")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
