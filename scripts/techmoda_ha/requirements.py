"""Lock the requirements: resolve requirements/*.in for every platform, with hashes and without index URLs."""

from __future__ import annotations

import subprocess
from pathlib import Path

from rich.console import Console

from techmoda_ha.environments import Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.uv import uv_command

# The Lambda runtime brings boto3 and what it needs, so the zips leave these out.
IN_THE_LAMBDA_RUNTIME = ("boto3", "botocore", "s3transfer", "urllib3", "python-dateutil", "six")


def lock_requirements(workspace: Workspace, console: Console) -> None:
    """Lock every environment's and every function's requirements.

    The functions take the versions of the tools environment, so that tests run what ships.
    Raises HaError when a file does not resolve; the locks already written stay.
    """
    folder = workspace.root / "requirements"
    tools = folder / "tools.txt"
    with console.status("Locking the requirements"):
        for name in ("tools", "checkov", "docs"):
            _compile(folder / f"{name}.in")
        _compile(folder / "uv.in", "--constraint", str(tools))
        left_out = [option for name in IN_THE_LAMBDA_RUNTIME for option in ("--no-emit-package", name)]
        for source in sorted((folder / "lambda").glob("*.in")):
            _compile(source, "--constraint", str(tools), *left_out)


def _compile(source: Path, *options: str) -> None:
    command = [
        uv_command(), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
        "--generate-hashes", "--no-emit-index-url", "--no-annotate", "--custom-compile-command",
        "make lock", *options, str(source), "--output-file", str(source.with_suffix(".txt")),
    ]  # fmt: skip
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    if result.returncode != 0:
        raise HaError(
            f"{source.name} does not resolve.", "Mend the versions it asks for.", detail=result.stderr.strip()
        )
