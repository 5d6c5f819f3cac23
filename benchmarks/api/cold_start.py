"""How long a fresh Python takes to import a handler, and to give its first answer.

Each sample is a new process, as each Lambda environment is. Imports are measured in CPU time: on a
shared machine the wall clock measures the neighbours. The SDK is read from bytecode, as in Lambda's
own runtime; the package is read as it stands in the zip and nothing may be added to it, since Lambda
mounts it read-only.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.api.events import LIST_PRODUCTS
from benchmarks.api.statistics import Comparison, Summary

_PROBE = """
import importlib, json, sys, time
started = time.process_time(), time.perf_counter()
handler = importlib.import_module(sys.argv[1]).handler
imported = time.process_time()
class Context:
    function_name = invoked_function_arn = aws_request_id = "benchmark"
    memory_limit_in_mb = 1024
    def get_remaining_time_in_millis(self): return 60000
answer = handler(json.loads(sys.argv[2]), Context())
assert answer["statusCode"] == 200, answer
ended = time.process_time(), time.perf_counter()
print(json.dumps({
    "import": (imported - started[0]) * 1000,
    "first_answer_cpu": (ended[0] - started[0]) * 1000,
    "first_answer_wall": (ended[1] - started[1]) * 1000,
}))
"""
_MEASURED = {"import": 1.0, "first_answer_cpu": None, "first_answer_wall": None}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A handler to import: its module, the folder it is unpacked in, and its environment."""

    module: str
    folder: Path
    variables: Mapping[str, str]


def compare(original: Candidate, ours: Candidate, samples: int) -> list[Comparison]:
    """Measure both in turns, `samples` fresh processes each."""
    with tempfile.TemporaryDirectory(prefix="bytecode-") as cache:
        for candidate in (original, ours):
            _warm(candidate, Path(cache))
        frozen = {"PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": "1"}
        pairs = [(_sample(original, frozen), _sample(ours, frozen)) for _ in range(samples)]
    return [
        Comparison(
            name=f"cold start: {name.replace('_', ' ')}",
            original=Summary.of([first[name] for first, _ in pairs]),
            ours=Summary.of([second[name] for _, second in pairs]),
            target=target,
        )
        for name, target in _MEASURED.items()
    ]


def _warm(candidate: Candidate, cache: Path) -> None:
    """Leave in the cache the bytecode that Lambda would find: the runtime's, and what the zip brings.

    With a cache folder set, Python looks there and nowhere else, so one start fills it; what the zip
    does not bring is then taken out again.
    """
    _sample(candidate, {"PYTHONPYCACHEPREFIX": str(cache)})
    if not any(candidate.folder.rglob("*.pyc")):
        shutil.rmtree(cache / candidate.folder.resolve().relative_to("/"))


def _sample(candidate: Candidate, variables: Mapping[str, str]) -> dict[str, float]:
    text = _python(
        ["-c", _PROBE, candidate.module, json.dumps(LIST_PRODUCTS)],
        {**variables, **candidate.variables, "PYTHONPATH": str(candidate.folder)},
    )
    measured: dict[str, float] = json.loads(text.splitlines()[-1])
    return measured


def _python(arguments: list[str], variables: Mapping[str, str]) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [sys.executable, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={**inherited, **variables},
    ).stdout
