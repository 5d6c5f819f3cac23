"""Commands that errors advise, as the reader can type them where they are."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Collection
from pathlib import Path

PROGRAM = "ha"


def program(beside: Path = Path(sys.executable)) -> str:
    """Return how `ha` is typed here: by its name where a shell finds it by that, else by its path.

    `make setup` puts it beside its Python under build/ and changes no PATH. The path is relative when it
    is below the working directory.
    """
    own, found = beside.with_name(PROGRAM), shutil.which(PROGRAM)
    if not own.is_file() or (found and Path(found).samefile(own)):
        return PROGRAM
    below = os.path.relpath(own)
    return str(own) if below.startswith(os.pardir) else below


def typeable(text: str, commands: Collection[str], typed: str) -> str:
    """Return a text with `ha COMMAND` written as it is `typed`; a path that ends in `ha` is left alone."""
    names = "|".join(sorted(map(re.escape, commands)))
    return re.sub(rf"(?<![\w./-]){PROGRAM} (?=(?:{names})\b)", lambda _: f"{typed} ", text)
