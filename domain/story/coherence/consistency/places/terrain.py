"""Terrain: no tide comes in at a village in the mountains, nobody walks off an island."""

import re
from collections.abc import Iterator

from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.consistency.places.geography import KIND
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.text import marks
from domain.story.text.mentions import Sentence

_TERRAINS = ("inland", "coast", "island", "hamlet")
"""For each, `NAME_is` are patterns by which a place is of that kind, `NAME_against` what then
cannot be."""
_UNTRUE = ("unreal", "irrealis", "negation", "terrain_doubt", "flashback")
_Known = tuple[str, str, Evidence]
"""A place's character, its terrain, and where that is said."""


def terrain(material: Material) -> Iterator[Finding]:
    """What cannot be where a place lies."""
    known: dict[tuple[str, str], Evidence] = {}
    for char, kind, source in (*_laid_down(material), *material.of_earlier(_told)):
        known.setdefault((char, kind), source)
    draft, language = material.draft, material.language
    for sentence in draft.prose.sentences if known else ():
        if any(language.finder(name).search(sentence.marked) for name in _UNTRUE):
            continue
        places = {match.group() for match in re.finditer(marks.PLACE, sentence.marked)}
        for (char, kind), source in known.items():
            if char in places and _against(kind, char, places, sentence, material):
                yield material.finding(
                    KIND,
                    Severity.WARNING,
                    f"{material.cast.by_char[char].name} does not lie like that by what came "
                    "before",
                    material.sentence(draft, sentence),
                    source,
                )
                return


def _against(
    kind: str, char: str, places: set[str], sentence: Sentence, material: Material
) -> bool:
    for pattern in material.language.patterns(f"{kind}_against"):
        for match in pattern.finditer(sentence.marked):
            place = match.groupdict().get("p")
            if place == char or (place is None and len(places) == 1):
                return True
    return False


def _laid_down(material: Material) -> Iterator[_Known]:
    be = material.language.lists["be"][0]
    texts = [(text, text) for text in material.laid_down]
    for entry in material.case.bible.places:
        for value in entry.attributes.values():
            texts += [
                (f"{entry.name} {be} {part.strip()}.", value) for part in re.split("[.;]", value)
            ]
    for text, quote in texts:
        for sentence in material.read(text).sentences:
            yield from _kinds(sentence, material.quoted(0, quote[:QUOTE]), material)


def _told(told: Told, material: Material) -> Iterator[_Known]:
    for sentence in told.prose.sentences:
        yield from _kinds(sentence, material.sentence(told, sentence), material)


def _kinds(sentence: Sentence, source: Evidence, material: Material) -> Iterator[_Known]:
    language, marked = material.language, sentence.marked
    if any(language.finder(name).search(marked) for name in ("unreal", "irrealis", "negation")):
        return
    for kind in _TERRAINS:
        for pattern in language.patterns(f"{kind}_is"):
            for match in pattern.finditer(marked):
                yield match["p"], kind, source
