"""Write openapi.json anew; with --check only compare."""

import json
import sys
from pathlib import Path

from products_api.openapi.document import build

FILE = Path(__file__).parents[1] / "openapi.json"


def main(arguments: list[str]) -> int:
    """Write openapi.json; with --check only compare, and return 1 when it is out of date."""
    text = json.dumps(build(), indent=2) + "\n"
    if "--check" not in arguments:
        FILE.write_text(text, encoding="utf-8")
        return 0
    if FILE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{FILE.name} is out of date: run python -m products_api.openapi\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
