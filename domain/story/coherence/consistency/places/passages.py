"""Passages: who leaves one place is not in another one sooner than the way takes."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.verdict import Evidence
from domain.story.extraction.told import Told
from domain.story.language import Language
from domain.story.text import marks
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import every_sentence

_MINUTES = {"minute": 1, "hour": 60, "day": 1440, "night": 1440, "week": 10_080, "month": 43_200}
_LATER = ("time_loose", "time_next", "passing")
_NEAR = 25
"""Sentences before somebody comes back in which they were here just before."""
_DOUBTFUL = ("unreal", "irrealis", "negation", "retold")
_SAME_DAY = 14 * 60
_FROM_TO = re.compile(f"{marks.PLACE}[^,;.:]{{1,25}}{marks.PLACE}")
_ENDS = 2
_WEEK = 7
_MOMENT = 15
_SCENE = 6 * 60
"""Minutes that a scene with no word of a journey may last."""


class Way(NamedTuple):
    """How many minutes the way between two places takes."""

    ends: frozenset[str]
    minutes: int
    source: Evidence


def laid_down(material: Material) -> Iterator[Way]:
    """The ways whose length the bible gives: one or two places, with one time."""
    bible, language = material.case.bible, material.language
    texts = [(text, text) for text in material.laid_down]
    for entry in bible.places:
        for value in entry.attributes.values():
            text = f"{entry.name} {language.lists['be'][0]} {value}."
            texts.append((text, value))
    for text, quote in texts:
        for sentence in material.read(text).sentences:
            source = material.quoted(0, quote[:QUOTE])
            yield from _long(sentence, source, material, least=1)


def told(chapter: Told, material: Material) -> Iterator[Way]:
    """The ways whose length a chapter tells or somebody in it says."""
    for sentence in every_sentence(chapter.prose):
        yield from _long(sentence, material.sentence(chapter, sentence), material)


def stated(material: Material) -> Iterator[Way]:
    """The ways whose length the draft states, from one place to the other."""
    draft = material.draft
    for sentence in every_sentence(draft.prose):
        if _FROM_TO.search(sentence.marked):
            yield from _long(sentence, material.sentence(draft, sentence), material)


def _long(
    sentence: Sentence, source: Evidence, material: Material, *, least: int = 2
) -> Iterator[Way]:
    language, marked = material.language, sentence.marked
    said = language.finder("no_more").sub("", marked)
    if any(language.finder(name).search(said) for name in ("unreal", "negation", "hurry")):
        return
    whole = _timed(marked, "", material)
    first = next(iter(re.findall(marks.PLACE, marked)), "")
    clauses = (
        [whole] if whole else [_timed(each, first, material) for each in re.split("[,;:]", marked)]
    )
    for timed in clauses:
        if timed and least <= len(timed[0]):
            yield Way(_names(timed[0], material), timed[1], source)


def _timed(words: str, first: str, material: Material) -> tuple[frozenset[str], int] | None:
    """The one or two places that some words name, besides the first of their sentence, with the
    one time that they give for the way."""
    language = material.language
    places = frozenset(re.findall(marks.PLACE, words)) | frozenset((first,)) - {""}
    said = language.finder("way_said" if len(places) > 1 else "way_plain")
    times = [
        minutes
        for pattern in language.patterns("way_time")
        for match in pattern.finditer(words)
        if (minutes := _minutes(match, material))
    ]
    if len(times) != 1 or not 1 <= len(places) <= _ENDS or not said.search(words):
        return None
    return places, times[0]


class _Left(NamedTuple):
    """Where people were last, in which scene and on which day of the week, if that is said; the
    minutes that have gone by since then, and whether there was word of a journey."""

    place: str
    people: frozenset[str]
    scene: int
    weekday: int
    spent: int = 0
    travelled: bool = False


def passages(material: Material) -> Iterator[Way]:
    """The ways that somebody in the draft goes, with the longest time that they can have taken,
    from where they were when the last chapter ended."""
    find, draft = material.language.finder, material.draft
    left: _Left | None = None
    for told, sentence in _since_last(material):
        marked = sentence.marked
        if told is draft:
            yield from _back(sentence, material)
            if left and left.scene < 0:
                left = left._replace(scene=0, travelled=True)
        gone = next((match["p"] for match in _fits("place_left", sentence, material)), "")
        reached = [each for each in _fits("place_reached", sentence, material) if each["p"] != gone]
        there = reached[0]["p"] if reached else ""
        passed = _passed(_clause(marked, reached[0].end() if reached else 0), material)
        loose = ("passing", *(() if passed else ("time_loose",)))
        if left and any(find(name).search(marked) for name in loose):
            left = None
        if any(find(name).search(marked) for name in _DOUBTFUL):
            continue
        people = frozenset(each.char for each in sentence.mentions) - _places(sentence, material)
        weekday = _weekday(marked, material.language)
        if gone:
            left = _Left(gone, people, sentence.scene, weekday, travelled=True)
        elif left:
            left = left._replace(
                spent=left.spent + (passed or 0),
                travelled=left.travelled or find("voyaging").search(marked) is not None,
            )
        took = _took(left, people, sentence, passed, weekday) if left and there else None
        if told is draft and left and took is not None and there != left.place:
            ends = _names(frozenset((left.place, there)), material)
            yield Way(ends, took + (passed or 0 if gone else 0), material.sentence(draft, sentence))
        if there:
            left = _Left(there, people, sentence.scene, weekday)


def _since_last(material: Material) -> Iterator[tuple[Told, Sentence]]:
    """The sentences of the last chapter, with no scenes, then the draft's."""
    for told in material.earlier[-1:]:
        for sentence in told.prose.sentences:
            yield told, sentence._replace(scene=-1)
    for sentence in material.draft.prose.sentences:
        yield material.draft, sentence


def _back(sentence: Sentence, material: Material) -> Iterator[Way]:
    """The way of who comes back from a place, and was here just before in the same scene."""
    find, draft = material.language.finder, material.draft
    if any(find(name).search(sentence.marked) for name in (*_DOUBTFUL, "time_loose", "passing")):
        return
    for match in _fits("place_back", sentence, material):
        before = [
            each
            for each in draft.prose.sentences
            if each.scene == sentence.scene and each.span.end <= sentence.span.start
        ]
        passed = any(find(name).search(each.marked) for each in before for name in _LATER)
        if not passed and any(match["s"] in each.marked for each in before[-_NEAR:]):
            ends = _names(frozenset((match["p"],)), material)
            yield Way(ends, _SCENE, material.sentence(draft, sentence))


def _took(
    left: _Left, people: frozenset[str], sentence: Sentence, passed: int | None, weekday: int
) -> int | None:
    """How long those who left a place can have been on their way to another one, as far as that
    is said; a scene with no word of a journey is short."""
    together = bool(people & left.people)
    if not together and people and left.people:
        return None
    if passed:
        return left.spent
    if weekday >= 0 and left.weekday >= 0:
        return (weekday - left.weekday) % _WEEK * _MINUTES["day"]
    if together and left.scene == sentence.scene and not left.travelled:
        return max(left.spent, _SCENE)
    return None


def _clause(marked: str, end: int) -> str:
    """A sentence to the end of the clause in which a place is reached."""
    stops = [at for mark in ",;:" if (at := marked.find(mark, end)) >= 0]
    return marked[: min(stops, default=len(marked))] if end else marked


def _weekday(marked: str, language: Language) -> int:
    """The day of the week that a sentence names; -1 for none."""
    match = language.finder("weekdays").search(marked)
    names = [each.lower() for each in language.lists["weekdays"]]
    return names.index(match.group().lower()) if match else -1


def _fits(name: str, sentence: Sentence, material: Material) -> Iterator[re.Match[str]]:
    for pattern in material.language.patterns(name):
        yield from pattern.finditer(sentence.marked)


def _passed(marked: str, material: Material) -> int | None:
    """How many minutes at most words say have gone by since the last sentence."""
    found = [
        minutes
        for pattern in material.language.patterns("hurry_time")
        for match in pattern.finditer(marked)
        if (minutes := _minutes(match, material))
    ]
    if found:
        return max(found)
    if material.language.finder("same_day_still").search(marked):
        return _SAME_DAY
    return _MOMENT if material.language.finder("moment_later").search(marked) else None


def _minutes(match: re.Match[str], material: Material) -> int:
    groups, language = match.groupdict(), material.language
    word = groups["unit"].lower()
    named = language.unit_names.get(word) or language.unit_names.get(word.rstrip("s"), word)
    unit = _MINUTES.get(named.rstrip("s"), 0)
    return unit // 2 if groups.get("half") else unit * (language.read_number(groups["number"]) or 0)


def _places(sentence: Sentence, material: Material) -> frozenset[str]:
    by_char = material.cast.by_char
    return frozenset(each.char for each in sentence.mentions if by_char[each.char].kind == "place")


def _names(chars: frozenset[str], material: Material) -> frozenset[str]:
    return frozenset(material.cast.by_char[char].name for char in chars)
