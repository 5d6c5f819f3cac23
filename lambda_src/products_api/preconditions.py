"""If-Match and If-None-Match (RFC 9110, 13.1): what the client has seen."""

import re
from dataclasses import dataclass

_ENTITY_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')


@dataclass(frozen=True, slots=True)
class IfMatch:
    """The states a write may replace: any, or those with one of the strong tags."""

    any: bool
    tags: frozenset[str]

    @classmethod
    def parse(cls, header: str | None) -> "IfMatch | None":
        """Return the precondition; None without a header. A header without a tag matches nothing."""
        if header is None:
            return None
        # Strong comparison: a weak tag never matches, so it need not be kept.
        strong = frozenset(tag for weak, tag in _ENTITY_TAG.findall(header) if not weak)
        return cls(any=header.strip() == "*", tags=strong)

    def matches(self, etag: str) -> bool:
        """Tell whether the state with this tag may be replaced."""
        return self.any or etag in self.tags


def not_modified(if_none_match: str | None, etag: str) -> bool:
    """Tell whether the client's copy is current, by weak comparison."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    return any(tag == etag for _weak, tag in _ENTITY_TAG.findall(if_none_match))
