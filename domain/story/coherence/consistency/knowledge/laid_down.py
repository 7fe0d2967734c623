"""Secrets of the bible: facts with the names of who knows them, and texts that say so."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from domain.story.coherence.consistency.knowledge.secrets import Secret, people_in, secret_words
from domain.story.coherence.consistency.material import Material
from domain.story.text import marks
from domain.story.text.cast import words_of
from domain.story.text.mentions import Sentence

_LEAST = 2
_KEY = re.compile(r"[\s_-]+")


class _Limit(NamedTuple):
    """Where a sentence says who alone knows, or who does not, and who that is."""

    start: int
    end: int
    people: frozenset[str]
    ignorant: bool


def laid_down(material: Material) -> Iterator[Secret]:
    """What the bible says that not everybody knows."""
    bible = material.case.bible
    for fact in bible.facts:
        text = fact.text or f"{fact.subject} {fact.predicate} {fact.object}"
        if fact.known_by is None:
            yield from _limited((text,), fact.text or fact.object, material)
            continue
        knowing = frozenset(
            entity.name if (entity := material.cast.named(name)) else name for name in fact.known_by
        )
        source = material.quoted(0, fact.text or fact.object)
        secret = Secret((), knowing, frozenset(), source, 0)
        parts = re.split("|".join(material.language.lists["clauses"]), text)
        for each in (text, *(parts if len(parts) > 1 else ())):
            yield from _worded(secret, each, material)
    for text in (*(rule.text for rule in bible.rules), *(each.text for each in bible.timeline)):
        yield from _limited((text,), text, material)
    for entry in bible.entries:
        for key, value in entry.attributes.items():
            plain = " ".join(_KEY.sub(" ", key.lower()).split())
            if value.strip():
                yield from _of_attribute(entry.name, plain, value, material)


def _worded(secret: Secret, text: str, material: Material) -> Iterator[Secret]:
    """A secret that is what a text says."""
    sentences = material.read(text).sentences
    words = secret_words(text, material)
    about = frozenset[str]().union(*(people_in(each, material) for each in sentences))
    alias = _aliases(sentences, text, material)
    if secret.knowing and len(words) + len(alias) + bool(about) >= _LEAST:
        yield secret._replace(words=words, about=about, alias=alias)


def _of_attribute(name: str, key: str, value: str, material: Material) -> Iterator[Secret]:
    found = list(
        _limited(
            (f"{name} {value}.", f"{name}: {value}.", f"{name} {key} {value}."), value, material
        )
    )
    if not found and material.language.finder("secret_keys").fullmatch(key):
        entity = material.cast.named(name)
        if entity is not None:
            who = frozenset((entity.name,))
            secret = Secret((), who, frozenset(), material.quoted(0, value), 0)
            found = list(_worded(secret, f"{name}: {value}.", material))
    yield from found


def _limited(texts: Iterable[str], quote: str, material: Material) -> Iterator[Secret]:
    """What the first of some texts that says who knows it, or who does not, says besides."""
    over = any(
        int(match["number"]) <= material.draft.number
        for pattern in material.language.patterns("chapter_named")
        for match in pattern.finditer(quote)
    )
    if over or not quote.strip():
        return
    for text in texts:
        sentences = material.read(text).sentences
        limits = [list(_limits(each, material)) for each in sentences]
        if not any(limits):
            continue
        rest = [_without(each, found) for each, found in zip(sentences, limits, strict=True)]
        words = secret_words(" ".join(spelled(each, material) for each in rest), material)
        alias = _aliases(sentences, text, material)
        words += _things("".join(rest), words, material)
        words += [
            word.lower()
            for each, found in zip(sentences, limits, strict=True)
            for limit in found
            for word in material.language.finder("reading").findall(
                each.marked[limit.start : limit.end]
            )
        ]
        about = frozenset(
            entity.name
            for char in "".join(rest)
            if (entity := material.cast.by_char.get(char)) and entity.kind == "person"
        )
        every = [limit for found in limits for limit in found]
        ignorant = frozenset[str]().union(*(each.people for each in every if each.ignorant))
        knowing = frozenset[str]().union(*(each.people for each in every if not each.ignorant))
        if all(each.ignorant for each in every):
            if not ignorant:
                continue
        else:
            ignorant, knowing = frozenset(), (knowing or about) - ignorant
        if len(words) + len(alias) + bool(about | ignorant) >= _LEAST and (words or alias):
            source = material.quoted(0, quote)
            about = about or ignorant
            yield Secret(words, knowing, ignorant, source, 0, about=about, alias=alias)
        return


def _aliases(sentences: Iterable[Sentence], text: str, material: Material) -> tuple[str, ...]:
    """By which other name a text calls somebody whom it names twice: `Julian is the Heron`."""
    for sentence in sentences:
        for char in dict.fromkeys(mention.char for mention in sentence.mentions):
            named = [
                text[each.start : each.end]
                for each in sentence.mentions
                if each.char == char and not each.pronoun and not each.owner
            ]
            own = set(words_of(material.cast.by_char[char].name))
            others = [name for name in dict.fromkeys(named) if not set(words_of(name)) <= own]
            if len(dict.fromkeys(named)) > 1 and others:
                return tuple(others)
    return ()


def _limits(sentence: Sentence, material: Material) -> Iterator[_Limit]:
    by_char = material.cast.by_char
    for name in ("known_only", "unknown_to"):
        for pattern in material.language.patterns(name):
            for match in pattern.finditer(sentence.marked):
                people = frozenset(
                    by_char[char].name
                    for char in match.group()
                    if char in by_char
                    if by_char[char].kind == "person"
                )
                yield _Limit(*match.span(), people, name == "unknown_to")


def _without(sentence: Sentence, limits: Iterable[_Limit]) -> str:
    """A sentence without what says who knows."""
    kept = list(sentence.marked)
    for limit in limits:
        kept[limit.start : limit.end] = " " * (limit.end - limit.start)
    return "".join(kept)


def _things(marked: str, words: Sequence[str], material: Material) -> list[str]:
    """The nouns of known things that are missing among some words: a `will` is one."""
    language = material.language
    articles = language.lists["articles"]
    named = (
        plain[0 if language.adjectives_follow else -1]
        for char in marked
        if (entity := material.cast.by_char.get(char)) and entity.kind == "item"
        if (
            plain := [
                each.lower() for each in words_of(entity.name) if each.lower() not in articles
            ]
        )
    )
    return [noun for noun in dict.fromkeys(named) if noun not in words]


def spelled(marked: str, material: Material) -> str:
    """Words with the names of places and things for their marks."""
    return "".join(
        f" {entity.name} "
        if (entity := material.cast.by_char.get(char)) and entity.kind != "person"
        else " "
        if entity or char == marks.OWNER
        else char
        for char in marked
    )
