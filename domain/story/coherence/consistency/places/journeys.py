"""Journeys: nobody is there in an hour where the way takes three days."""

import re
from collections.abc import Iterator
from dataclasses import replace

from domain.story.coherence.consistency.material import Material
from domain.story.coherence.consistency.places.passages import (
    Way,
    laid_down,
    passages,
    stated,
    told,
)
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import Statement, statements
from domain.story.text.mentions import Sentence

KIND = "place_and_travel"
_MINUTES = {"minute": 1, "hour": 60, "day": 1440, "night": 1440, "week": 10_080, "month": 43_200}
_MUCH_SHORTER = 0.5
_DAY = 1440
_HALF_DAY = 12
"""Hours."""
_MORNING = 120
"""There, of a morning in which somebody went there and came back."""
_UNTRUE = ("unreal", "irrealis", "negation")


def journeys(material: Material) -> Iterator[Finding]:
    """Ways that take another time in the draft than before."""
    known = [
        Way(ends, took, material.evidence(each))
        for each in (*material.before, *_of_places(material))
        if each.phrasing == "journey" and (ends := _ends(each)) and (took := _taken(each, material))
    ]
    known += [*laid_down(material), *material.of_earlier(told)]
    for now, plainly in _told(material) if known else ():
        for prior in known:
            if not (now.ends <= prior.ends or prior.ends <= now.ends):
                continue
            slower = plainly and now.minutes >= prior.minutes * 2
            if slower or now.minutes <= _MUCH_SHORTER * prior.minutes:
                yield material.finding(
                    KIND,
                    Severity.WARNING,
                    "The way takes another time here than before",
                    now.source,
                    prior.source,
                )
                return


def _of_places(material: Material) -> Iterator[Statement]:
    """How far a place is by its entry in the bible."""
    language = material.language
    parts = re.compile("|".join(language.lists["parts"]))
    for entry in material.case.bible.places:
        for value in entry.attributes.values():
            for part in parts.split(value):
                text = f"{entry.name} {language.lists['be'][0]} {part.strip()}."
                for statement in statements(material.read(text), 0):
                    yield replace(statement, quote=value)


def _told(material: Material) -> Iterator[tuple[Way, bool]]:
    """The ways of the draft, and whether that is how long they take, or only how long it was."""
    for statement in material.draft.statements:
        took = _taken(statement, material)
        ends = _ends(statement)
        if statement.phrasing in ("went_in", "journey") and statement.plain and took and ends:
            source = material.evidence(statement)
            yield Way(ends, took, source), statement.phrasing == "journey"
    for sentence in material.draft.prose.sentences:
        for way in _gone(sentence, material):
            yield way, False
    for way in (*_clocked(material), *passages(material)):
        yield way, False
    for way in stated(material):
        yield way, True


def _gone(sentence: Sentence, material: Material) -> Iterator[Way]:
    """A sentence that names both ends of a way, a going, and how long it took."""
    language, cast, text = material.language, material.cast, sentence.marked
    places = frozenset(
        cast.by_char[each.char].name
        for each in sentence.mentions
        if cast.by_char[each.char].kind == "place"
    )
    if len(places) not in (1, 2) or not language.finder("travelling").search(text):
        return
    if any(language.finder(name).search(text) for name in _UNTRUE):
        return
    source = material.sentence(material.draft, sentence)
    for pattern in language.patterns("time_taken"):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            soon = groups.get("soon")
            if len(places) == 1 and not soon:
                continue
            took = _MORNING if soon else _DAY // 2
            if not soon and not groups.get("sameday"):
                number = language.read_number(groups.get("number") or "") or 0
                took = _unit(groups.get("unit") or "", material) * number
                if groups.get("half"):
                    took = _unit(groups["unit"] or "", material) // 2
            if took:
                yield Way(places, took, source)
                return


def _clocked(material: Material) -> Iterator[Way]:
    """Two places where somebody is, with the hours at which they are there, a few hours apart."""
    language, cast, draft = material.language, material.cast, material.draft
    last: tuple[int, str, frozenset[str]] | None = None
    for sentence in draft.prose.sentences:
        marked = sentence.marked
        if any(
            language.finder(name).search(marked)
            for name in (*_UNTRUE, "perfect", "time_loose", "time_next")
        ):
            last = None
            continue
        chars = frozenset(mention.char for mention in sentence.mentions)
        places = [char for char in chars if cast.by_char[char].kind == "place"]
        hours = [
            hour
            for pattern in language.patterns("hour_is")
            for match in pattern.finditer(marked)
            if (hour := _hour(match["word"], material)) is not None
        ]
        if len(places) != 1 or len(set(hours)) != 1:
            continue
        now = (hours[0], places[0], chars - {places[0]})
        if last is not None and last[1] != now[1] and last[2] & now[2]:
            ends = frozenset(cast.by_char[char].name for char in (last[1], now[1]))
            source = material.sentence(draft, sentence)
            yield Way(ends, (now[0] - last[0]) % _HALF_DAY * 60, source)
        last = now


def _hour(word: str, material: Material) -> int | None:
    """The hour, of twelve, that a word means."""
    plain = " ".join(word.lower().split())
    if plain in material.language.clock:
        return int(material.language.clock[plain][0]) % _HALF_DAY
    number = material.language.read_number(plain)
    return number % _HALF_DAY if number is not None and number <= 24 else None


def _ends(statement: Statement) -> frozenset[str]:
    return frozenset((statement.groups.get("e", ""), statement.groups.get("f", ""))) - {""}


def _taken(statement: Statement, material: Material) -> int:
    """How long a way takes; 0 where that is not said."""
    number = material.language.read_number(statement.groups.get("number", ""))
    return (number or 0) * _unit(statement.groups.get("unit", ""), material)


def _unit(word: str, material: Material) -> int:
    plain = word.lower()
    named = material.language.unit_names
    unit = named.get(plain) or named.get(plain.rstrip("s"), plain.rstrip("s"))
    return _MINUTES.get(unit, 0)
