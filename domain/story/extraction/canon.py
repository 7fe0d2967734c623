"""What a bible states: its attributes by the predicates, its facts as sentences."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from domain.story.bible import Bible, CanonFact
from domain.story.extraction.statements import Statement, statements
from domain.story.keys import plain_key
from domain.story.language import Language
from domain.story.text.cast import Cast
from domain.story.text.prose import read_prose
from domain.story.text.relatives import kin_named


def canon(bible: Bible, cast: Cast) -> list[Statement]:
    """All that a bible states plainly; quotes are words of its entries."""
    found: list[Statement] = []
    for entry in bible.entries:
        for key, value in entry.attributes.items():
            found += _attribute(entry.name, key, value, cast)
    for fact in bible.facts:
        found += _fact(fact, cast)
    for line in bible.timeline:
        found += statements(read_prose(line.text, cast), 0)
    for rule in bible.rules:
        found += statements(read_prose(rule.text, cast), 0)
    return [replace(each, past=False) for each in found]


def _fact(fact: CanonFact, cast: Cast) -> Iterator[Statement]:
    if fact.subject and fact.predicate:
        entity = cast.named(fact.subject)
        name = entity.name if entity else fact.subject
        yield from _attribute(name, fact.predicate, fact.object, cast)
    if fact.text:
        yield from statements(read_prose(fact.text, cast), 0)


def _attribute(subject: str, key: str, value: str, cast: Cast) -> Iterator[Statement]:
    language = cast.language
    plain = plain_key(key, language)
    if not value.strip():
        return
    if plain in language.relation_words or plain in language.tie_words:
        yield from _relatives(subject, plain, value, cast)
        return
    for word, name in kin_named(key, value, cast):
        yield _related(subject, word, name, value, cast)
    predicate = language.predicates.get(plain, plain)
    stated: set[str] = set()
    for name, phrasing in language.phrasings.items():
        if (phrasing.predicate or name) == predicate and phrasing.direct:
            for statement in _stated(subject, name, value, language):
                stated.add(name)
                yield statement
    for statement in _framed(subject, plain, predicate, value, cast):
        if statement.phrasing not in stated:
            yield statement


def _framed(subject: str, key: str, predicate: str, value: str, cast: Cast) -> Iterator[Statement]:
    """What sentences made of the attribute say of its subject."""
    frames = cast.language.frames
    if value.strip().rstrip(".").lower() in cast.language.lists["affirmed"]:
        predicate = "yes"
    split = re.split("|".join(cast.language.lists["parts"]), value)
    parts = dict.fromkeys(part.strip().rstrip(".") for part in (value, *split))
    whole = [part for part in parts if not cast.language.finder("who").match(part)]
    for frame, part in product(frames.get(predicate, frames.get("*", ())), whole):
        text = frame.format(name=subject, key=key, value=part)
        for statement in statements(read_prose(text, cast), 0):
            if subject in (statement.subject, statement.object):
                yield replace(statement, quote=value, plain=True)
    for statement in statements(read_prose(value, cast), 0):
        if statement.phrasing == "dies" and statement.sure and statement.plain:
            yield replace(statement, quote=value)


def _relatives(subject: str, word: str, value: str, cast: Cast) -> Iterator[Statement]:
    if value.strip().lower() in cast.language.lists["none"]:
        groups = {"word": word}
        yield Statement("no_kin", subject, word, frozenset((word,)), "", value, 0, 0, groups=groups)
        return
    for named, name in kin_named(word, value, cast):
        yield _related(subject, named, name, value, cast)


def _related(subject: str, word: str, name: str, quote: str, cast: Cast) -> Statement:
    entity = cast.named(name)
    return Statement(
        phrasing="related" if word in cast.language.relation_words else "tied",
        subject=subject,
        value=word,
        likes=frozenset((word,)),
        object=entity.name if entity else name,
        quote=quote,
        start=0,
        chapter=0,
        groups={"word": word},
    )


def _stated(subject: str, name: str, value: str, language: Language) -> Iterator[Statement]:
    """An attribute's value as the phrasing's."""
    phrasing = language.phrasings[name]
    read, likes = value.lower().strip(), frozenset((value.lower().strip(),))
    groups = {}
    if phrasing.values:
        read, likes = language.read_value(phrasing.values, value)
    elif phrasing.fixed:
        if language.finder("dead_values").search(value) is None:
            return
        read, likes = phrasing.fixed, frozenset((phrasing.fixed,))
    elif any("number" in pattern for pattern in phrasing.patterns):
        groups = {"number": value}
    if read:
        yield Statement(
            phrasing=name,
            subject=subject,
            value=read,
            likes=likes,
            object=value.strip(),
            quote=value,
            start=0,
            chapter=0,
            groups=groups,
        )
