"""A plan read from an experiment's configuration, the same way for every drill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field
from typing import Any, ClassVar, Self


class FromConfiguration:
    """What a drill's plan, a dataclass, inherits."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @classmethod
    def from_configuration(cls, configuration: Mapping[str, Any], **chosen: Any) -> Self:
        """Read an experiment's configuration (unknown entries are others' and left alone).

        What was chosen goes over it; None is no choice.
        """
        known = {name: configuration[name] for name in cls.__dataclass_fields__ if name in configuration}
        return cls(**{**known, **{name: value for name, value in chosen.items() if value is not None}})
