"""AWS's own API models, as botocore ships them, and the request validation that they define.

The messages follow the form in which AWS reports constraint violations: "1 validation error detected:
Value 'x' at 'serviceNamespace' failed to satisfy constraint: Member must satisfy enum value set: [...]".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any


@functools.cache
def service_model(service: str) -> Any:
    """The botocore ServiceModel of a service by its client name, for example "application-autoscaling"."""
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def validation_message(shape: Any, value: object) -> str | None:
    """What AWS says about a request that breaks its model, or None for a valid one.

    `shape` is the input shape of an operation. Unknown members are ignored, as AWS ignores them.
    """
    failures = list(_failures(shape, value, ""))
    if not failures:
        return None
    plural = "s" if len(failures) > 1 else ""
    return f"{len(failures)} validation error{plural} detected: " + "; ".join(failures)


def _failures(shape: Any, value: Any, path: str) -> Iterator[str]:
    match shape.type_name:
        case "structure" if isinstance(value, Mapping):
            yield from _structure_failures(shape, value, path)
        case "list" if isinstance(value, list):
            yield from _bound_failures(shape, value, len(value), path, "length")
            for index, item in enumerate(value, start=1):
                yield from _failures(shape.member, item, f"{path}.{index}.member")
        case "map" if isinstance(value, Mapping):
            yield from _bound_failures(shape, value, len(value), path, "length")
            for item in value.values():
                yield from _failures(shape.value, item, f"{path}.member")
        case "string" if isinstance(value, str):
            yield from _string_failures(shape, value, path)
        case "integer" | "long" | "float" | "double" if isinstance(value, int | float):
            yield from _bound_failures(shape, value, value, path, "value")


def _structure_failures(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, member in shape.members.items():
        lowered = name[0].lower() + name[1:]
        inner = f"{path}.{lowered}" if path else lowered
        if value.get(name) is not None:
            yield from _failures(member, value[name], inner)
        elif name in shape.required_members:
            yield f"Value null at '{inner}' failed to satisfy constraint: Member must not be null"


def _string_failures(shape: Any, value: str, path: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        allowed = ", ".join(shape.enum)
        yield _failure(value, path, f"Member must satisfy enum value set: [{allowed}]")
    yield from _bound_failures(shape, value, len(value), path, "length")
    pattern = shape.metadata.get("pattern")
    if pattern and not _matches(pattern, value):
        yield _failure(value, path, f"Member must satisfy regular expression pattern: {pattern}")


def _bound_failures(shape: Any, value: object, size: float, path: str, what: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield _failure(value, path, f"Member must have {what} greater than or equal to {least}")
    if most is not None and size > most:
        yield _failure(value, path, f"Member must have {what} less than or equal to {most}")


def _failure(value: object, path: str, constraint: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"


def _matches(pattern: str, value: str) -> bool:
    """Whether the whole value matches. A pattern that Python cannot read (a Java class) is not applied."""
    try:
        return re.fullmatch(_python_pattern(pattern), value) is not None
    except re.error:
        return True


def _python_pattern(pattern: str) -> str:
    r"""Java's surrogate-pair range (\uD800\uDC00-\uDBFF\uDFFF) in Python's spelling."""
    return pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
