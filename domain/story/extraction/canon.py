"""What a bible states: its attributes by the predicates, its facts as sentences."""

import re
from collections.abc import Iterator

from domain.story.bible import Bible, CanonFact
from domain.story.extraction.statements import Statement, statements
from domain.story.language import Language
from domain.story.text.cast import Cast
from domain.story.text.prose import read_prose

_KEY = re.compile(r"[\s_-]+")


def canon(bible: Bible, cast: Cast) -> list[Statement]:
    """All that a bible states plainly; quotes are words of its entries."""
    found: list[Statement] = []
    for entry in bible.entries:
        for key, value in entry.attributes.items():
            found += _attribute(entry.name, key, value, cast)
    for fact in bible.facts:
        found += _fact(fact, cast)
    return found


def _fact(fact: CanonFact, cast: Cast) -> Iterator[Statement]:
    if fact.subject and fact.predicate:
        entity = cast.named(fact.subject)
        yield from _attribute(
            entity.name if entity else fact.subject, fact.predicate, fact.object, cast
        )
    if fact.text:
        yield from statements(read_prose(fact.text, cast), 0)


def _attribute(subject: str, key: str, value: str, cast: Cast) -> Iterator[Statement]:
    language = cast.language
    plain = _KEY.sub(" ", key.lower()).strip()
    predicate = language.predicates.get(plain, plain)
    if not value.strip():
        return
    for name, phrasing in language.phrasings.items():
        if (phrasing.predicate or name) != predicate:
            continue
        yield from _stated(subject, name, value, language)
        return


def _stated(subject: str, name: str, value: str, language: Language) -> Iterator[Statement]:
    phrasing = language.phrasings[name]
    likes = frozenset((value.lower(),))
    read = value.lower()
    if phrasing.values:
        read, likes = language.read_value(phrasing.values, value)
    elif phrasing.fixed:
        if language.finder("dead_values").search(value) is None:
            return
        read, likes = phrasing.fixed, frozenset((phrasing.fixed,))
    if read:
        yield Statement(
            phrasing=name,
            subject=subject,
            value=read,
            likes=likes,
            object="",
            quote=value,
            start=0,
            chapter=0,
        )
