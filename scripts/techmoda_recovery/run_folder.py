"""The folder of a run in S3: its request, its plans and undo files, and how far each segment is.

    runs/<run>/run.json               what the first execution found out
    runs/<run>/keys-<digest>.txt      keys to touch, or to leave alone
    runs/<run>/compared/<segment>     how far the comparison is, and the names of its plans
    runs/<run>/plan/<part>.jsonl      plans and undo files, as `ha recover` reads them
    runs/<run>/undo/<part>.jsonl
    runs/<run>/apply/<segment>        how far the repair is; undo/… for that of taking it back
    runs/<run>/<mode>-report.json     what came of the last execution

Documents are replaced only as they were read (S3's conditional writes), so that two executions of a run, or
one and what an ended one left at work, never overwrite each other's progress.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from techmoda_recovery.core.images import dumps, loads
from techmoda_recovery.core.rules import keys_of
from techmoda_recovery.runs import Mode, Segment

RUN = "run.json"
_OVERTAKEN = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")
_MISSING = ("NoSuchKey", "404")


class OvertakenError(Exception):
    """Another execution has replaced the document since it was read."""


@dataclass(frozen=True)
class Document:
    """A document as it was read. `version` is the entity tag, None of one that is not there yet."""

    name: str
    content: Any
    version: str | None


@dataclass(frozen=True)
class RunFolder:
    """One run's folder. `client` is an S3 client; its errors are botocore's."""

    client: Any
    bucket: str
    run: str

    def read(self, name: str) -> Document:
        """Return a document, with None as content where there is none."""
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=self._key(name))
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return Document(name, None, None)
            raise
        return Document(name, loads(answer["Body"].read().decode()), answer["ETag"])

    def replace(self, document: Document, content: Mapping[str, Any]) -> Document:
        """Replace a document as it was read; raise OvertakenError when it is another by now."""
        expected = {"IfNoneMatch": "*"} if document.version is None else {"IfMatch": document.version}
        try:
            answer = self.client.put_object(
                Bucket=self.bucket, Key=self._key(document.name), Body=dumps(content).encode(), **expected
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _OVERTAKEN:
                raise OvertakenError(f"{document.name} was replaced meanwhile") from error
            raise
        return Document(document.name, content, answer["ETag"])

    def put_report(self, mode: Mode, report: Mapping[str, Any]) -> str:
        """Keep what came of an execution, instead of what came of an earlier one; return the object's key."""
        key = self._key(report_name(mode))
        self.client.put_object(Bucket=self.bucket, Key=key, Body=dumps(report).encode())
        return key

    def put_keys(self, keys: Iterable[str]) -> str:
        """Keep a list of keys and return its name, which another list would not have."""
        text = "".join(f"{key}\n" for key in sorted(keys)).encode()
        name = f"keys-{hashlib.sha256(text).hexdigest()[:32]}.txt"
        self.client.put_object(Bucket=self.bucket, Key=self._key(name), Body=text)
        return name

    def keys(self, name: str) -> frozenset[str]:
        """Return a list of keys that `put_keys` kept."""
        answer = self.client.get_object(Bucket=self.bucket, Key=self._key(name))
        return keys_of(answer["Body"].read().decode().splitlines())

    def put_part(self, kind: str, part: str, file: Path) -> None:
        """Keep a plan ("plan") or an undo file ("undo")."""
        with file.open("rb") as content:
            self.client.put_object(Bucket=self.bucket, Key=self._key(part_name(kind, part)), Body=content)

    def fetch_part(self, kind: str, part: str, file: Path) -> None:
        """Write a plan or an undo file to `file`."""
        answer = self.client.get_object(Bucket=self.bucket, Key=self._key(part_name(kind, part)))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)  # It holds items.
        with file.open("wb") as content:
            for chunk in answer["Body"].iter_chunks():
                content.write(chunk)

    def _key(self, name: str) -> str:
        return f"runs/{self.run}/{name}"


def compared_name(segment: Segment) -> str:
    """Return the name of the document that tells how far a segment has been compared."""
    return f"compared/{segment.name}.json"


def repaired_name(mode: Mode, segment: Segment) -> str:
    """Return the name of the document that tells how far a segment has been repaired, or undone."""
    return f"{mode}/{segment.name}.json"


def part_name(kind: str, part: str) -> str:
    """Return the name of a plan's or an undo file's object."""
    return f"{kind}/{part}.jsonl"


def report_name(mode: Mode) -> str:
    """Return the name of the report of an execution."""
    return f"{mode}-report.json"
