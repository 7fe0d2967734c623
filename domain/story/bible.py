"""The story bible: what the author has laid down before and beside the chapters."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field, model_validator

from domain.book import Frozen

Name = Annotated[str, Field(min_length=1, max_length=200)]
Note = Annotated[str, Field(max_length=20_000)]


def _as_text(value: object) -> object:
    """Authors write `age: 34` and `alive: true`; both are kept as text, lists joined by `; `, and
    what such a list has of records by `, `."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return str(value)
        case list() | tuple():
            return "; ".join(str(_as_text(each)) for each in value)
        case Mapping():
            return ", ".join(str(_as_text(each)) for each in value.values())
    return value


def _without_nulls(value: object) -> object:
    """What is null is not said."""
    if not isinstance(value, Mapping):
        return value
    return {key: each for key, each in value.items() if each is not None}


def _unfolded(value: object) -> object:
    """Attributes in groups are attributes: `looks: {eyes: grey}` is `looks eyes: grey`."""
    if not isinstance(value, Mapping):
        return value
    found: dict[object, object] = {}
    for key, each in value.items():
        if isinstance(each, Mapping):
            found |= {f"{key} {inner}": said for inner, said in each.items()}
        else:
            found[key] = each
    return _without_nulls(found)


class _Record(Frozen):
    """Part of a bible, as it is written down."""

    @model_validator(mode="before")
    @classmethod
    def _nulls_are_not_said(cls, value: object) -> object:
        return _without_nulls(value)


def _as_named(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


def _as_several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _as_rule(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


Value = Annotated[str, BeforeValidator(_as_text), Field(max_length=2000)]
Attributes = Annotated[Mapping[Name, Value], BeforeValidator(_unfolded), Field(max_length=200)]
Aliases = Annotated[tuple[Name, ...], BeforeValidator(_as_several), Field(max_length=50)]


class Named(_Record):
    """Somebody or something with a name; `attributes` such as `eyes: grey` are free words. What
    else an entry says, such as `description` or `owner`, is one of them."""

    model_config = ConfigDict(
        json_schema_extra={"additionalProperties": {"description": "Another attribute."}}
    )

    name: Name
    aliases: Aliases = ()
    attributes: Attributes = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _what_else_is_said_is_an_attribute(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        attributes = value.get("attributes") or {}
        others = {key: each for key, each in value.items() if key not in cls.model_fields}
        if not others or not isinstance(attributes, Mapping):
            return value
        fields = {key: each for key, each in value.items() if key not in others}
        return fields | {"attributes": {**attributes, **others}}

    @property
    def names(self) -> tuple[str, ...]:
        """The name and the aliases."""
        return (self.name, *self.aliases)


class Character(Named):
    """Somebody. `voice` says, for whoever writes, how they speak."""

    voice: Note = ""


class Place(Named):
    """Where things happen."""


class Item(Named):
    """A thing that matters."""


class WorldRule(_Record):
    """What always holds in this world; it may have a name."""

    text: Note = Field(validation_alias=AliasChoices("text", "description", "rule"))
    name: Annotated[str, Field(max_length=200)] = ""


class TimelineEntry(_Record):
    """What happened or is to happen, before or beside the chapters; `when` is free text."""

    when: Annotated[str, BeforeValidator(_as_text), Field(max_length=200)] = Field(
        "", validation_alias=AliasChoices("when", "date", "year")
    )
    text: Note = Field(validation_alias=AliasChoices("text", "event", "description"))


class Style(_Record):
    """How the book is to be written."""

    genre: Annotated[str, Field(max_length=200)] = ""
    person: Annotated[str, Field(max_length=200)] = ""
    tense: Annotated[str, Field(max_length=200)] = ""
    notes: Note = ""


class CanonFact(_Record):
    """A fact that the author lays down: as a plain sentence, or as subject, predicate, object.

    `predicate` is one of `domain.story.facts.PREDICATES` or a free word; `since` and `until` are
    chapter numbers, `known_by` names who knows it where not everybody does.
    """

    text: Note = Field("", validation_alias=AliasChoices("text", "fact", "statement"))
    subject: Annotated[str, Field(max_length=200)] = ""
    predicate: Annotated[str, Field(max_length=200)] = ""
    object: Value = Field("", validation_alias=AliasChoices("object", "value"))
    since: int | None = Field(default=None, ge=0, le=100_000)
    until: int | None = Field(default=None, ge=0, le=100_000)
    known_by: Aliases | None = None


CharacterEntry = Annotated[Character, BeforeValidator(_as_named)]
PlaceEntry = Annotated[Place, BeforeValidator(_as_named)]
ItemEntry = Annotated[Item, BeforeValidator(_as_named)]
RuleEntry = Annotated[WorldRule, BeforeValidator(_as_rule)]
FactEntry = Annotated[CanonFact, BeforeValidator(_as_rule)]
TimelineLine = Annotated[TimelineEntry, BeforeValidator(_as_rule)]


class Bible(_Record):
    """The story bible. A name stands for an entry of its own, a sentence for a rule or fact."""

    characters: Annotated[tuple[CharacterEntry, ...], Field(max_length=1000)] = ()
    places: Annotated[tuple[PlaceEntry, ...], Field(max_length=1000)] = ()
    items: Annotated[tuple[ItemEntry, ...], Field(max_length=1000)] = ()
    rules: Annotated[tuple[RuleEntry, ...], Field(max_length=1000)] = ()
    timeline: Annotated[tuple[TimelineLine, ...], Field(max_length=5000)] = ()
    facts: Annotated[tuple[FactEntry, ...], Field(max_length=5000)] = ()
    style: Style = Style()

    @property
    def entries(self) -> Iterable[Named]:
        """Everybody and everything with a name."""
        return (*self.characters, *self.places, *self.items)


def bible_words(bible: Bible) -> Iterator[str]:
    """Every text in a bible, as it is written there: what can be quoted from it."""
    for entry in bible.entries:
        yield from entry.names
        yield from entry.attributes.values()
        if isinstance(entry, Character):
            yield entry.voice
    for rule in bible.rules:
        yield from (rule.name, rule.text)
    for line in bible.timeline:
        yield line.when
        yield line.text
    for fact in bible.facts:
        yield from (fact.text, fact.subject, fact.predicate, fact.object)
    yield from (bible.style.genre, bible.style.notes)
