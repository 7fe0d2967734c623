"""Where somebody has never been, or what they have never left; and where they had been after
all."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.consistency.places.geography import KIND, place_of
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.language import Language
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import every_sentence, spoken

_PAIR = 2


class _Never(NamedTuple):
    """Who has never been in a place, or, where `home`, never out of it."""

    char: str
    place: str
    home: bool
    source: Evidence


class _Visit(NamedTuple):
    """Who has been in a place, by what was told before."""

    char: str
    place: str
    source: Evidence


def unvisited(material: Material) -> Iterator[Finding]:
    """Who in the draft has been where they had never been, or is for the first time where they
    had been."""
    yield from _been_after_all(material)
    yield from _first_time_again(material)


def _first_time_again(material: Material) -> Iterator[Finding]:
    visits = [*_visits_laid_down(material), *material.of_earlier(_visits)]
    language, draft = material.language, material.draft
    for sentence in draft.prose.sentences if visits else ():
        marked = sentence.marked
        if _doubtful(marked, language) or language.finder("since_then").search(marked):
            continue
        for name in ("first_time", "never_been"):
            for pattern in language.patterns(name):
                for match in pattern.finditer(marked):
                    char, place = match["s"], place_of(match, material.cast)
                    prior = next((each for each in visits if each[:2] == (char, place)), None)
                    if prior is not None:
                        yield material.finding(
                            KIND,
                            Severity.WARNING,
                            f"{material.cast.by_char[char].name} has been in {place} before",
                            material.sentence(draft, sentence),
                            prior.source,
                        )
                        return


def _visits_laid_down(material: Material) -> Iterator[_Visit]:
    texts = [(text, text) for text in material.laid_down]
    for entry in material.case.bible.characters:
        texts += [(f"{entry.name} {value}", value) for value in entry.attributes.values()]
    for text, quote in texts:
        for sentence in material.read(text).sentences:
            yield from _visited(sentence, material.quoted(0, quote[:QUOTE]), material)


def _visits(told: Told, material: Material) -> Iterator[_Visit]:
    sentences = told.prose.sentences
    for at, sentence in enumerate(sentences):
        source = material.sentence(told, sentence)
        yield from _visited(sentence, source, material)
        yield from _visited_together(sentences, at, source, material)


def _visited(sentence: Sentence, source: Evidence, material: Material) -> Iterator[_Visit]:
    sure = {each.char for each in sentence.mentions if not each.likely}
    for name in ("been_there", "went_there"):
        for match in _told_of(name, sentence, material):
            if match["s"] in sure and (place := place_of(match, material.cast)):
                yield _Visit(match["s"], place, source)


def _visited_together(
    sentences: Sequence[Sentence], at: int, source: Evidence, material: Material
) -> Iterator[_Visit]:
    """`They had married in Rome`: the two of whom the paragraph speaks."""
    for match in _told_of("been_they", sentences[at], material):
        near = [each for each in sentences if each.paragraph == sentences[at].paragraph]
        people = {
            each.char
            for sentence in near
            for each in sentence.mentions
            if material.cast.by_char[each.char].kind == "person"
        }
        for char in people if len(people) == _PAIR else ():
            if place := place_of(match, material.cast):
                yield _Visit(char, place, source)


def _told_of(name: str, sentence: Sentence, material: Material) -> Iterator[re.Match[str]]:
    """Where a list's patterns fit a sentence that tells what is so."""
    language, marked = material.language, sentence.marked
    found = [match for pattern in language.patterns(name) for match in pattern.finditer(marked)]
    doubtful = ("negation", "till_now", "irrealis")
    if not found or _doubtful(marked, language):
        return
    if not any(language.finder(each).search(marked) for each in doubtful):
        yield from found


def _been_after_all(material: Material) -> Iterator[Finding]:
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
        for sentence in material.read(text).sentences:
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
    for name in ("been_there", *(("went_there",) if aloud else ())):
        for match in _told_of(name, sentence, material):
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
