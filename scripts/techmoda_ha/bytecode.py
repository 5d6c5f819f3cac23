"""Compile a package ahead of time, so that Lambda does not have to at each cold start.

Lambda mounts the code read-only: what is not compiled in the zip is compiled anew in every environment, about
100 ms of CPU for the product API (benchmarks/api). The files are checked by nothing at run time (PEP 552,
unchecked) and hold no path of this machine, so they depend on the sources and the Python alone.
A Python of another version ignores them and compiles for itself.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from techmoda_ha.uv import uv_command

CODE_ROOT = "/var/task"  # where Lambda mounts a function's code


def find_python(version: str) -> str | None:
    """Return a Python of that minor version on this machine ("3.13"), or None when there is none."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    command = [uv_command(), "python", "find", "--no-project", version]
    found = subprocess.run(command, check=False, capture_output=True, text=True)
    return found.stdout.strip() or None if found.returncode == 0 else None


def compile_folder(folder: Path, python: str) -> None:
    """Write __pycache__ folders for every module under `folder`.

    A module that does not compile is left to fail where it is imported: packages carry templates and files
    for other Python versions.
    """
    command = [
        # -E: a bytecode folder of the caller's own (PYTHONPYCACHEPREFIX) must not take the files.
        python, "-E", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash",
        "-s", str(folder), "-p", CODE_ROOT, str(folder),
    ]  # fmt: skip
    subprocess.run(command, check=False, capture_output=True)
