"""Histories folded into repairs: what each item would be without the writes that are undone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from techmoda_recovery.core.changes import Change
from techmoda_recovery.core.images import Image, State, is_same
from techmoda_recovery.core.rules import Rules
from techmoda_recovery.core.stamps import UNDO_SUFFIX, WRITER_PREFIX, Signature


@dataclass(frozen=True, slots=True)
class Repair:
    """One conditional write: `target` replaces `expected`, and nothing else. None means no item."""

    key: Image
    expected: State
    target: State
    undone: int = 0
    kept: int = 0

    @property
    def resurrects(self) -> bool:
        """Tell whether it brings back an item that is gone."""
        return self.expected is None and self.target is not None

    def inverse(self, signature: Signature) -> Repair:
        """Return the repair that takes this one back, again with a higher version."""
        target = self.expected
        if target is not None:
            highest = signature.stamps.highest_version((self.expected, self.target))
            target = signature.sign(self.key, target, self.target, highest)
        return Repair(self.key, self.target, target, self.undone, self.kept)


@dataclass(slots=True)
class History:
    """The writes to one item since a moment, folded one by one in the order in which they were made.

    `healed` is what the item would be without the undone writes, `last` what it is. Kept writes are
    replayed on what is healed: the attributes that they changed, and no others, so that a legitimate
    write to a corrupted item survives without the corruption that it was made on.
    """

    key: Image
    healed: State
    last: State
    before_repair: State = None
    highest_version: int = 0
    undone: int = 0
    kept: int = 0
    has_gap: bool = False

    @classmethod
    def beginning_with(cls, change: Change) -> History:
        """Return the history of an item before its first write since the moment."""
        return cls(change.key, change.old, change.old)

    def add(self, change: Change, rules: Rules) -> None:
        """Fold in the next write."""
        if not is_same(change.old, self.last):
            self.has_gap = True
        stamps = rules.stamps
        self.highest_version = max(self.highest_version, stamps.highest_version((change.old, change.new)))
        writer = stamps.writer_of(change.old, change.new)
        if change.new is None:
            self.before_repair = self.healed  # A repair that removes an item leaves no writer.
        if writer.startswith(WRITER_PREFIX):
            self._add_own(change, writer)
        elif rules.undoes(change):
            self.undone += 1
        else:
            self.kept += 1
            self.healed = replayed(change, self.healed)
        self.last = change.new

    def _add_own(self, change: Change, writer: str) -> None:
        """Fold in what an earlier recovery wrote: a repair is kept, an undo takes the repair before it back.

        An undo writes only on the very state that its repair left, so it always follows right after it.
        """
        if writer.endswith(UNDO_SUFFIX):
            self.healed = self.before_repair
        else:
            self.before_repair = self.healed
            self.healed = replayed(change, self.healed)

    def repair(self, signature: Signature) -> Repair | None:
        """Return what puts the item right; None when its content is right already."""
        if not self.undone or is_same(self.healed, self.last, ignoring=signature.stamps.names):
            return None
        target = self.healed
        if target is not None:
            target = signature.sign(self.key, target, self.last, self.highest_version)
        return Repair(self.key, self.last, target, self.undone, self.kept)


def replayed(change: Change, healed: State) -> State:
    """Return the state that a kept write leaves on the healed one."""
    if change.old is None or change.new is None or healed is None:
        return change.new
    old, new, result = change.old, change.new, dict(healed)
    for name in {*old, *new}:
        if name not in new:
            result.pop(name, None)
        elif old.get(name) != new[name]:
            result[name] = new[name]
    return result


def difference(
    change: Change, rules: Rules, signature: Signature, attributes: Collection[str] = ()
) -> Repair | None:
    """Return what turns the new state back into the old one, as a comparison of two tables finds them.

    With `attributes`, only these are put back into an item that is still there.
    """
    stamps = signature.stamps
    if is_same(change.old, change.new, ignoring=stamps.names) or not rules.undoes(change):
        return None
    target = change.old
    if change.old is not None and change.new is not None and attributes:
        target = {name: value for name, value in change.new.items() if name not in attributes}
        target |= {name: change.old[name] for name in attributes if name in change.old}
        if is_same(target, change.new):
            return None
    if target is not None:
        highest = stamps.highest_version((change.old, change.new))
        target = signature.sign(change.key, target, change.new, highest)
    return Repair(change.key, change.new, target, undone=1)
