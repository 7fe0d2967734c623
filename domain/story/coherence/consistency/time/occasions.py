"""Occasions: in which year, month, on which day or at which hour something was, for how long it is
so. Clauses are taken to be of the same event by their people and words."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.consistency.time.setting import set_in_year
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.keys import plain_key
from domain.story.language import Language
from domain.story.text.cast import WORD, Cast
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import every_sentence, spoken

KIND = "time_and_age"
_ALIKE = 0.6
_LEAST = 2
_DATES = 200
"""Occasions of a text that are compared."""
_CLAUSES = re.compile(r"[,;:—–()]")
_HOUR, _DAY = 1, 24
_SLACK = 0.2


class _Occasion(NamedTuple):
    """An event, by who is in it and its words, and when it was: `when` are years, months, days of
    the week or hours, any of which it may be; or for how many years it is so."""

    measure: str
    when: frozenset[int]
    who: frozenset[str]
    words: frozenset[str]
    source: Evidence
    back: bool
    """Whether it is told of earlier times."""


def occasions(material: Material) -> Iterator[Finding]:
    """Events of the draft that were at another time before."""
    before = [*_laid_down(material), *material.of_earlier(_told)][:_DATES]
    before += _for_years(before, set_in_year(material))
    for now in material.of_chapter(material.draft, _told)[:_DATES] if before else ():
        alike = [each for each in before if _same(now, each, material.language)]
        if alike and not any(_agree(now, each, material) for each in alike):
            yield material.finding(
                KIND,
                Severity.WARNING,
                "This was at another time before",
                now.source,
                alike[0].source,
            )


def _for_years(before: Sequence[_Occasion], now: int | None) -> Iterator[_Occasion]:
    """For how many years what began in some year is so by now."""
    for each in before if now else ():
        years = frozenset(now - year for year in each.when if now and now > year)
        if each.measure == "year" and years:
            yield each._replace(measure="since", when=years)


def _laid_down(material: Material) -> Iterator[_Occasion]:
    bible, cast = material.case.bible, material.cast
    texts = [(line.text, line.when) for line in bible.timeline]
    texts += [(fact.text, "") for fact in bible.facts if fact.text]
    yield from _birthdays(material)
    for text, when in texts:
        quote = material.quoted(0, text[:QUOTE])
        for sentence in material.read(text).sentences:
            yield from _of(sentence, quote, cast)
            if when:
                dated = cast.language.lists["on_date"][0].format(when)
                yield from _dated(dated, sentence.marked, quote, cast, back=True)


def _birthdays(material: Material) -> Iterator[_Occasion]:
    language, cast = material.language, material.cast
    for entry in material.case.bible.characters:
        for key, value in entry.attributes.items():
            born = language.predicates.get(plain_key(key, language)) == "birth_year"
            month = language.finder("months").search(value) if born else None
            if month is not None:
                text = language.lists["birthday_is"][0].format(entry.name, month.group())
                for sentence in material.read(text).sentences:
                    yield from _of(sentence, material.quoted(0, value[:QUOTE]), cast)


def _told(told: Told, material: Material) -> Iterator[_Occasion]:
    said = {sentence.span.start for _, sentence in spoken(told.prose)}
    for sentence in every_sentence(told.prose):
        quote = material.sentence(told, sentence)
        yield from _of(sentence, quote, material.cast, said=sentence.span.start in said)


def _of(
    sentence: Sentence, source: Evidence, cast: Cast, *, said: bool = False
) -> Iterator[_Occasion]:
    find, marked = cast.language.finder, sentence.marked
    if not any(pattern.search(marked) for pattern in cast.language.patterns("time_named")):
        return
    if any(find(name).search(marked) for name in ("unreal", "time_doubt")) or "?" in marked:
        return
    back = said or find("told_back").search(marked) is not None
    for clause in _CLAUSES.split(marked):
        yield from _dated(clause, clause, source, cast, back=back)


def _dated(
    clause: str, what: str, source: Evidence, cast: Cast, *, back: bool
) -> Iterator[_Occasion]:
    """What a clause says of when `what` was."""
    language = cast.language
    who = frozenset(char for char in what if char in cast.by_char)
    for measure in ("month", "weekday", "year", "hour", "since"):
        found = [
            (match, when)
            for pattern in language.patterns(f"{measure}_any")
            for match in pattern.finditer(clause)
            if (when := _when(measure, match, language))
        ]
        of_relative = measure == "since" and any(
            pattern.search(what) for pattern in language.patterns("relative_of")
        )
        if len({when for _, when in found}) == 1 and not of_relative:
            words = _words(what, language) - {language.stem(found[0][0]["word"].lower())}
            yield _Occasion(measure, found[0][1], who, words, source, back)


def _when(measure: str, match: re.Match[str], language: Language) -> frozenset[int]:
    word = " ".join(match["word"].lower().split())
    match measure:
        case "year":
            return frozenset((int(word),))
        case "since":
            return frozenset((language.read_number(word) or 0,)) - {0}
        case "hour":
            low, high = language.clock.get(word) or (0, 0)
            return frozenset(hour % _DAY for hour in range(int(low), int(high + _HOUR)) if high)
        case "weekday":
            return frozenset((_index(word, language.lists["weekdays"]),))
    for line in language.lists["months_of"]:
        names, months = line.split(": ")
        if word in names.split("|"):
            return frozenset(map(int, months.split()))
    return frozenset((_index(word, language.lists["months"]) + 1,))


def _index(word: str, names: tuple[str, ...]) -> int:
    return [each.lower() for each in names].index(word)


def _words(text: str, language: Language) -> frozenset[str]:
    """A clause's content, words of one meaning as one."""
    find = language.finder
    return frozenset(
        _meaning(word, language)
        for word in map(str.lower, WORD.findall(text))
        if word not in language.light_words
        and len(word) > _LEAST
        and word.replace("-", " ") not in language.numbers
        and not any(find(name).fullmatch(word) for name in ("units", "months", "months_named"))
    )


def _meaning(word: str, language: Language) -> str:
    meanings = sorted(language.meanings(word))
    return next((each for each in meanings if each.startswith("=")), language.stem(word))


def _meant(name: str, language: Language) -> frozenset[str]:
    return frozenset(_meaning(word, language) for word in language.lists[name])


def _same(now: _Occasion, before: _Occasion, language: Language) -> bool:
    """Whether two occasions are of the same event."""
    laid = before.source.source == "bible"
    if now.measure != before.measure or not (now.back or laid):
        return False
    if not (now.who <= before.who or before.who <= now.who):
        return False
    both = now.words & before.words
    shared = len(both) + len(now.who & before.who)
    fewest = min(len(now.words) + len(now.who), len(before.words) + len(before.who))
    events = _meant("happenings", language)
    alone = laid and now.who == before.who and bool(both & events)
    if not both or shared < (1 if alone else _LEAST) or shared < _ALIKE * fewest:
        return False
    once = _meant("once_only", language) | events
    return now.measure in ("month", "weekday") or bool(both & once)


def _agree(now: _Occasion, before: _Occasion, material: Material) -> bool:
    """Whether one time can be the other, some chapters on."""
    if now.measure != "since":
        return not now.when.isdisjoint(before.when)
    later, earlier = max(now.when), max(before.when)
    slack = 1 + _SLACK * max(later, earlier)
    return earlier - slack <= later <= earlier + slack + material.years_pass
