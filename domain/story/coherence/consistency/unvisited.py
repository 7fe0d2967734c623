"""Where somebody has never been, or what they have never left; and where they had been after
all."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.story.coherence.consistency.geography import KIND, place_of
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.language import Language
from domain.story.text.mentions import Sentence
from domain.story.text.prose import read_prose
from domain.story.text.speakers import every_sentence, spoken


class _Never(NamedTuple):
    """Who has never been in a place, or, where `home`, never out of it."""

    char: str
    place: str
    home: bool
    source: Evidence


def unvisited(material: Material) -> Iterator[Finding]:
    """Who in the draft has been where they had never been."""
    never = [*_laid_down(material), *material.of_earlier(_told)]
    draft, language = material.draft, material.language
    lies = language.finder("lies")
    said = [sentence for _, sentence in spoken(draft.prose)] if never else []
    for sentence in (*draft.prose.sentences, *said) if never else ():
        around = draft.text[max(0, sentence.span.start - 200) : sentence.span.end + 200]
        if sentence in said and lies.search(around):
            continue
        for char, place in _been(sentence, material, aloud=sentence in said):
            prior = next((each for each in never if _against(each, char, place)), None)
            if prior is not None and not _went_since(char, place, material):
                yield material.finding(
                    KIND,
                    Severity.WARNING,
                    f"{material.cast.by_char[char].name} has never been in {place} by what came "
                    "before",
                    material.sentence(draft, sentence),
                    prior.source,
                )
                return


def _laid_down(material: Material) -> Iterator[_Never]:
    bible = material.case.bible
    texts = [(fact.text, fact.text) for fact in bible.facts if fact.text]
    for entry in bible.characters:
        texts += [(f"{entry.name} {value}", value) for value in entry.attributes.values()]
    for text, quote in texts:
        for sentence in read_prose(text, material.cast).sentences:
            yield from _never(sentence, material.quoted(0, quote[:QUOTE]), material)


def _told(told: Told, material: Material) -> Iterator[_Never]:
    for sentence in every_sentence(told.prose):
        source = material.sentence(told, sentence)
        yield from _never(sentence, source, material)


def _never(sentence: Sentence, source: Evidence, material: Material) -> Iterator[_Never]:
    language, cast = material.language, material.cast
    if _doubtful(sentence.marked, language) or language.finder("till_now").search(sentence.marked):
        return
    for name, home in (("never_been", False), ("never_away", True)):
        for pattern in language.patterns(name):
            for match in pattern.finditer(sentence.marked):
                if place := place_of(match, cast):
                    yield _Never(match["s"], place, home, source)


def _been(sentence: Sentence, material: Material, *, aloud: bool) -> Iterator[tuple[str, str]]:
    """Who was where before, by a sentence."""
    language = material.language
    marked = sentence.marked
    denied = language.finder("negation").search(marked) or language.finder("till_now").search(
        marked
    )
    if denied or _doubtful(marked, language) or language.finder("irrealis").search(marked):
        return
    for name in ("been_there", *(("went_there",) if aloud else ())):
        for pattern in language.patterns(name):
            for match in pattern.finditer(marked):
                if place := place_of(match, material.cast):
                    yield match["s"], place


def _doubtful(marked: str, language: Language) -> bool:
    return "?" in marked or language.finder("unreal").search(marked) is not None


def _against(never: _Never, char: str, place: str) -> bool:
    return never.char == char and (never.place == place) is not never.home


def _went_since(char: str, place: str, material: Material) -> bool:
    """Whether the chapters tell that somebody goes there, or that they set out."""
    name = material.cast.by_char[char].name
    return any(
        each.phrasing in ("travels", "located") and each.object == place and each.chapter
        for phrasing in ("travels", "located")
        for each in material.prior(phrasing, name)
    )
