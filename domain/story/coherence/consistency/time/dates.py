"""Dates: how long ago things were, in which month or year, who is older, how time goes on."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.consistency.time.calendar import clashes
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.statements import Statement
from domain.story.extraction.told import Told
from domain.story.text.cast import Cast
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import spoken

KIND = "time_and_age"
_YEARS = {"day": 1 / 365, "night": 1 / 365, "week": 1 / 52, "month": 1 / 12, "year": 1.0}
_LONG = 2
"""Years; of shorter times it is not known how far chapters lie apart."""
_DATES = 200
"""Dates of a text that are compared."""
_YEAR = re.compile(r"\b\d{4}\b")
_UNSURE = ("unreal", "irrealis", "negation")


class _Dated(NamedTuple):
    """An event, and when or how long it was: `measure` is ago, length or year."""

    measure: str
    event: str
    whose: str
    value: float
    vague: bool
    source: Evidence


def dates(material: Material) -> Iterator[Finding]:
    """Events of the draft that were at another time before, and times that do not go on so."""
    yield from _course(material)
    before = [*_laid_down(material), *material.of_earlier(_all)][:_DATES]
    for now in list(_all(material.draft, material))[:_DATES]:
        clash = next((each for each in before if _apart(now, each, material)), None)
        if clash is not None and not any(_agree(now, each, material) for each in before):
            yield material.finding(
                KIND,
                Severity.WARNING,
                f"The {now.event or 'same'} was at another time before",
                now.source,
                clash.source,
            )
    yield from _dead_too_long(material)
    yield from _elders(material)


def _course(material: Material) -> Iterator[Finding]:
    told = [*material.earlier[-1:], material.draft]
    for clash in clashes([each.prose for each in told]):
        if clash.after.text == len(told) - 1:
            before = told[clash.before.text]
            yield material.finding(
                KIND,
                Severity.WARNING,
                "It cannot be that time so much later",
                material.quoted(
                    material.draft.number, clash.after.span.of(material.draft.text)[:QUOTE]
                ),
                material.quoted(before.number, clash.before.span.of(before.text)[:QUOTE]),
            )


def _laid_down(material: Material) -> Iterator[_Dated]:
    bible = material.case.bible
    texts = [line.text for line in bible.timeline]
    for text in (*texts, *(fact.text for fact in bible.facts if fact.text)):
        prose = material.read(text)
        for sentence in prose.sentences:
            quote = material.quoted(0, sentence.span.of(text)[:QUOTE])
            yield from _dated(sentence, quote, material.cast)


def _all(told: Told, material: Material) -> Iterator[_Dated]:
    for sentence in _sentences(told):
        quote = material.sentence(told, sentence)
        yield from _dated(sentence, quote, material.cast)


def _sentences(told: Told) -> Iterator[Sentence]:
    yield from told.prose.sentences
    for _, sentence in spoken(told.prose):
        yield sentence


def _dated(sentence: Sentence, source: Evidence, cast: Cast) -> Iterator[_Dated]:
    language = cast.language
    marked = sentence.marked
    if language.finder("unreal").search(marked) or language.finder("time_doubt").search(marked):
        return
    timed = language.finder("units").search(marked) or _YEAR.search(marked)
    for measure in ("ago", "length", "year") if timed else ():
        for pattern in language.patterns(f"event_{measure}"):
            for match in pattern.finditer(marked):
                dated = _read(measure, match, source, cast)
                if dated is not None:
                    yield dated


def _read(measure: str, match: re.Match[str], source: Evidence, cast: Cast) -> _Dated | None:
    language = cast.language
    groups = match.groupdict()
    number = language.read_number(groups.get("number") or "")
    unit = (groups.get("unit") or "year").lower()
    named = language.unit_names.get(unit) or language.unit_names.get(unit.rstrip("s"), unit)
    factor = 1.0 if measure == "year" else _YEARS.get(named.rstrip("s"), 0)
    if not number or not factor:
        return None
    event = (groups.get("detail") or "").lower()
    if event in language.lists["happenings_dead"] or not event:
        event = language.lists["happenings_dead"][0]
    who = groups.get("s") or ""
    return _Dated(
        measure,
        event,
        cast.by_char[who].name if who else "",
        number * factor,
        language.finder("about").search(match.group()) is not None,
        source,
    )


def _same(now: _Dated, before: _Dated, material: Material) -> bool:
    """Whether two dates are of the same event."""
    if now.measure != before.measure or now.event != before.event:
        return False
    if now.event in material.language.lists["happenings_own"]:
        return now.whose == before.whose != ""
    return True


def _apart(now: _Dated, before: _Dated, material: Material) -> bool:
    return _same(now, before, material) and not _agree(now, before, material)


def _agree(now: _Dated, before: _Dated, material: Material) -> bool:
    """Whether one date can be the other, some chapters on."""
    if not _same(now, before, material):
        return False
    if now.measure == "year":
        return now.value == before.value
    if max(now.value, before.value) < _LONG and now.measure == "ago":
        return True
    slack = (0.3 if now.vague or before.vague else 0.05) * max(now.value, before.value)
    slack += 1 if now.measure == "ago" else 0
    later = material.years_pass if now.measure == "ago" else 0
    return before.value - slack <= now.value <= before.value + slack + later


def _dead_too_long(material: Material) -> Iterator[Finding]:
    """Who died in the story a chapter ago is not dead for years."""
    dead = material.language.lists["happenings_dead"][0]
    for now in _all(material.draft, material):
        if now.event != dead or now.measure != "ago" or not now.whose or now.value < _LONG:
            continue
        for prior in material.prior("dies", now.whose):
            if prior.plain and prior.chapter and not prior.past and not material.years_pass:
                yield material.finding(
                    KIND,
                    Severity.WARNING,
                    f"{now.whose} has not been dead so long",
                    now.source,
                    material.evidence(prior),
                )
                break


class _Elder(NamedTuple):
    older: str
    younger: str
    source: Evidence


def _elders(material: Material) -> Iterator[Finding]:
    """Who is the older of two in the draft, and the younger by what came before."""
    ranked = [*_laid_ranks(material), *material.of_earlier(_ranked)]
    before = {(each.younger, each.older): each for each in ranked}
    ages = _ages(material)
    for now in _ranked(material.draft, material):
        prior = _by_age(now, ages, material) or before.get((now.older, now.younger))
        if prior is not None:
            yield material.finding(
                KIND,
                Severity.WARNING,
                f"{now.younger} is older than {now.older} by what came before",
                now.source,
                prior.source,
            )
            return


def _ages(material: Material) -> dict[str, Statement]:
    """Who has an age by the bible or an earlier chapter."""
    return {
        each.subject: each
        for each in material.before
        if each.phrasing == "age" and each.value.isdecimal() and each.plain and not each.past
    }


def _by_age(now: _Elder, ages: dict[str, Statement], material: Material) -> _Elder | None:
    """The same two the other way round, where the bible's ages have it so."""
    old, young = ages.get(now.younger), ages.get(now.older)
    if old is None or young is None or int(old.value) <= int(young.value):
        return None
    return _Elder(now.younger, now.older, material.evidence(old))


def _laid_ranks(material: Material) -> Iterator[_Elder]:
    for fact in material.case.bible.facts:
        for sentence in material.read(fact.text).sentences:
            quote = material.quoted(0, fact.text[:QUOTE])
            yield from _ranks(sentence, quote, material.cast)


def _ranked(told: Told, material: Material) -> Iterator[_Elder]:
    sentences = list(_sentences(told))
    for at, sentence in enumerate(sentences):
        quote = material.sentence(told, sentence)
        yield from _ranks(sentence, quote, material.cast)
        yield from _of_two(sentence, sentences[at : at + 2], quote, material.cast)


def _of_two(
    sentence: Sentence, near: Sequence[Sentence], quote: Evidence, cast: Cast
) -> Iterator[_Elder]:
    """`The elder of the two`, where it is plain who the other one is."""
    language, marked = cast.language, sentence.marked
    for pattern in language.patterns("elder_of_two"):
        for match in pattern.finditer(marked):
            if any(language.finder(name).search(marked) for name in _UNSURE):
                continue
            people = {one.char for each in near for one in each.mentions} - {match["s"]}
            others = [char for char in people if cast.by_char[char].kind == "person"]
            if len(others) == 1:
                pair = [cast.by_char[char].name for char in (match["s"], *others)]
                if not match["word"] or language.finder("younger_words").search(match["word"]):
                    pair.reverse()
                yield _Elder(pair[0], pair[1], quote)


def _ranks(sentence: Sentence, quote: Evidence, cast: Cast) -> Iterator[_Elder]:
    language = cast.language
    doubtful = language.finder("unreal").search(sentence.marked) or "?" in sentence.marked
    if doubtful or not language.finder("elder_words").search(sentence.marked):
        return
    for pattern in language.patterns("elder"):
        for match in pattern.finditer(sentence.marked):
            pair = [cast.by_char[match.group(group)].name for group in ("s", "o")]
            if language.finder("negation").search(match.group()) or pair[0] == pair[1]:
                continue
            if language.finder("younger_words").search(match.group("word")):
                pair.reverse()
            yield _Elder(pair[0], pair[1], quote)
