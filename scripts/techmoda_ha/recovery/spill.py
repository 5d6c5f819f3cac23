"""Records grouped by key on disk, so that memory does not grow with their number.

A record goes to one of many files by the hash of its key. All records of a key are in one file, in the
order in which they came; the files are then read one after the other. A file that is still too large to be
worked on in memory is divided again.
"""

from __future__ import annotations

import contextlib
import marshal
import shutil
import struct
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Self

from techmoda_recovery.core.images import Image, dumps

BITS = 6  # Of the 32 of the hash, for each depth.
FILES = 2**BITS
LARGEST_FILE_BYTES = 2**20  # About 17 MB once its records are Python objects.
_SIZE = struct.Struct("<Q")
DEEPEST = 4  # 64 to the power of 4 files: more bytes than a table can have.


class Spill:
    """Takes records from any thread, then gives them back file by file."""

    def __init__(self, folder: Path, *, depth: int = 0, largest_file_bytes: int = LARGEST_FILE_BYTES) -> None:
        self._folder, self._depth, self._largest = folder, depth, largest_file_bytes
        self._files: dict[int, IO[bytes]] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, key: Image, record: Any) -> None:
        """Keep a record, of plain values, under its key."""
        self._add(dumps(key), record)

    def groups(self) -> Iterator[Iterator[Any]]:
        """Give the records back: each group has all records of its keys. To be read in turn, once."""
        self._close()
        for number in range(FILES):
            file = self._folder / str(number)
            if not file.exists():
                continue
            if file.stat().st_size > self._largest and self._depth < DEEPEST:
                yield from self._divided(file)
            else:
                yield _records(file)
            file.unlink()

    def _divided(self, file: Path) -> Iterator[Iterator[Any]]:
        parts = Spill(
            file.with_name(f"{file.name}-parts"), depth=self._depth + 1, largest_file_bytes=self._largest
        )
        with parts:
            for key, record in _entries(file):
                parts._add(key, record)
            yield from parts.groups()

    def _add(self, key: str, record: Any) -> None:
        # Each depth looks at other bits of the hash, else all records would meet in one file again. (A CRC is
        # linear: putting the depth before the key would not change which keys share their lowest bits.)
        number = (zlib.crc32(key.encode()) >> BITS * self._depth) % FILES
        # marshal is several times as fast as JSON, and nobody but this process ever reads these files.
        content = marshal.dumps((key, record))
        with self._lock:
            file = self._files.get(number)
            if file is None:
                file = self._files[number] = (self._folder / str(number)).open("ab")
            file.write(_SIZE.pack(len(content)) + content)

    def _close(self) -> None:
        with contextlib.ExitStack() as closing:
            for file in self._files.values():
                closing.callback(file.close)
        self._files.clear()


def _records(file: Path) -> Iterator[Any]:
    return (record for _, record in _entries(file))


def _entries(file: Path) -> Iterator[tuple[str, Any]]:
    with file.open("rb") as entries:
        while size := entries.read(_SIZE.size):
            yield marshal.loads(entries.read(*_SIZE.unpack(size)))  # noqa: S302 - our own file
