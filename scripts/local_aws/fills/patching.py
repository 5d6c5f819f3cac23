"""How a fill replaces functions of MiniStack.

MiniStack's services look their own functions up in the module at each call, so a replacement put into
the module is what every caller gets.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

Answer = tuple[int, dict[str, str], bytes]
"""What MiniStack's handlers return: status, headers, body."""


def wrap(module: Any, name: str, around: Callable[..., Any]) -> None:
    """Replace `module.name` by a function that calls `around(original, *args, **kwargs)`."""
    original = getattr(module, name)

    @functools.wraps(original)
    def replacement(*args: Any, **kwargs: Any) -> Any:
        return around(original, *args, **kwargs)

    setattr(module, name, replacement)


def changed(answer: Answer, change: Callable[[dict[str, Any]], None]) -> Answer:
    """A successful answer with its JSON document changed in place by `change`; others as they are."""
    status, headers, body = answer
    if status >= 300:
        return answer
    document = json.loads(body)
    change(document)
    return status, headers, json.dumps(document).encode()
