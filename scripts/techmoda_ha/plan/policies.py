"""IAM policy documents of a plan, read as statements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


class PolicyError(ValueError):
    """A policy that is no JSON document with statements."""


@dataclass(frozen=True)
class Statement:
    """One statement of a policy; lists hold what JSON may give as one string or several."""

    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: tuple[str, ...]
    has_condition: bool
    inverts: bool  # NotAction, NotResource or NotPrincipal: everything else

    @property
    def is_public(self) -> bool:
        """Tell whether it lets anyone in."""
        return self.allows and "*" in self.principals and not self.has_condition


def statements(document: Any) -> Iterator[Statement]:
    """Yield the statements of a policy in JSON; raise PolicyError when it is none."""
    try:
        found = json.loads(document)["Statement"]
    except (TypeError, ValueError, KeyError) as error:
        raise PolicyError(f"no policy document: {error}") from error
    for one in found if isinstance(found, list) else [found]:
        yield Statement(
            allows=one.get("Effect") == "Allow",
            actions=_texts(one.get("Action", one.get("NotAction"))),
            resources=_texts(one.get("Resource", one.get("NotResource"))),
            principals=_principals(one.get("Principal", one.get("NotPrincipal"))),
            has_condition=bool(one.get("Condition")),
            inverts=any(name in one for name in ("NotAction", "NotResource", "NotPrincipal")),
        )


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(one) for one in value) if isinstance(value, list) else (str(value),)


def _principals(value: Any) -> tuple[str, ...]:
    if isinstance(value, dict):
        return tuple(name for names in value.values() for name in _texts(names))
    return _texts(value)
