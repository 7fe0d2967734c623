"""Finding the record in an answer."""

import json
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from domain.book import Frozen

T = TypeVar("T", bound=Frozen)

_CANDIDATES = 50
_PROBLEMS = 20
_SHAPES = ("missing", "extra_forbidden", "literal_error", "enum", "json_invalid")


class Mismatch(Exception):
    """An answer is not the record that was asked for.

    `is_shapeless` where no endpoint that keeps to a schema could have given it.
    """

    def __init__(self, problems: tuple[str, ...], is_shapeless: bool) -> None:
        super().__init__(problems, is_shapeless)
        self.problems = problems
        self.is_shapeless = is_shapeless


class Reader(Generic[T]):
    """Reads records of one kind. `example` is what was shown: repeated, it is no answer."""

    def __init__(self, kind: type[T], example: object) -> None:
        self._kind = kind
        self._example = example

    def read(self, text: str) -> T:
        """The record in an answer, which may have words around it. Raises `Mismatch`."""
        error: ValidationError | None = None
        # A model that thinks aloud says what it means last.
        for candidate in reversed(_objects(text)):
            if candidate == self._example:
                raise Mismatch(("the example was repeated, not filled in",), True)
            try:
                return self._kind.model_validate_json(json.dumps(candidate))
            except ValidationError as problem:
                error = error or problem
        if error is None:
            raise Mismatch(("there is no complete JSON object in the answer",), True)
        raise _mismatch(error)


def _mismatch(error: ValidationError) -> Mismatch:
    details = error.errors(include_input=False, include_url=False)
    problems = tuple(
        f"{'.'.join(map(str, detail['loc'])) or 'the whole'}: {detail['msg']}"
        for detail in details[:_PROBLEMS]
    )
    shapeless = any(
        detail["type"] in _SHAPES or detail["type"].endswith(("_type", "_parsing"))
        for detail in details
    )
    return Mismatch(problems, shapeless)


def _objects(text: str) -> list[dict[str, Any]]:
    """The outermost JSON objects in a text. What is inside a broken one is not looked at: it
    would pass for a smaller answer."""
    decoder = json.JSONDecoder()
    found: list[dict[str, Any]] = []
    position = text.find("{")
    for _ in range(_CANDIDATES):
        if position < 0:
            break
        if text[position + 1 : position + 200].lstrip()[:1] not in {
            '"',
            "}",
        }:  # a brace in a sentence
            position = text.find("{", position + 1)
            continue
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            break
        found.append(value)
        position = text.find("{", end)
    return found
