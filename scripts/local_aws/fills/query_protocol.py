"""The AWS query protocol, both ways, driven by a service's API model.

Requests are form-encoded ("Dimensions.member.1.Name=…"), answers are ElementTree. Source: botocore's
QuerySerializer and QueryParser, which this is the server's side of, and the Smithy specification
"AWS query protocol".
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

Form = Mapping[str, str]


def read_request(shape: Any, form: Form) -> dict[str, Any]:
    """The members of a request's input shape that the form sets. Timestamps stay strings."""
    return _read_structure(shape, form, "")


def _read(shape: Any, form: Form, name: str) -> Any:
    match shape.type_name:
        case "structure":
            return _read_structure(shape, form, f"{name}.")
        case "list":
            members = _numbered(form, f"{name}.member.")
            return [_read(shape.member, form, f"{name}.member.{number}") for number in members]
        case "boolean":
            return form[name].lower() == "true"
        case "integer" | "long":
            return int(form[name])
        case "float" | "double":
            return float(form[name])
        case _:
            return form[name]


def _read_structure(shape: Any, form: Form, prefix: str) -> dict[str, Any]:
    return {
        name: _read(member, form, prefix + name)
        for name, member in shape.members.items()
        if any(key == prefix + name or key.startswith(f"{prefix}{name}.") for key in form)
    }


def _numbered(form: Form, prefix: str) -> list[int]:
    """The member numbers under a prefix, in order; an empty list is sent as the bare name."""
    return sorted({int(key[len(prefix) :].split(".")[0]) for key in form if key.startswith(prefix)})


def write_response(operation: Any, namespace: str, result: Mapping[str, Any]) -> bytes:
    """The XML document that answers an operation; members that are None are left out."""
    root = ElementTree.Element(f"{operation.name}Response", xmlns=namespace)
    if operation.output_shape is not None:
        wrapper = ElementTree.SubElement(root, operation.output_shape.serialization["resultWrapper"])
        _write_members(wrapper, operation.output_shape, result)
    metadata = ElementTree.SubElement(root, "ResponseMetadata")
    ElementTree.SubElement(metadata, "RequestId").text = str(uuid.uuid4())
    return _document(root)


def write_error(namespace: str, code: str, message: str) -> bytes:
    """The XML document of an error that the caller made."""
    root = ElementTree.Element("ErrorResponse", xmlns=namespace)
    error = ElementTree.SubElement(root, "Error")
    for name, text in (("Type", "Sender"), ("Code", code), ("Message", message)):
        ElementTree.SubElement(error, name).text = text
    ElementTree.SubElement(root, "RequestId").text = str(uuid.uuid4())
    return _document(root)


def _document(root: ElementTree.Element) -> bytes:
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _write_members(parent: ElementTree.Element, shape: Any, values: Mapping[str, Any]) -> None:
    for name, member in shape.members.items():
        if values.get(name) is not None:
            _write(ElementTree.SubElement(parent, name), member, values[name])


def _write(element: ElementTree.Element, shape: Any, value: Any) -> None:
    match shape.type_name:
        case "structure":
            _write_members(element, shape, value)
        case "list":
            for item in value:
                _write(ElementTree.SubElement(element, "member"), shape.member, item)
        case "boolean":
            element.text = "true" if value else "false"
        case "timestamp" if isinstance(value, int | float):
            element.text = datetime.fromtimestamp(value, UTC).isoformat(timespec="milliseconds")
        case _:
            element.text = str(value)
