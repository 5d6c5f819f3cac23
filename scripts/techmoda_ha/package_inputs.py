"""What a Lambda zip is made from, as one digest: a zip whose inputs are the same is not built again."""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Built:
    """What is noted beside a zip: the digests of its inputs, of the zip and of its bill of materials."""

    inputs: str
    zip: str
    sbom: str

    def note(self, file: Path) -> None:
        """Write it."""
        file.write_text(json.dumps(vars(self)) + "\n")

    @classmethod
    def noted(cls, file: Path) -> Built | None:
        """Return what is written there; None when it is missing or no such note."""
        try:
            return cls(**json.loads(file.read_text()))
        except (OSError, ValueError, TypeError):
            return None


def digest_of(file: Path) -> str:
    """Return a file's SHA-256; "" when there is none."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""


def inputs_digest(folders: Iterable[Path], files: Iterable[Path], settings: Iterable[str]) -> str:
    """Return one digest of the names and contents of files, of all files in folders, and of settings.

    Bytecode does not count: it is made from the sources, at any time.
    """
    found = hashlib.sha256()
    inside = (file for folder in folders for file in folder.rglob("*") if "__pycache__" not in file.parts)
    for file in sorted({*files, *(one for one in inside if one.is_file())}):
        found.update(f"{file}\0{digest_of(file)}\n".encode())
    for setting in (*settings, zlib.ZLIB_RUNTIME_VERSION):
        found.update(f"{setting}\0".encode())
    return found.hexdigest()


def python_identity(python: str | None) -> str:
    """Return what tells one Python that compiles from another."""
    if python is None:
        return "none"
    if python == sys.executable:
        return sys.version
    file = Path(python).resolve()
    return f"{file} {file.stat().st_mtime_ns}"
