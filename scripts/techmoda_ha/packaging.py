"""Build the Lambda zips: same input, same bytes.

A zip holds the function's own package, those of ours that it shares (`shared_packages`), the locked
requirements for the platform it will run on, and their bytecode for its Python where this machine has that
Python. Entries are sorted and dated 1980-01-01, so the same sources, locks and tools (Python, zlib) give the
same sha256.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from techmoda_ha.bytecode import compile_folder, find_python
from techmoda_ha.environments import Target, Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.package_inputs import Built, digest_of, inputs_digest, python_identity
from techmoda_ha.sbom import installed_in, write_sbom
from techmoda_ha.uv import uv_command

LAMBDA_PYTHON = "3.13"  # Terraform's AWS provider 5.100.0 knows no newer runtime.
LINUX_PLATFORMS = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}
# Packages of ours that functions share, by where they are from the repository's root.
SHARED_BY_ALL = {"common": "lambda_src/common"}
SHARED_BY_SOME = {"recovery_worker": {"techmoda_recovery": "scripts/techmoda_recovery"}}
UNPACKED_LIMIT_BYTES = 262_144_000  # Lambda quota: 250 MiB for a function's code, unpacked.
SBOM_SUFFIX, NOTE_SUFFIX = ".cdx.json", ".built.json"
LEFT_OUT = ("__pycache__", "*.pyc", "*.dist-info", "bin", "tests", ".lock")
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Package:
    """One built zip."""

    function: str
    file: Path
    sha256: str
    size_bytes: int
    sbom: Path


@dataclass(frozen=True)
class Platform:
    """What compiled requirements are built for: options that tell `uv pip install`."""

    options: tuple[str, ...]
    python: str | None  # compiles the bytecode; None where this machine has no Python of the right version

    @classmethod
    def lambda_runtime(cls, architecture: str) -> Platform:
        """Return the platform of a Lambda with that architecture (arm64 or x86_64)."""
        platform = LINUX_PLATFORMS[architecture]
        options = ("--python-platform", platform, "--python-version", LAMBDA_PYTHON)
        return cls(options, find_python(LAMBDA_PYTHON))

    @classmethod
    def this_machine(cls) -> Platform:
        """Return the platform on which the local AWS runs functions: this Python on this machine."""
        return cls(("--python", sys.executable), sys.executable)


def functions(workspace: Workspace) -> list[str]:
    """Return the names of all functions: the packages with a handler in lambda_src/."""
    return sorted(path.parent.name for path in (workspace.root / "lambda_src").glob("*/handler.py"))


def shared_packages(function: str) -> dict[str, str]:
    """Return the packages of ours beside its own that a function's zip holds, with their folders."""
    return {**SHARED_BY_ALL, **SHARED_BY_SOME.get(function, {})}


def _packages(function: str) -> dict[str, str]:
    return {function: f"lambda_src/{function}", **shared_packages(function)}


def build_packages(
    workspace: Workspace, target: Target, platform: Platform, *, anew: bool = False
) -> list[Package]:
    """Build every function's zip into the target's package folder: those whose inputs changed, or all anew.

    Raises HaError when a requirement cannot be installed or a package would be over Lambda's limit.
    """
    names = functions(workspace)
    if not names:
        raise HaError("lambda_src/ holds no function.", "Restore lambda_src/ from version control.")
    folder = workspace.packages(target)
    made = ((name, None if anew else built_package(workspace, name, folder, platform)) for name in names)
    return [known or build_package(workspace, name, folder, platform) for name, known in made]


def built_package(workspace: Workspace, function: str, folder: Path, platform: Platform) -> Package | None:
    """Return the zip that lies in the folder; None unless it is whole and its inputs are those of now."""
    file = folder / f"{function}.zip"
    sbom = file.with_suffix(SBOM_SUFFIX)
    built = Built.noted(file.with_suffix(NOTE_SUFFIX))
    if built is None or built != Built(
        _inputs(workspace, function, platform), digest_of(file), digest_of(sbom)
    ):
        return None
    return Package(function, file, built.zip, file.stat().st_size, sbom)


def _inputs(workspace: Workspace, function: str, platform: Platform) -> str:
    folders = (workspace.root / source for source in _packages(function).values())
    here = Path(__file__).parent
    builders = (here / name for name in ("packaging.py", "bytecode.py", "sbom.py"))
    settings = (*platform.options, python_identity(platform.python))
    return inputs_digest(folders, (_lock(workspace, function), *builders), settings)


def build_package(workspace: Workspace, function: str, folder: Path, platform: Platform) -> Package:
    """Build one function's zip and return what it is; the file changes only when its content does."""
    inputs = _inputs(workspace, function, platform)
    with tempfile.TemporaryDirectory(prefix=f"{function}-", dir=_scratch(workspace)) as scratch:
        content = Path(scratch) / "content"
        _install_requirements(workspace, function, content, platform)
        for name, source in _packages(function).items():
            shutil.copytree(workspace.root / source, content / name, ignore=shutil.ignore_patterns(*LEFT_OUT))
        ingredients = installed_in(content)
        remove_what_stays_out(content)
        if platform.python is not None:
            compile_folder(content, platform.python)
        built = Path(scratch) / f"{function}.zip"
        write_zip(content, built)
        digest = digest_of(built)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / built.name
        shutil.move(built, file)
    sbom = file.with_suffix(SBOM_SUFFIX)
    write_sbom(function, digest, ingredients, sbom)
    Built(inputs, digest, digest_of(sbom)).note(file.with_suffix(NOTE_SUFFIX))
    return Package(function, file, digest, file.stat().st_size, sbom)


def _scratch(workspace: Workspace) -> Path:
    folder = workspace.build / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _lock(workspace: Workspace, function: str) -> Path:
    return workspace.root / "requirements" / "lambda" / f"{function}.txt"


def _install_requirements(workspace: Workspace, function: str, content: Path, platform: Platform) -> None:
    lock = _lock(workspace, function)
    command = [
        uv_command(), "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--only-binary", ":all:",
        "--no-compile-bytecode", "--link-mode", "copy", "--target", str(content), *platform.options,
        "-r", str(lock),
    ]  # fmt: skip
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    if result.returncode != 0:
        raise HaError(
            f"The requirements of {function} could not be installed.",
            f"Check that {lock.relative_to(workspace.root)} exists and the package index answers.",
            detail=result.stderr.strip(),
        )


def write_zip(content: Path, file: Path) -> None:
    """Write a folder as a zip whose bytes depend on names and contents alone.

    Raises HaError when the folder is over Lambda's limit.
    """
    files = (path for path in content.rglob("*") if path.is_file())
    members = sorted(files, key=lambda path: path.relative_to(content).as_posix())
    total = sum(member.stat().st_size for member in members)
    if total > UNPACKED_LIMIT_BYTES:
        raise HaError(
            f"{file.name} would unpack to {total:,} bytes, over Lambda's limit of {UNPACKED_LIMIT_BYTES:,}.",
            "Take requirements out of requirements/lambda/.",
        )
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for member in members:
            entry = zipfile.ZipInfo(member.relative_to(content).as_posix(), EPOCH)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # Unix, on every machine
            archive.writestr(entry, member.read_bytes(), zipfile.ZIP_DEFLATED)


def remove_what_stays_out(content: Path) -> None:
    """Delete what installers and editors leave behind and the function never reads."""
    for pattern in LEFT_OUT:
        for path in sorted(content.rglob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
