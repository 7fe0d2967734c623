"""Levels: nobody steps out onto the lawn from a library on the second floor."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from domain.story.coherence.consistency.material import QUOTE, Material, own
from domain.story.coherence.consistency.places.geography import KIND
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import every_sentence

_UNTRUE = ("unreal", "irrealis", "negation")
_BELOW, _GROUND, _UPPER, _TOP = "below", "ground", "upper", "top"
_APART = (
    {_BELOW, _GROUND},
    {_BELOW, _UPPER},
    {_BELOW, _TOP},
    {_GROUND, _UPPER},
    {_GROUND, _TOP},
)


_PHRASINGS = (
    ("room_level", ""),
    ("room_ground", _GROUND),
    ("room_upper", _UPPER),
    ("home_level", ""),
    ("home_ground", _GROUND),
)


class _Level(NamedTuple):
    """Whose room, if that is said, or home, and on which floor: a number or a word."""

    owner: str
    room: str
    floor: str
    source: Evidence


def levels(material: Material) -> Iterator[Finding]:
    """Rooms of the draft that were on another floor before."""
    before = [*_laid_down(material), *material.of_earlier(_told)]
    for now in _told(material.draft, material) if before else ():
        alike = [each for each in before if each[:2] == now[:2]]
        if alike and all(_apart(each.floor, now.floor) for each in alike):
            owner = own(material.cast.by_char[now.owner].name) if now.owner else "The"
            yield material.finding(
                KIND,
                Severity.WARNING,
                f"{owner} {now.room or 'home'} was on another floor before",
                now.source,
                alike[0].source,
            )
            return


def _laid_down(material: Material) -> Iterator[_Level]:
    entries = material.case.bible.entries
    texts = [*material.laid_down]
    texts += [value for entry in entries for value in entry.attributes.values()]
    for text in texts:
        for sentence in material.read(text).sentences:
            yield from _of(sentence, material.quoted(0, text[:QUOTE]), material)


def _told(told: Told, material: Material) -> Iterator[_Level]:
    for sentence in every_sentence(told.prose):
        yield from _of(sentence, material.sentence(told, sentence), material)


def _of(sentence: Sentence, source: Evidence, material: Material) -> Iterator[_Level]:
    language, marked = material.language, sentence.marked
    if "?" in marked:
        return
    for name, floor in _PHRASINGS:
        for pattern in language.patterns(name):
            for match in pattern.finditer(marked):
                said = marked[: match.end()]
                if any(language.finder(each).search(said) for each in _UNTRUE):
                    continue
                groups = match.groupdict()
                room, owner = (groups.get("room") or "").lower(), groups.get("s") or ""
                room = "" if room in language.lists["homes"] else room
                here = floor or _floor(match, material)
                if here and (owner or room in language.lists["single_rooms"]):
                    yield _Level(owner, room, here, source)


def _floor(match: re.Match[str], material: Material) -> str:
    groups, language = match.groupdict(), material.language
    if groups.get("number"):
        return str(language.read_number(groups["number"]) or "")
    for line in language.lists["levels"]:
        kind, words = line.split(": ")
        if language.pattern(rf"^(?:{words})$").search(groups.get("word") or ""):
            return kind
    return ""


def _apart(one: str, other: str) -> bool:
    if one.isdecimal() and other.isdecimal():
        return one != other
    kinds = {_UPPER if each.isdecimal() else each for each in (one, other)}
    return kinds in _APART and "1" not in (one, other)
