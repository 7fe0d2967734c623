"""When the story is set: the year and the season that the bible gives it; and who is new where
they have been for years."""

import re
from collections.abc import Iterator

from domain.story.coherence.consistency.content import content
from domain.story.coherence.consistency.material import QUOTE, Material, own
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.language import Language
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import every_sentence

KIND = "time_and_age"
_YEAR = re.compile(r"\b(?:1\d{3}|20\d{2})\b")
_DOUBTFUL = ("unreal", "irrealis", "negation", "perfect", "flashback")
_Tenure = tuple[str, frozenset[str], Evidence]
"""Somebody, the words for what they have done for years, and where that is said."""


def setting(material: Material) -> Iterator[Finding]:
    """Years and seasons that the story is not set in; beginners who are none."""
    yield from _year(material)
    yield from _season(material)
    yield from _beginners(material)


def set_in_year(material: Material) -> int | None:
    """The year that the bible or the text sets the story in, if it is one, and no years go by."""
    known = _set_in(material, _YEAR)
    if known is None:
        said = [
            match["year"]
            for told in (*material.earlier, material.draft)
            for sentence in told.prose.sentences
            for pattern in material.language.patterns("year_is")
            for match in pattern.finditer(sentence.marked)
        ]
        known = (said[-1], "") if len(set(said)) == 1 else None
    return int(known[0]) if known is not None and not material.years_pass else None


def _set_in(material: Material, found: re.Pattern[str]) -> tuple[str, str] | None:
    """What of a pattern the bible says that the story is set in, if it is one, with the text."""
    bible = material.case.bible
    for text in (*(fact.text for fact in bible.facts), *(rule.text for rule in bible.rules)):
        if material.language.finder("set_in").search(text):
            named = {match.group().lower() for match in found.finditer(text)}
            if len(named) == 1:
                return named.pop(), text
    return None


def _year(material: Material) -> Iterator[Finding]:
    known = _set_in(material, _YEAR)
    if known is None or material.years_pass:
        return
    year, text = known
    for sentence in _now(material):
        for pattern in material.language.patterns("year_is"):
            for match in pattern.finditer(sentence.marked):
                if match["year"] != year:
                    yield _finding(
                        f"{year} before, {match['year']} in the draft", sentence, text, material
                    )
                    return


def _season(material: Material) -> Iterator[Finding]:
    language = material.language
    known = _set_in(material, language.finder("months_named"))
    if known is None or material.told_since(language.lists["months_later"]):
        return
    season, text = known
    months = months_of(season, language)
    for sentence in _now(material):
        for pattern in language.patterns("season_is"):
            for match in pattern.finditer(sentence.marked):
                if months.isdisjoint(months_of(match["word"].lower(), language)):
                    yield _finding(f"It is {season}, and {match['word']}", sentence, text, material)
                    return


def months_of(word: str, language: Language) -> frozenset[int]:
    """The months, from 1 on, of a season, a feast or a month's name."""
    names = [each.lower() for each in language.lists["months"]]
    if word in names:
        return frozenset((names.index(word) + 1,))
    lines = (line.split(": ") for line in language.lists["months_of"])
    return frozenset(
        int(each) for name, months in lines if word in name.split("|") for each in months.split()
    )


def _now(material: Material) -> Iterator[Sentence]:
    """The draft's sentences, said ones too, that tell what is so now."""
    find = material.language.finder
    prose = material.draft.prose
    for sentence in every_sentence(prose):
        doubtful = any(find(name).search(sentence.marked) for name in _DOUBTFUL)
        if not doubtful and "?" not in sentence.marked:
            yield sentence


def _beginners(material: Material) -> Iterator[Finding]:
    """Who is on their first day where they have worked for years."""
    cast, language = material.cast, material.language
    tenures = [*_laid_down(material), *material.of_earlier(_tenures)]
    for sentence in _now(material) if tenures else ():
        for pattern in language.patterns("is_new"):
            for match in pattern.finditer(sentence.marked):
                tail = content(match.groupdict().get("what") or "", language)
                for char, words, source in tenures:
                    if char == match["s"] and (not tail or words & set(tail)):
                        yield material.finding(
                            KIND,
                            Severity.WARNING,
                            f"{own(cast.by_char[char].name)} beginning was years ago",
                            material.sentence(material.draft, sentence),
                            source,
                        )
                        return


def _laid_down(material: Material) -> Iterator[_Tenure]:
    for fact in material.case.bible.facts:
        for sentence in material.read(fact.text).sentences:
            yield from _tenure(sentence, material.quoted(0, fact.text[:QUOTE]), material)


def _tenures(told: Told, material: Material) -> Iterator[_Tenure]:
    for sentence in every_sentence(told.prose):
        source = material.sentence(told, sentence)
        yield from _tenure(sentence, source, material)


def _tenure(sentence: Sentence, source: Evidence, material: Material) -> Iterator[_Tenure]:
    language, marked = material.language, sentence.marked
    if language.finder("unreal").search(marked) or language.finder("negation").search(marked):
        return
    for pattern in language.patterns("for_years"):
        for match in pattern.finditer(marked):
            yield match["s"], frozenset(content(marked, language)), source


def _finding(message: str, sentence: Sentence, text: str, material: Material) -> Finding:
    return material.finding(
        KIND,
        Severity.WARNING,
        message,
        material.sentence(material.draft, sentence),
        material.quoted(0, text[:QUOTE]),
    )
