"""A record's JSON schema as strict endpoints take it."""

import re
from collections.abc import Mapping
from typing import Any

from domain.book import Frozen

_PLAIN = ("type", "enum", "const", "description")
"""What goes over the wire as it is. Lengths, ranges and patterns do not: they are checked here."""

Node = Mapping[str, Any]


class _NotStrict(Exception):
    """The record cannot be described strictly."""


def wire_schema(kind: type[Frozen]) -> dict[str, Any] | None:
    """The schema in which every field is required, so that an optional one is `X | None`.

    None for a record that has no strict schema: with a mapping, an untyped field or a tuple of
    different types in it.
    """
    schema = kind.model_json_schema()
    definitions = schema.get("$defs", {})
    try:
        strict = _strict(_resolved(schema, definitions))
        if definitions:
            strict["$defs"] = {name: _strict(node) for name, node in definitions.items()}
    except _NotStrict:
        return None
    return strict


def schema_name(kind: type[Frozen]) -> str:
    """A name that endpoints take."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", kind.__name__)[:64]


def _strict(node: Node) -> dict[str, Any]:
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    strict = {name: node[name] for name in _PLAIN if name in node}
    choices = node.get("anyOf") or node.get("oneOf")
    if choices:
        return strict | {"anyOf": [_strict(choice) for choice in choices]}
    if len(node.get("allOf", ())) == 1:
        return _strict(node["allOf"][0])
    match node.get("type"):
        case "object":
            return strict | _strict_object(node)
        case "array":
            if "items" not in node or "prefixItems" in node:
                raise _NotStrict
            return strict | {"items": _strict(node["items"])}
        case None if "enum" not in node and "const" not in node:
            raise _NotStrict
    return strict


def _strict_object(node: Node) -> dict[str, Any]:
    if node.get("additionalProperties") is not False:
        raise _NotStrict
    properties = {name: _strict(field) for name, field in node.get("properties", {}).items()}
    return {
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _resolved(node: Node, definitions: Mapping[str, Node]) -> Node:
    """The node, or what it points at."""
    reference = node.get("$ref")
    return definitions[reference.rpartition("/")[2]] if reference else node
