"""The bible's facts: what the author has laid down, as statements."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.story.bible import Bible, CanonFact, Named
from domain.story.facts import PREDICATES, Fact, Source, Standing, StoryTime
from domain.story.names import fold, names_in

WORLD = "world"
"""The subject of what is said of nobody in particular."""

_LONGEST = 2000  # of an object


class Canon(NamedTuple):
    """A fact of the bible, and who knows it; None is everybody."""

    fact: Fact
    known_by: tuple[str, ...] | None = None


def canon(bible: Bible) -> Iterator[Canon]:
    """What the bible states: attributes, rules and facts, in this order.

    An attribute that is none of the known predicates becomes `is` with `key: value`.
    """
    for entry in bible.entries:
        for key, value in entry.attributes.items():
            yield Canon(_attribute(entry, key, value))
    for rule in bible.rules:
        yield Canon(_fact(WORLD, "rule", rule.text, rule.text))
    names = [entry.name for entry in bible.entries]
    for stated in bible.facts:
        yield Canon(_stated(stated, names), stated.known_by)


def _attribute(entry: Named, key: str, value: str) -> Fact:
    predicate = key.strip().lower().replace(" ", "_")
    quote = f"{key}: {value}"
    if predicate in PREDICATES:
        return _fact(entry.name, predicate, value, quote)
    return _fact(entry.name, "is", quote, quote)


def _stated(stated: CanonFact, names: list[str]) -> Fact:
    quote = stated.text or f"{stated.subject} {stated.predicate} {stated.object}"
    subject = stated.subject
    if not subject:
        subject = next(iter(names_in(fold(stated.text), names)), WORLD)
    fact = _fact(
        subject,
        stated.predicate or "states",
        stated.object or stated.text,
        quote,
        since=stated.since or 0,
    )
    if stated.until is None:
        return fact
    return fact.model_copy(update={"until": StoryTime(stated.until)})


def _fact(subject: str, predicate: str, value: str, quote: str, since: int = 0) -> Fact:
    return Fact(
        subject=subject,
        predicate=predicate,
        object=value[:_LONGEST],
        since=StoryTime(since),
        standing=Standing.CANON,
        source=Source(chapter=0, quote=quote[:_LONGEST]),
    )
