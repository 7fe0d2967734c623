"""How long ago it is: nothing that the last chapters told is three years back already."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from domain.story.coherence.consistency.content import content
from domain.story.coherence.consistency.material import Material
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.language import Language
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import every_sentence

KIND = "time_and_age"
_DAYS = {"day": 1, "night": 1, "week": 7, "month": 30, "year": 365}
_LEAST = 14
"""Days; of shorter times it is not known how far chapters lie apart."""
_SHARED = 2
_ALIKE = 0.75
_MUCH = 2
"""Times what may have gone by, so that it is too long."""
_BETWEEN = 7
"""Days that may go by untold from one chapter to the next."""
_OPENING = 300
"""Characters."""
_LOOSE = {"weeks_pass": 60, "months_pass": 700, "ages_pass": 40_000}
_NOT_THEN = ("unreal", "irrealis", "negation", "perfect", "flashback", "retold")


class _Event(NamedTuple):
    at: int
    words: frozenset[str]
    source: Evidence


def elapsed(material: Material) -> Iterator[Finding]:
    """What the draft says is long ago, and an earlier chapter told as it happened."""
    claims = list(_claims(material))
    if not claims:
        return
    events = [event for told in material.earlier for event in material.of_chapter(told, _events)]
    for days, words, sentence in claims:
        same = [each for each in events if _same(words, each.words)]
        if not same or days <= _MUCH * _passed(same[0].at, sentence, material):
            continue
        yield material.finding(
            KIND,
            Severity.WARNING,
            "That is not so long ago by what came before",
            material.sentence(material.draft, sentence),
            same[0].source,
        )


def _claims(material: Material) -> Iterator[tuple[int, frozenset[str], Sentence]]:
    """How many days ago the draft says that something was, by its words."""
    language, prose = material.language, material.draft.prose
    for sentence in every_sentence(prose):
        marked = sentence.marked
        if "?" in marked or any(
            language.finder(name).search(marked) for name in ("unreal", "time_doubt")
        ):
            continue
        for pattern in language.patterns("elapsed"):
            for match in pattern.finditer(marked):
                days = _days(match, language)
                if days >= _LEAST:
                    yield days, _words(match["what"], material), sentence


def _days(match: re.Match[str], language: Language) -> int:
    groups = match.groupdict()
    unit = (groups.get("unit") or language.lists["units_named"][-1]).lower()
    named = language.unit_names.get(unit) or language.unit_names.get(unit.rstrip("s"), unit)
    said = groups.get("number") or language.lists["indefinite"][0]
    number = language.read_number(said)
    return (number or 0) * _DAYS.get(named.rstrip("s"), 0)


def _words(text: str, material: Material) -> frozenset[str]:
    """Who is in some words, and what they say."""
    language = material.language
    people = {char for char in text if char in material.cast.by_char}
    plain = "".join(" " if char in people else char for char in text)
    units = language.finder("units")
    said = (word for word in content(plain, language) if not units.fullmatch(word))
    return frozenset(people) | {"=dead" if word in language.dead_stems else word for word in said}


def _events(told: Told, material: Material) -> Iterator[_Event]:
    """What a chapter tells as it happens."""
    find = material.language.finder
    for sentence in told.prose.sentences:
        if not any(find(name).search(sentence.marked) for name in _NOT_THEN):
            words = _words(sentence.marked, material)
            yield _Event(told.number, words, material.sentence(told, sentence))


def _same(claim: frozenset[str], event: frozenset[str]) -> bool:
    shared = claim & event
    return len(shared) >= _SHARED and len(shared) >= _ALIKE * len(claim)


def _passed(since: int, claim: Sentence, material: Material) -> float:
    """How many days may have gone by from a chapter to the draft, as far as they say."""
    told = [each for each in (*material.earlier, material.draft) if each.number >= since]
    draft = material.draft.text
    rest = draft[: claim.span.start] + draft[claim.span.end :]
    texts = [*(each.text for each in told[1:-1]), rest] if len(told) > 1 else []
    between = [_between(text, material.language) for text in texts]
    within = _BETWEEN if _BETWEEN in between or not between else 1
    days = sum(chapter_days(each, material.language) for each in told[:-1])
    return within + sum(between) + days + told_to_pass(rest, material.language)


def chapter_days(told: Told, language: Language) -> float:
    """The days that a chapter says go by, read once."""
    return told.prose.once(told_to_pass, lambda: told_to_pass(told.text, language))


def _between(text: str, language: Language) -> int:
    """How many days may lie before a chapter, by how it begins."""
    opening = text[:_OPENING]
    if any(language.finder(name).search(opening) for name in ("time_next", "time_same")):
        return 1
    return _BETWEEN // 2 if language.finder("weekdays").search(opening) else _BETWEEN


def told_to_pass(text: str, language: Language) -> float:
    """The days that a text says go by."""
    counted = sum(
        _days(match, language)
        for name in ("time_count", "years_counted")
        for pattern in language.patterns(name)
        for match in pattern.finditer(text)
    )
    loose = max(
        (days for name, days in _LOOSE.items() if language.finder(name).search(text)), default=0
    )
    months = {match.group().lower() for match in language.finder("months").finditer(text)}
    seasons = {match.group().lower() for match in language.finder("months_named").finditer(text)}
    return counted + loose + 31 * max(0, len(months) - 1) + 90 * max(0, len(seasons) - 1)
