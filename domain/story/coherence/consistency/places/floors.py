"""Storeys: a house of two has no fifth."""

import re
from collections.abc import Iterator

from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.text.mentions import Sentence


def floors(material: Material) -> Iterator[Finding]:
    """Floors above the last one that a building has."""
    language, draft = material.language, material.draft
    counted = dict((*_laid_down(material), *material.of_earlier(_told)))
    for sentence in draft.prose.sentences if counted else ():
        if any(language.finder(name).search(sentence.marked) for name in ("unreal", "negation")):
            continue
        for pattern in language.patterns("floor_named"):
            for match in pattern.finditer(sentence.marked):
                floor = language.read_number(match.groupdict().get("number") or "") or 2
                for place, (last, source) in counted.items():
                    if floor > last and _about(place, sentence, material):
                        yield material.finding(
                            "place_and_travel",
                            Severity.WARNING,
                            f"{place} has no such floor by what came before",
                            material.sentence(draft, sentence),
                            source,
                        )
                        return


_Counted = tuple[str, tuple[int, Evidence]]


def _laid_down(material: Material) -> Iterator[_Counted]:
    bible = material.case.bible
    texts = [(rule.text, rule.text) for rule in bible.rules]
    texts += [(fact.text, fact.text) for fact in bible.facts]
    for entry in bible.places:
        for key, value in entry.attributes.items():
            texts += [(f"{entry.name} has {value} {key}.", value), (f"{entry.name} {value}", value)]
    for text, quote in texts:
        for sentence in material.read(text).sentences:
            yield from _count(sentence, material.quoted(0, quote[:QUOTE]), material)


def _told(told: Told, material: Material) -> Iterator[_Counted]:
    for sentence in told.prose.sentences:
        source = material.sentence(told, sentence)
        yield from _count(sentence, source, material)


def _count(sentence: Sentence, source: Evidence, material: Material) -> Iterator[_Counted]:
    language = material.language
    if any(language.finder(name).search(sentence.marked) for name in ("unreal", "negation")):
        return
    for pattern in language.patterns("floor_count"):
        for match in pattern.finditer(sentence.marked):
            yield _named(match, material), (language.read_number(match["number"]) or 1, source)
    for pattern in language.patterns("one_floor"):
        for match in pattern.finditer(sentence.marked):
            yield _named(match, material), (1, source)


def _named(match: re.Match[str], material: Material) -> str:
    known = material.cast.by_char.get(match["p"])
    return known.name.lower() if known else match["p"].lower()


def _about(place: str, sentence: Sentence, material: Material) -> bool:
    """Whether a sentence, or the one after it in that paragraph, is about a place."""
    at = material.draft.prose.sentences.index(sentence)
    near = material.draft.prose.sentences[at : at + 2]
    known = material.cast.named(place)
    char = material.cast.chars.get(known.name, "") if known else ""
    word = re.compile(rf"\b{re.escape(place)}\b", re.IGNORECASE)
    return any(
        (char and char in each.marked) or word.search(each.marked)
        for each in near
        if each.paragraph == sentence.paragraph
    )
