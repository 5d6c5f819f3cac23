"""What a repair writes besides the content: a higher version, when, and by whom.

See docs/decisions/0110: a version that went back would let a client that read the corrupted state overwrite
the repaired one unseen.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from techmoda_recovery.core.images import Image, State, dumps, number_of, own_attributes, text_of

WRITER_PREFIX = "recovery:"
UNDO_SUFFIX = "-undo"


@dataclass(frozen=True)
class Stamps:
    """The names of the attributes that tell of a write and are no content."""

    version: str = "version"
    updated_at: str = "updated_at"
    token: str = "write_token"  # noqa: S105 - an attribute's name
    writer: str = "written_by"

    @property
    def names(self) -> frozenset[str]:
        """Return all of them."""
        return frozenset((self.version, self.updated_at, self.token, self.writer))

    def writer_of(self, old: State, new: State) -> str:
        """Return who turned the old state into the new one; "" when that is not known.

        A removal names nobody, and a write that leaves every stamp as it was is not by who stands there.
        """
        if new is None or (old is not None and all(old.get(name) == new.get(name) for name in self.names)):
            return ""
        return text_of(new, self.writer)

    def highest_version(self, states: Iterable[State]) -> int:
        """Return the highest version among the states; 0 where none has one."""
        return max((number_of(state, self.version) for state in states), default=0)


STAMPS = Stamps()


def written_at(item: State, stamps: Stamps) -> int | None:
    """Return the epoch second at which an item says that it was written; None when it does not."""
    try:
        return int(datetime.fromisoformat(text_of(item, stamps.updated_at)).timestamp())
    except ValueError:
        return None


@dataclass(frozen=True)
class Signature:
    """Signs every repair of one plan. Nothing in it is by chance, so that a repetition writes the same."""

    plan_id: str
    created_at: str  # RFC 3339
    stamps: Stamps = STAMPS

    def sign(self, key: Image, target: Image, replaced: State, highest_version: int) -> dict[str, object]:
        """Return the item to write: the target's content, above every version that clients may have seen.

        Only the writer is added where it was missing; the others are replaced where there are any.
        """
        stamps = self.stamps
        signed: dict[str, object] = own_attributes(target)
        token = uuid.uuid5(uuid.NAMESPACE_OID, f"{self.plan_id} {dumps(key)}")
        values = {
            stamps.version: {"N": str(highest_version + 1)},
            stamps.updated_at: {"S": self.created_at},
            stamps.token: {"S": str(token)},
        }
        signed |= {
            name: value for name, value in values.items() if name in target or name in (replaced or {})
        }
        return signed | {stamps.writer: {"S": WRITER_PREFIX + self.plan_id}}
