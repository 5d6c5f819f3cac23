"""Lists: filters by request parameters, and pages.

`MaxResults` is the size of a page; `NextToken` is opaque to callers: the offset of the next page.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from local_aws.backup.errors import invalid_value

Document = Mapping[str, Any]
Filter = Callable[[Document, Any], bool]

_DEFAULT_PAGE = 1000


def equals(name: str) -> Filter:
    """Keeps documents whose member equals the parameter."""
    return lambda document, wanted: document.get(name) == wanted


def after(name: str) -> Filter:
    """Keeps documents whose time is later than the parameter."""
    return lambda document, wanted: document.get(name) is not None and document[name] > wanted


def before(name: str) -> Filter:
    """Keeps documents whose time is earlier than the parameter."""
    return lambda document, wanted: document.get(name) is not None and document[name] < wanted


def any_account(document: Document, wanted: Any) -> bool:
    """Keeps documents of the account; "*" stands for all accounts of the organization."""
    return wanted in ("*", document.get("AccountId"))


def listed(
    member: str,
    documents: Iterable[Document],
    request: Mapping[str, Any],
    filters: Mapping[str, Filter] | None = None,
) -> dict[str, Any]:
    """One page of the documents that fulfil the filters whose parameters the request has."""
    wanted = [(keep, request[name]) for name, keep in (filters or {}).items() if name in request]
    found = [document for document in documents if all(keep(document, value) for keep, value in wanted)]
    start = _offset(request.get("NextToken"))
    end = start + request.get("MaxResults", _DEFAULT_PAGE)
    answer: dict[str, Any] = {member: found[start:end]}
    if end < len(found):
        answer["NextToken"] = base64.urlsafe_b64encode(str(end).encode()).decode()
    return answer


def newest_first(documents: Iterable[Document]) -> list[Document]:
    """The documents by CreationDate, the newest first."""
    return sorted(documents, key=lambda document: -float(document["CreationDate"]))


def _offset(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token.encode()))
    except (binascii.Error, ValueError) as error:
        raise invalid_value("Invalid NextToken") from error
