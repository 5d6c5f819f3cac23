"""Where uv is: the one in this project's own environment, else the one on PATH."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def uv_command() -> str:
    """Return the command that runs uv."""
    return shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
