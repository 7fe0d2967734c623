"""Place and travel: nobody is in two places at once, or there sooner than the way takes."""

import re
from collections.abc import Iterator

from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.consistency.places.absent import absent
from domain.story.coherence.consistency.places.alibis import alibis
from domain.story.coherence.consistency.places.floors import floors
from domain.story.coherence.consistency.places.geography import KIND, geography, place_of
from domain.story.coherence.consistency.places.journeys import journeys
from domain.story.coherence.consistency.places.lacks import lacking
from domain.story.coherence.consistency.places.lasting import lasting
from domain.story.coherence.consistency.places.levels import levels
from domain.story.coherence.consistency.places.ruins import ruins
from domain.story.coherence.consistency.places.sites import sites
from domain.story.coherence.consistency.places.terrain import terrain
from domain.story.coherence.consistency.places.unvisited import unvisited
from domain.story.coherence.consistency.places.ways import closed_ways
from domain.story.coherence.consistency.places.whereabouts import whereabouts
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.statements import Statement
from domain.story.extraction.told import Told
from domain.story.text import marks
from domain.story.text.mentions import Sentence

_DOUBTFUL = ("unreal", "flashback", "perfect")


def place_and_travel(material: Material) -> Iterator[Finding]:
    """Where somebody is in the draft, against where they were and how far that is."""
    yield from geography(material)
    yield from lacking(material)
    yield from terrain(material)
    yield from journeys(material)
    yield from alibis(material)
    yield from _elsewhere(material)
    yield from _sealed(material)
    yield from _rooms(material)
    yield from whereabouts(material)
    yield from closed_ways(material)
    yield from ruins(material)
    yield from floors(material)
    yield from levels(material)
    yield from unvisited(material)
    yield from absent(material)
    yield from sites(material)
    yield from lasting(material)


def _elsewhere(material: Material) -> Iterator[Finding]:
    """Who was somewhere by the last chapter's last word, and is elsewhere with no way between."""
    if not material.earlier:
        return
    last = material.earlier[-1].number
    where: dict[str, Statement] = {}
    for statement in material.before:
        if statement.phrasing in ("located", "travels") and statement.plain and not statement.past:
            where[statement.subject] = statement
    homeward = material.language.finder("homeward")
    meanwhile = material.language.finder("meanwhile")
    for statement in material.draft.statements:
        if statement.phrasing == "travels":
            where.pop(statement.subject, None)
        if statement.phrasing != "located" or not statement.plain or statement.past:
            continue
        prior = where.pop(statement.subject, None)
        if prior is None or prior.chapter != last or prior.object == statement.object:
            continue
        before = material.draft.text[: statement.start + len(statement.quote)]
        if homeward.search(before) or not meanwhile.search(statement.quote) or not prior.sure:
            continue
        yield material.finding(
            KIND,
            Severity.WARNING,
            f"{statement.subject} was in {prior.object}, and is in {statement.object} here, with "
            "no way between",
            material.evidence(statement),
            material.evidence(prior),
        )


def _sealed(material: Material) -> Iterator[Finding]:
    """Nobody leaves a place that is cut off."""
    language, cast = material.language, material.cast
    bible = material.case.bible
    texts = (*(rule.text for rule in bible.rules), *(fact.text for fact in bible.facts))
    inside = next((text for text in texts if language.finder("cut_off").search(text)), None)
    if inside is None or material.told_since(language.lists["reopened"]):
        return
    beyond = {
        place_of(match, cast)
        for sentence in material.read(inside).sentences
        for pattern in language.patterns("road_to")
        for match in pattern.finditer(sentence.marked)
    }
    for sentence in material.draft.prose.sentences:
        for char, match in _matches("goes_to", sentence, material):
            before = sentence.marked[: match.end()]
            place = place_of(match, cast)
            if any(language.finder(name).search(before) for name in _DOUBTFUL):
                continue
            if place and (place in beyond or place not in inside):
                yield material.finding(
                    KIND,
                    Severity.WARNING,
                    f"{cast.by_char[char].name} cannot go to {place}",
                    material.sentence(material.draft, sentence),
                    material.quoted(0, inside[:QUOTE]),
                )
                return


def _rooms(material: Material) -> Iterator[Finding]:
    """Who goes into one room and is in another one, with no step between."""
    language = material.language
    where: dict[str, tuple[str, Evidence]] = {}
    scene = 0
    for sentence, text in _plain(material.draft, material):
        if sentence.scene != scene:
            scene = sentence.scene
            where.clear()
        went = list(_matches("into_room", sentence, material))
        there = list(_matches("in_room", sentence, material))
        if not went and language.finder("moving").search(text):
            where.clear()
            continue
        for char, match in there:
            room = match.group("word").lower()
            prior = where.pop(char, None)
            if prior and not went and not language.meanings(prior[0]) & language.meanings(room):
                yield material.finding(
                    KIND,
                    Severity.WARNING,
                    f"{material.cast.by_char[char].name} is in the {prior[0]}, and in the {room}",
                    material.sentence(material.draft, sentence),
                    prior[1],
                )
        for char, match in went:
            source = material.sentence(material.draft, sentence)
            where[char] = (match.group("word").lower(), source)


def _plain(told: Told, material: Material) -> Iterator[tuple[Sentence, str]]:
    """The narrator's sentences that tell what is so."""
    language = material.language
    for sentence in told.prose.sentences:
        text = sentence.span.of(told.prose.narrated).replace(marks.SPOKEN, " ")
        if not any(language.finder(name).search(text) for name in _DOUBTFUL):
            yield sentence, text


def _matches(
    name: str, sentence: Sentence, material: Material
) -> Iterator[tuple[str, re.Match[str]]]:
    """Where a list's patterns fit, each with the person that is meant for sure."""
    language = material.language
    likely = {mention.char for mention in sentence.mentions if mention.likely}
    if not sentence.mentions:
        return
    for pattern in language.patterns(name):
        for match in pattern.finditer(sentence.marked):
            said = match.group()
            if language.finder("negation").search(said) or language.finder("irrealis").search(said):
                continue
            if match.group("s") not in likely:
                yield match.group("s"), match
