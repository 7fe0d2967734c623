import json
from enum import StrEnum
from typing import Annotated, Any, Literal, Optional

import pytest
from jsonschema import Draft202012Validator
from pydantic import ConfigDict, Field

from adapters.llm.example import Example
from adapters.llm.extraction import Mismatch, Reader
from adapters.llm.schema import schema_name, wire_schema
from domain.book import Frozen


class Colour(StrEnum):
    """How it is painted."""

    RED = "red"
    BLUE = "blue"


class Oar(Frozen):
    length: float = Field(gt=0, le=9, description="in metres")


class Boat(Frozen):
    """A boat, and the boats it tows."""

    name: Annotated[str, Field(min_length=1, max_length=9, pattern="^[A-Z]")]
    colour: Colour = Colour.RED
    kind: Literal["ferry", "skiff"] = "ferry"
    oars: Annotated[tuple[Oar, ...], Field(max_length=4)] = ()
    owner: str | None = None
    sister: Optional["Boat"] = None
    towed: tuple["Boat", ...] = ()


class Mapped(Frozen):
    by_name: dict[str, int]


class Untyped(Frozen):
    anything: Any


class Mixed(Frozen):
    pair: tuple[str, int]


def every_object(node: object) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for part in node for found in every_object(part)]
    if not isinstance(node, dict):
        return []
    inner = [found for part in node.values() for found in every_object(part)]
    return [node, *inner] if node.get("type") == "object" else inner


def test_every_field_is_required_and_no_other_allowed() -> None:
    schema = wire_schema(Boat)
    assert schema is not None
    objects = every_object(schema)
    assert len(objects) >= 2
    for node in objects:
        assert node["required"] == list(node["properties"])
        assert node["additionalProperties"] is False
    assert schema["type"] == "object"  # at the top there is no reference


def test_bounds_and_defaults_stay_here() -> None:
    shown = json.dumps(wire_schema(Boat))
    for keyword in ("minLength", "maxLength", "pattern", "maximum", "exclusiveMinimum", "default"):
        assert f'"{keyword}"' not in shown
    assert "in metres" in shown
    assert '"enum": ["red", "blue"]' in shown


def test_a_strict_schema_takes_what_the_record_takes() -> None:
    validator = Draft202012Validator(wire_schema(Boat))
    boat = Boat(name="Heron", oars=(Oar(length=2),), towed=(Boat(name="Teal"),))
    validator.validate(boat.model_dump(mode="json"))
    assert not validator.is_valid({"name": "Heron"})


@pytest.mark.parametrize("kind", [Mapped, Untyped, Mixed])
def test_some_records_have_no_strict_schema(kind: type[Frozen]) -> None:
    assert wire_schema(kind) is None


def test_names_are_such_as_endpoints_take() -> None:
    assert schema_name(Boat) == "Boat"
    odd = type("Odd[Boat, int]" + "x" * 90, (Frozen,), {})
    assert len(schema_name(odd)) == 64
    assert schema_name(odd).replace("_", "").isalnum()


@pytest.mark.parametrize("kind", [Boat, Oar, Mapped])
def test_examples_have_the_shape_of_the_record(kind: type[Frozen]) -> None:
    value = Example(kind).value
    assert list(value) == list(kind.model_fields)
    assert len(json.dumps(value)) < 10_000


def test_the_form_tells_what_fields_may_hold() -> None:
    form = Example(Boat).form()
    assert "JSON" in form
    for told in (
        "- name: at least 1 characters; at most 9 characters; matches ^[A-Z]",
        "- colour: How it is painted.; one of red, blue",
        "- kind: one of ferry, skiff",
        "- oars[].length: in metres; not above 9; above 0",
    ):
        assert told in form


def test_examples_of_the_record_itself_are_preferred() -> None:
    class Shown(Frozen):
        model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Heron"}]})

        name: str

    assert Example(Shown).value == {"name": "Heron"}


@pytest.mark.parametrize(
    ("answer", "shapeless"),
    [
        ('{"length": "long"}', True),
        ('{"length": null}', True),
        ('{"width": 2}', True),
        ("{}", True),
        ('{"length": 12}', False),
        ("none", True),
        ('{"length": 2', True),
        ('{"length": ' + "[" * 100_000, True),
        ("{" * 100_000, True),
    ],
)
def test_what_is_wrong_is_told_apart(answer: str, shapeless: bool) -> None:
    with pytest.raises(Mismatch) as caught:
        Reader(Oar, {"length": 1}).read(answer)
    assert caught.value.is_shapeless is shapeless
    assert caught.value.problems


@pytest.mark.parametrize(
    "answer",
    [
        '{"length": 2}',
        'Here {it} is:\n```json\n{\n "length": 2.0}\n```',
        '{"length": 99} - too long; so {"length": 2}.',
        'First {"width": 3} and then {"length": 2}',
        '[{"length": 2}]',
    ],
)
def test_a_record_is_found_among_words(answer: str) -> None:
    assert Reader(Oar, {"length": 1}).read(answer) == Oar(length=2)
