"""Time and age: ages, years of birth, how long ago things were and how long they took."""

import re
from collections.abc import Iterator

from domain.story.coherence.consistency.elsewhere import years_back
from domain.story.coherence.consistency.material import QUOTE, Material, own
from domain.story.coherence.consistency.time.ages import ages, fits, of_then, span_of
from domain.story.coherence.consistency.time.anachronisms import anachronisms
from domain.story.coherence.consistency.time.dates import KIND, dates
from domain.story.coherence.consistency.time.elapsed import elapsed
from domain.story.coherence.consistency.time.nearby_ages import nearby_ages
from domain.story.coherence.consistency.time.occasions import occasions
from domain.story.coherence.consistency.time.setting import set_in_year, setting
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import Statement
from domain.story.text.cast import WORD


def time_and_age(material: Material) -> Iterator[Finding]:
    """Ages and times in the draft that what came before rules out."""
    for statement in (*material.draft.statements, *material.heard):
        if not statement.plain and not _nearly(statement, material):
            continue
        match statement.phrasing:
            case "age":
                yield from _age(statement, material)
                yield from _born_then(statement, material)
            case "birth_year":
                yield from _same(statement, "year of birth", material)
    yield from _coming(material)
    yield from nearby_ages(material)
    yield from dates(material)
    yield from elapsed(material)
    yield from occasions(material)
    yield from setting(material)
    yield from anachronisms(material)


def _nearly(statement: Statement, material: Material) -> bool:
    """Whether nothing but the number itself is hedged: `she was nearly fifty`."""
    number = statement.groups.get("number", "")
    if statement.phrasing != "age" or not number:
        return False
    find = material.language.finder
    hedged = rf"{find('below').pattern}\s+{re.escape(number)}"
    rest = re.sub(hedged, number, statement.quote, flags=re.IGNORECASE)
    doubtful = any(find(name).search(rest) for name in ("unreal", "irrealis", "negation"))
    return rest != statement.quote and not doubtful and "?" not in rest


def _coming(material: Material) -> Iterator[Finding]:
    """Ages that somebody is to have soon: `she would be forty in spring`."""
    language, cast = material.language, material.cast
    for sentence in material.draft.prose.sentences:
        if not sentence.mentions or language.finder("unreal").search(sentence.marked):
            continue
        for pattern in language.patterns("age_coming"):
            for match in pattern.finditer(sentence.marked):
                name = cast.by_char[match.group("s")].name
                age = language.read_number(match.group("number"))
                known = [
                    (each, span)
                    for each in material.prior("age", name)
                    if each.plain and not each.past and (span := ages(each, material)) is not None
                ]
                if age is None or not known or material.years_pass:
                    continue
                if any(low <= age <= high + 2 for _, (low, high) in known):
                    continue
                quote = sentence.span.of(material.draft.text)[:QUOTE]
                yield material.finding(
                    KIND,
                    Severity.WARNING,
                    f"{own(name)} age: {span_of(*known[-1][1])} before, soon {age} in the draft",
                    material.quoted(material.draft.number, quote),
                    material.evidence(known[-1][0]),
                )


def _born_then(statement: Statement, material: Material) -> Iterator[Finding]:
    """An age in a year that a sentence names, against the year of birth."""
    years = [
        int(match.group("year"))
        for pattern in material.language.patterns("year_now")
        for match in pattern.finditer(statement.quote)
    ]
    now = set_in_year(material)
    if not years and now is not None and not statement.past:
        years = [now]
    span = ages(statement, material)
    if len(set(years)) != 1 or span is None:
        return
    for prior in material.prior("birth_year", statement.subject):
        born = [int(word) for word in prior.value.replace("-", " ").split() if len(word) == 4]
        if prior.plain and born and not span[0] - 1 <= years[0] - born[0] <= span[1] + 1:
            yield material.finding(
                KIND,
                Severity.WARNING,
                f"{statement.subject} cannot be {span_of(*span)} in {years[0]}",
                material.evidence(statement),
                material.evidence(prior),
            )
            return


def _age(statement: Statement, material: Material) -> Iterator[Finding]:
    if statement.past or _of_relative(statement, material) or _of_unnamed(statement, material):
        return
    if (now := ages(statement, material)) is None:
        return
    later = material.years_pass
    known = [
        (each, span)
        for each in material.prior("age", statement.subject)
        if each.plain and not each.past and not of_then(each, material)
        if (span := ages(each, material)) is not None
    ]
    if not known or any(fits(now, span, later) for _, span in known):
        return
    prior, (low, high) = known[-1]
    apart = max(low - now[1], now[0] - high)
    language = material.language
    if any(each.search(statement.quote) for each in language.patterns("age_then")) and (
        statement.speaker or now[1] < low
    ):
        return
    told_then = statement.speaker and language.finder("tells_then").search(statement.quote)
    if now[1] < low and (told_then or _looks_back(statement, material)):
        return
    if now[1] < low and years_back(material.draft.prose, statement.start, material):
        return
    then = material.language.finder("told_when").search(statement.quote)
    plainly = apart > 1 and not then and material.certain(statement)
    severity = Severity.BLOCKING if plainly else Severity.WARNING
    yield material.finding(
        KIND,
        severity,
        f"{own(statement.subject)} age: {span_of(low, high)} before, {span_of(*now)} in the draft",
        material.evidence(statement),
        material.evidence(prior),
    )


def _of_relative(statement: Statement, material: Material) -> bool:
    """Whether a relative's age is told: `Sam, whose cousin had turned eighteen`."""
    return any(
        pattern.search(statement.quote) for pattern in material.language.patterns("whose_relative")
    )


def _of_unnamed(statement: Statement, material: Material) -> bool:
    """Whether a pronoun may mean a relative with no name, of whom the sentence before speaks."""
    language, cast = material.language, material.cast
    if statement.speaker or any(
        word in statement.quote for word in cast.own_words(statement.subject)
    ):
        return False
    gender = next((each.gender for each in cast.entities if each.name == statement.subject), "")
    before = [each for each in material.draft.prose.sentences if each.span.end <= statement.start][
        -1:
    ]
    return any(
        language.relations[relation].gender in {gender, ""}
        for each in before
        for word in map(str.lower, WORD.findall(each.marked))
        if (relation := language.relation_words.get(word))
    )


def _looks_back(statement: Statement, material: Material) -> bool:
    """Whether the words before in the same paragraph, or these, tell of earlier times."""
    before = [
        sentence
        for sentence in material.draft.prose.sentences
        if sentence.span.start <= statement.start
    ][-2:]
    language = material.language
    return any(
        sentence.paragraph == before[-1].paragraph
        and (
            any(each.search(sentence.marked) for each in language.patterns("age_then"))
            or any(
                language.finder(name).search(language.finder("just_aged").sub("", sentence.marked))
                for name in (
                    "flashback",
                    "retold",
                    "formerly",
                    *(("perfect",) if sentence.mentions else ()),
                )
            )
        )
        for sentence in before
    )


def _same(statement: Statement, what: str, material: Material) -> Iterator[Finding]:
    for prior in material.prior(statement.phrasing, statement.subject):
        years = [word for word in prior.value.replace("-", " ").split() if len(word) == 4]
        if prior.plain and years and statement.value not in years:
            yield material.finding(
                KIND,
                Severity.BLOCKING,
                f"{own(statement.subject)} {what}: {years[0]} before, "
                f"{statement.value} in the draft",
                material.evidence(statement),
                material.evidence(prior),
            )
            return
