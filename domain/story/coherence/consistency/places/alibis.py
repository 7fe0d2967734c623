"""Alibis: who was in one place at a time that is named is in no other one then."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.consistency.places.geography import KIND
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.text.mentions import Sentence

_UNTRUE = ("unreal", "irrealis", "negation", "place_doubt")


class _Presence(NamedTuple):
    """Who was where, when: places that lie in one another, by character or name."""

    char: str
    moment: str
    places: frozenset[str]
    source: Evidence


def alibis(material: Material) -> Iterator[Finding]:
    """Who is elsewhere in the draft at a time at which they were in one place."""
    before = [*_laid_down(material), *material.of_earlier(_told)]
    for now in _told(material.draft, material):
        alike = [each for each in before if each[:2] == now[:2]]
        before.append(now)
        if alike and all(_apart(each, now, material) for each in alike):
            name, where, there = (
                material.cast.by_char[now.char].name,
                *(
                    " ".join(sorted(_name(place, material) for place in each.places))
                    for each in (now, alike[0])
                ),
            )
            yield material.finding(
                KIND,
                Severity.WARNING,
                f"{name} was in {there} then, and not in {where}",
                now.source,
                alike[0].source,
            )
            return


def _laid_down(material: Material) -> Iterator[_Presence]:
    bible = material.case.bible
    texts = [(fact.text, fact.text) for fact in bible.facts if fact.text]
    texts += [(f"{line.text.rstrip('. ')} ({line.when}).", line.text) for line in bible.timeline]
    for text, quote in texts:
        for sentence in material.read(text).sentences:
            yield from _of(sentence, material.quoted(0, quote[:QUOTE]), material)


def _told(told: Told, material: Material) -> Iterator[_Presence]:
    for sentence in told.prose.sentences:
        yield from _of(sentence, material.sentence(told, sentence), material)


def _of(sentence: Sentence, source: Evidence, material: Material) -> Iterator[_Presence]:
    language, marked = material.language, sentence.marked
    said = {
        (match.end(), _plain(match.group(), material))
        for pattern in language.patterns("moments")
        for match in pattern.finditer(marked)
    }
    moments = {max((each[1] for each in said if each[0] == end), key=len) for end, _ in said}
    if len(moments) != 1 or "?" in marked:
        return
    sure = {each.char for each in sentence.mentions if not each.likely}
    for pattern in language.patterns("was_then"):
        for match in pattern.finditer(marked):
            found = [
                inside
                for place in language.patterns("in_place")
                for inside in place.finditer(match["rest"])
                if not language.finder("no_place").fullmatch(inside["p"])
            ]
            if not found or match["s"] not in sure:
                continue
            before = marked[: match.start("rest") + max(each.end() for each in found)]
            if not any(language.finder(name).search(before) for name in _UNTRUE):
                places = frozenset(each["p"] for each in found)
                yield _Presence(match["s"], min(moments), places, source)


def _plain(moment: str, material: Material) -> str:
    """A moment without what only joins it to its sentence."""
    words = moment.lower().split()
    while words and words[0] in material.language.lists["moment_joints"]:
        words = words[1:]
    return " ".join(words)


def _apart(one: _Presence, other: _Presence, material: Material) -> bool:
    """Whether no place of one is, or is told to lie in, one of the other."""
    if not one.places.isdisjoint(other.places):
        return False
    known = material.cast.by_char.keys()
    if known.isdisjoint(one.places | other.places):
        return False
    names = [[_name(place, material) for place in each.places] for each in (one, other)]
    inside = material.language.alternatives("nested")
    return not any(
        re.search(rf"{re.escape(a)}(?:,| {inside}) (?:\w+ )?{re.escape(b)}", text)
        for ours in names[0]
        for theirs in names[1]
        for a, b in ((ours, theirs), (theirs, ours))
        for text in _texts(material)
    )


def _texts(material: Material) -> Iterator[str]:
    for told in (*material.earlier, material.draft):
        yield told.text
    yield from material.laid_down
    for place in material.case.bible.places:
        for value in place.attributes.values():
            yield f"{place.name}, {value}"


def _name(place: str, material: Material) -> str:
    known = material.cast.by_char.get(place)
    return known.name if known else place
