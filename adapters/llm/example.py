"""A record shown by an example, for endpoints that take no schema.

Small models repeat a schema instead of filling it in; an example they imitate.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from domain.book import Frozen

_DEPTH = 6
_LINES = 200

Node = Mapping[str, Any]


class Example:
    """An example of a record, and what its fields mean."""

    def __init__(self, kind: type[Frozen]) -> None:
        self._schema = kind.model_json_schema()
        self._definitions: Mapping[str, Node] = self._schema.get("$defs", {})
        given = self._schema.get("examples")
        self.value: Any = given[0] if given else self._value(self._schema, "", 0)

    def form(self) -> str:
        """Tells a model what to answer."""
        lines = [line for _, line in zip(range(_LINES), self._fields(), strict=False)]
        return (
            "Answer with one JSON object and nothing else. It has exactly these fields, with "
            "contents of your own:\n"
            + json.dumps(self.value, ensure_ascii=False, indent=1)
            + ("\n" + "\n".join(lines) if lines else "")
        )

    def _fields(self) -> Iterator[str]:
        yield from self._described("", self._schema, 0)

    def _described(self, path: str, node: Node, depth: int) -> Iterator[str]:
        node = self._one(node)
        notes = [
            node.get("description", "") if path else "",
            f"one of {', '.join(map(str, node['enum']))}" if "enum" in node else "",
            *(
                words.format(node[key])
                for key, words in _LIMITS.items()
                if isinstance(node.get(key), int | float | str)
            ),
        ]
        told = "; ".join(" ".join(note.split()) for note in notes if note)
        if told and path:
            yield f"- {path}: {told}"
        if depth < _DEPTH:
            for name, field in node.get("properties", {}).items():
                yield from self._described(f"{path}.{name}".lstrip("."), field, depth + 1)
            if "items" in node:
                yield from self._described(f"{path}[]", node["items"], depth + 1)

    def _value(self, node: Node, name: str, depth: int) -> Any:  # noqa: ANN401 - any JSON
        if depth > _DEPTH // 2 and {"type": "null"} in node.get("anyOf", ()):
            return None  # a record within itself has to end somewhere
        node = self._one(node)
        if "const" in node:
            return node["const"]
        if "enum" in node:
            return node["enum"][0]
        match node.get("type"):
            case "object":
                return {
                    key: self._value(field, key, depth + 1)
                    for key, field in node.get("properties", {}).items()
                }
            case "array":
                items = node.get("items")
                return (
                    [self._value(items, name, depth + 1)] if items and depth < _DEPTH // 2 else []
                )
            case "integer" | "number":
                return node.get("minimum", 1)
            case "boolean":
                return True
            case "null":
                return None
        return f"the {name.replace('_', ' ')}"

    def _one(self, node: Node) -> Node:
        """The node without references and choices: of these the first that is not null."""
        described = node.get("description")
        for _ in range(_DEPTH):
            choices = node.get("anyOf") or node.get("oneOf") or node.get("allOf")
            if "$ref" in node:
                node = self._definitions[node["$ref"].rpartition("/")[2]]
            elif choices:
                node = next((one for one in choices if one.get("type") != "null"), choices[0])
            else:
                break
        return {**node, "description": described} if described else node


_LIMITS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "not below {}",
    "maximum": "not above {}",
    "exclusiveMinimum": "above {}",
    "exclusiveMaximum": "below {}",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
    "pattern": "matches {}",
}
