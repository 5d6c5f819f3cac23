"""Starting a Lambda environment quickly."""

import gc
from collections.abc import Callable
from typing import TypeVar

Started = TypeVar("Started")


def without_collections(start: Callable[[], Started]) -> Started:
    """Run `start` with the cyclic garbage collector off, and keep what it made out of later collections.

    Imports and clients make several hundred thousand objects that all stay; looking through them for
    garbage again and again took a fifth of the cold start (benchmarks/api).
    """
    gc.disable()
    try:
        return start()
    finally:
        gc.freeze()
        gc.enable()
