"""Geography: where things are, what a place has not, how long a way is, where something was."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from domain.story.bible import Named, Place
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.keys import plain_key
from domain.story.language import Language
from domain.story.text.cast import Cast
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import spoken

KIND = "place_and_travel"
_MINUTES = {"minute": 1, "hour": 60, "day": 1440, "night": 1440, "week": 10_080, "month": 43_200}
_SHORTER = 0.45
"""Of the time that a way takes, so that it is another time."""


class _Set(NamedTuple):
    """Something with its place: `about` is what, of whom; `value` where, which way, how long."""

    what: str
    about: frozenset[str]
    value: str
    source: Evidence
    certain: bool


def geography(material: Material) -> Iterator[Finding]:
    """What the draft puts somewhere else than before."""
    before = [*_laid_down(material), *material.of_earlier(_told)]
    for now in _told(material.draft, material):
        alike = [each for each in before if each.what == now.what and _same(each, now)]
        clash = next((each for each in alike if _apart(each, now, material.language)), None)
        if clash is None or any(each.value == now.value for each in alike):
            continue
        if now.what.startswith("lives") and material.told_since(material.language.lists["moves"]):
            continue
        yield material.finding(
            KIND,
            Severity.WARNING,
            f"{clash.value} before, {now.value} in the draft",
            now.source,
            clash.source,
        )


def _laid_down(material: Material) -> Iterator[_Set]:
    bible, cast = material.case.bible, material.cast
    texts = [(text, text) for text in material.laid_down]
    for entry in bible.entries:
        for key, value in entry.attributes.items():
            middle = _middle(entry, key, material)
            texts.append((f"{entry.name} {middle} {value}.", value))
    for text, quote in texts:
        prose = material.read(text)
        for sentence in prose.sentences:
            source = material.quoted(0, quote[:QUOTE])
            yield from _sets(sentence, source, cast)


def _middle(entry: Named, key: str, material: Material) -> str:
    """What stands between a name and the value of its attribute, in a sentence."""
    language, plain = material.language, plain_key(key, material.language)
    predicate = language.predicates.get(plain)
    if isinstance(entry, Place):
        return language.lists["seat_in"][0] if plain in language.lists["seat_keys"] else "is"
    if predicate == "located_in":
        return language.lists["lives_in"][0]
    return language.lists["born_in"][0] if predicate == "birthplace" else "is"


def _told(told: Told, material: Material) -> Iterator[_Set]:
    sentences = list(told.prose.sentences)
    for sentence in sentences:
        source = material.sentence(told, sentence)
        yield from _sets(sentence, source, material.cast)
    for _, sentence in spoken(told.prose):
        source = material.sentence(told, sentence)
        yield from _sets(sentence, source, material.cast)


def _sets(sentence: Sentence, source: Evidence, cast: Cast) -> Iterator[_Set]:
    language, marked = cast.language, sentence.marked
    if language.finder("unreal").search(marked):
        return
    for name in ("fate_at", "lives_at", "premises_at"):
        for pattern in language.patterns(name):
            for match in _plain(pattern, marked, language):
                kind = _kind(name, match, language)
                who = cast.by_char[match.group("s")].name
                where = place_of(match, cast)
                if not where:
                    continue
                sure = all(not each.likely for each in sentence.mentions)
                yield _Set(kind, frozenset((who,)), where, source, sure)
    yield from _rooms(sentence, source, cast)
    yield from _seats(sentence, source, cast)
    yield from _ways(sentence, source, cast)


def _rooms(sentence: Sentence, source: Evidence, cast: Cast) -> Iterator[_Set]:
    """On which floor somebody has what, and which room."""
    language = cast.language
    sure = all(not each.likely for each in sentence.mentions)
    for name in ("floor_at", "room_at"):
        for pattern in language.patterns(name):
            for match in _plain(pattern, sentence.marked, language):
                groups = match.groupdict()
                who = cast.by_char[match["s"]].name
                word = (groups.get("word") or "").lower()
                kind = "" if word in language.lists["homes"] else word
                where = groups.get("where") or str(language.read_number(groups["number"] or ""))
                yield _Set(f"{name} {kind}", frozenset((who,)), where, source, sure)


def _seats(sentence: Sentence, source: Evidence, cast: Cast) -> Iterator[_Set]:
    """In which place a place is."""
    language = cast.language
    for pattern in language.patterns("seated_at"):
        for match in _plain(pattern, sentence.marked, language):
            one, other = cast.by_char[match["e"]].name, cast.by_char[match["f"]].name
            if one != other:
                yield _Set("seat", frozenset((one,)), other, source, True)
    for pattern in language.patterns("country_at"):
        for match in _plain(pattern, sentence.marked, language):
            about = frozenset((cast.by_char[match["p"]].name,))
            yield _Set("country", about, match["word"].lower(), source, True)


def _ways(sentence: Sentence, source: Evidence, cast: Cast) -> Iterator[_Set]:
    """Which way something lies, how far it is, how long it takes."""
    language, marked = cast.language, sentence.marked
    for pattern in language.patterns("direction"):
        for match in _plain(pattern, marked, language):
            about = frozenset(
                named(text, cast)
                for key in ("a", "b")
                if (text := (match.groupdict().get(key) or "")) and text not in _SMALL
            )
            if about:
                yield _facing(match, about, source, cast)
    for pattern in language.patterns("side_at"):
        for match in _plain(pattern, marked, language):
            about = frozenset((named(match["p"], cast),))
            yield _Set(f"side {match['word'].lower()}", about, match["way"].lower(), source, True)
    for pattern in language.patterns("distance"):
        for match in _plain(pattern, marked, language):
            marked_ends = (match.groupdict().get(key) or "" for key in ("e", "f", "b"))
            ends = frozenset(named(end, cast) for end in marked_ends if end)
            far = (language.read_number(match["number"]) or 0) * _times(match, language)
            if far:
                unit = language.stem(match["unit"].lower())
                yield _Set(f"way {unit}", ends, str(far), source, True)
    for pattern in language.patterns("way_long"):
        for match in _plain(pattern, marked, language):
            minutes = _minutes(match, language)
            if minutes:
                places = frozenset(
                    cast.by_char[each.char].name
                    for each in sentence.mentions
                    if cast.by_char[each.char].kind == "place"
                )
                word = (match.groupdict().get("word") or "").lower()
                yield _Set(f"way {word}", places, str(minutes), source, True)


def _facing(match: re.Match[str], about: frozenset[str], source: Evidence, cast: Cast) -> _Set:
    """Which way of the other one lies; `a` north of `b` is `b` south of `a`."""
    way, first = match["way"].lower(), named(match["a"], cast)
    if len(about) > 1 and first != min(about):
        pairs = (pair.split("/") for pair in cast.language.lists["opposites"])
        turned = {one: two for pair in pairs for one, two in (pair, pair[::-1])}
        way = turned.get(way, way)
    return _Set("direction", about, way, source, True)


def _times(match: re.Match[str], language: Language) -> int:
    """By how much a number is multiplied: `two hundred`."""
    word = (match.groupdict().get("times") or "").lower()
    factors = (100, 1000)
    named = dict(zip(language.lists["hundreds"], factors, strict=True))
    return named.get(word) or named.get(word.rstrip("s")) or 1


_SMALL = frozenset(("it", "that", "which", "there", "what", "who", "he", "she", "they"))


def _plain(pattern: re.Pattern[str], marked: str, language: Language) -> Iterator[re.Match[str]]:
    """Where a pattern fits and the words up to its end neither deny nor doubt it."""
    for match in pattern.finditer(marked):
        doubtful = ("irrealis", "place_doubt", "negation")
        start = max(marked.rfind(mark, 0, match.start()) for mark in ",;:") + 1
        end = match.end()
        if not any(language.finder(name).search(marked, start, end) for name in doubtful):
            yield match


def place_of(match: re.Match[str], cast: Cast) -> str:
    """The place of a match: one that is known, or another name; empty where it is none."""
    text = match.group("p")
    if text in cast.by_char:
        return cast.by_char[text].name
    return "" if text.split()[0].lower() in cast.language.functional_words else text


def named(text: str, cast: Cast) -> str:
    """What a match calls something, in lower case: its own name where it is known."""
    return cast.by_char[text].name.lower() if text in cast.by_char else text.lower()


def _kind(name: str, match: re.Match[str], language: Language) -> str:
    """What a match is about; verbs and nouns of one meaning are one."""
    word = (match.groupdict().get("word") or "").lower()
    if name == "lives_at" or word in language.lists["homes"]:
        return "lives"
    return f"{name} {' '.join(sorted(language.meanings(word.split()[-1]))[:1]) if word else ''}"


def _minutes(match: re.Match[str], language: Language) -> int:
    number = language.read_number(match.group("number"))
    unit = match.group("unit").lower()
    named = language.unit_names.get(unit) or language.unit_names.get(unit.rstrip("s"), unit)
    return (number or 0) * _MINUTES.get(named.rstrip("s"), 0)


def _same(one: _Set, other: _Set) -> bool:
    """Whether two are about the same; a way with no places named is the only one there is."""
    if one.what.startswith("way"):
        return one.about == other.about
    return one.certain and other.certain and one.about == other.about


def _apart(before: _Set, now: _Set, language: Language) -> bool:
    if now.what.startswith(("direction", "side")):
        ways = language.lists["opposites"]
        return any(
            {before.value, now.value} == set(pair.split("/")) for pair in ways if "/" in pair
        )
    if now.what.startswith("way"):
        long, short = sorted((float(before.value), float(now.value)), reverse=True)
        return short <= _SHORTER * long
    if now.what.startswith("lives"):
        street = language.finder("street_words")
        if bool(street.search(before.value)) is not bool(street.search(now.value)):
            return False
    return before.value != now.value
