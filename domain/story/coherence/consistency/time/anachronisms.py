"""What there was not yet: a telephone in a story of 1850."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain

from domain.story.bible import bible_words
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.language import Language
from domain.story.text.speakers import every_sentence

KIND = "time_and_age"
_YEAR = re.compile(r"\b(?:1\d{3}|20\d{2})\b")
_SLACK = 2
_MOST = 2
"""Sentences of a draft; one with more such things is of another time than it says."""
_DOUBTFUL = ("irrealis", "negation")
_NEAR = 50
"""Characters before a thing in which it is denied or imagined."""


def anachronisms(material: Material) -> Iterator[Finding]:
    """Things in the draft that came up only after its time."""
    set_in = _set_in(material)
    if set_in is None or material.years_pass:
        return
    latest, source = set_in
    before = (
        *(told.text for told in material.earlier),
        "\n".join(bible_words(material.case.bible)),
    )
    newer = [
        (year, pattern)
        for year, pattern in _inventions(material.language).items()
        if year > latest + _SLACK
    ]
    if any(pattern.search(text) for _, pattern in newer for text in before):
        return
    find = material.language.finder
    found = [
        (sentence, year, match.group())
        for sentence in every_sentence(material.draft.prose)
        for words in (sentence.span.of(material.draft.text),)
        for year, pattern in newer
        if (match := pattern.search(words))
        and not find("retold").search(sentence.marked)
        and not any(find(name).search(words[: match.start()][-_NEAR:]) for name in _DOUBTFUL)
    ]
    if len({sentence.span for sentence, _, _ in found}) > _MOST:
        return
    for sentence, year, thing in found[:1]:
        yield material.finding(
            KIND,
            Severity.WARNING,
            f"{thing}: not before about {year}, and it is {latest}",
            material.sentence(material.draft, sentence),
            source,
        )


def _inventions(language: Language) -> Mapping[int, re.Pattern[str]]:
    """What came up in which year."""
    lines = (line.split(": ", 1) for line in language.lists["inventions"])
    return {int(year): re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for year, words in lines}


def _set_in(material: Material) -> tuple[int, Evidence] | None:
    """The latest year that the story may be set in, where it says that it is set in one."""
    language, bible = material.language, material.case.bible
    texts = [bible.style.genre, bible.style.notes]
    texts += [*(fact.text for fact in bible.facts), *(rule.text for rule in bible.rules)]
    eras = [line.split(": ", 1) for line in language.lists["eras"]]
    for at, text in enumerate(texts):
        years = [int(year) for year in _YEAR.findall(text)]
        if at > 1 and not language.finder("set_in").search(text):
            continue
        years += [int(year) for year, words in eras if re.search(rf"\b(?:{words})\b", text, re.I)]
        if years:
            return max(years), material.quoted(0, text[:QUOTE])
    dated = [*(each for told in (*material.earlier, material.draft) for each in _dated(told))]
    if not dated:
        return None
    told = chain(bible_words(bible), (each.text for each in (*material.earlier, material.draft)))
    latest = max(int(year) for text in told for year in _YEAR.findall(text))
    number, quote = dated[0]
    return latest, material.quoted(number, quote)


def _dated(told: Told) -> list[tuple[int, str]]:
    """Sentences that say which year it is."""
    return told.prose.once(_dated, partial(_says_year, told))


def _says_year(told: Told) -> list[tuple[int, str]]:
    language = told.prose.cast.language
    return [
        (told.number, sentence.span.of(told.text)[:QUOTE])
        for sentence in told.prose.sentences
        if any(pattern.search(sentence.marked) for pattern in language.patterns("year_is"))
        and not any(language.finder(each).search(sentence.marked) for each in ("unreal", "perfect"))
    ]
