"""Who says what is in something that nobody has opened."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.story.coherence.consistency.knowledge.secrets import people_in
from domain.story.coherence.consistency.knowledge.utterances import Utterance
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told

KIND = "knowledge"


class _Closed(NamedTuple):
    """What is sealed, by the nouns for it; who made it knows what is in it."""

    nouns: frozenset[str]
    makers: frozenset[str]
    source: Evidence


def sealed(utterances: list[Utterance], material: Material) -> Iterator[Finding]:
    """Who says what is in a letter that is still sealed."""
    closed = _closed(material)
    guessing = material.language.finder("guessing")
    for utterance in utterances if closed else ():
        if guessing.search(utterance.around) or utterance.quote.rstrip(' "”’»').endswith("?"):
            continue
        for pattern in material.language.patterns("contents_said"):
            match = pattern.search(utterance.quote)
            each = closed.get(match["word"].lower()) if match else None
            if each is None or each.makers & utterance.who:
                continue
            yield material.finding(
                KIND,
                Severity.WARNING,
                "nobody has seen yet what is in it",
                material.quoted(material.draft.number, utterance.quote[:QUOTE]),
                each.source,
            )
            return


def _closed(material: Material) -> dict[str, _Closed]:
    """What is sealed when the draft is over, by its nouns."""
    found: dict[str, _Closed] = {}
    for told in (*material.earlier, material.draft):
        for nouns, each in material.of_chapter(told, _told_of):
            for noun in nouns:
                if each is None:
                    found.pop(noun, None)
                elif told is not material.draft:
                    found[noun] = each
    return found


def _told_of(told: Told, material: Material) -> Iterator[tuple[frozenset[str], _Closed | None]]:
    """Where things are said to be sealed, or (None) are opened."""
    language = material.language
    things, closed, opened, made = map(
        language.finder, ("sealed_things", "still_sealed", "unsealed", "made_sealed")
    )
    sentences = told.prose.sentences
    for at, sentence in enumerate(sentences):
        near = [
            each
            for each in sentences[max(0, at - 1) : at + 2]
            if abs(each.paragraph - sentence.paragraph) <= 1
        ]
        words = " ".join(each.span.of(told.prose.narrated) for each in near)
        nouns = frozenset(match.group().lower() for match in things.finditer(words))
        own = sentence.span.of(told.prose.narrated)
        if not nouns:
            continue
        if closed.search(own):
            makers = frozenset[str]()
            if made.search(words):
                makers = makers.union(*(people_in(each, material) for each in near))
            yield nouns, _Closed(nouns, makers, material.sentence(told, sentence))
        elif opened.search(own):
            yield nouns, None
