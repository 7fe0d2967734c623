"""Who is dead: by the bible, and by the chapters before the draft."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from domain.story.coherence.consistency.elsewhere import staged
from domain.story.coherence.consistency.life.deeds import (
    DEATHS,
    aside,
    deed,
    lives,
    named_near,
    who,
)
from domain.story.coherence.consistency.life.unnamed import of_bible
from domain.story.coherence.consistency.material import Material
from domain.story.coherence.consistency.relations.kinsfolk import Kinsfolk
from domain.story.extraction.statements import Statement, of_sentence
from domain.story.extraction.told import Told
from domain.story.language import Language
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import spoken

_NEAR = 300
_PARAGRAPH = 8
"""Sentences back in which who dies may have been named."""
_KEY = re.compile(r"[\s_-]+")
_ALIVE = 3
"""Deeds in a draft by which somebody lives whose death the bible only foretells."""
_YEAR = re.compile(r"\b(?:1\d{3}|20\d\d)\b")


def deaths(material: Material, kinsfolk: Kinsfolk) -> dict[str, Statement]:
    """Who has died before the draft, and did nothing in the chapters after that."""
    found: dict[str, Statement] = {}
    last = material.earlier[-1].number if material.earlier else 0
    told_of = {told.number: told for told in material.earlier}
    for statement in _told(material, kinsfolk):
        name = who(statement)
        death = found.get(name)
        if statement.phrasing in DEATHS and statement.plain:
            if death is None or (not death.chapter and not _grave(statement, material)):
                found[name] = statement
        elif death is not None and death.quote != statement.quote and lives(statement, material):
            acts = statement.sure and statement.phrasing == "acts"
            told = told_of.get(statement.chapter)
            if told is not None and aside(told, statement, material):
                continue
            foretold = statement.chapter == last and acts and not _dies_after(statement, material)
            if foretold or (death.chapter and _plainly(statement, material)):
                del found[name]
    return {name: each for name, each in found.items() if not _foretold(name, each, material)}


def _dies_after(statement: Statement, material: Material) -> bool:
    """Whether somebody's chapter goes on to speak of a death near a mention of them."""
    told = next((each for each in material.earlier if each.number == statement.chapter), None)
    if told is None:
        return False
    char = material.cast.chars.get(who(statement), "")
    dead = material.language.finder("dead_words")
    since = [each for each in told.prose.sentences if each.span.start > statement.start]
    near = {each.paragraph for each in since if any(one.char == char for one in each.mentions)}
    return any(each.paragraph in near and dead.search(each.marked) for each in since)


def _foretold(name: str, death: Statement, material: Material) -> bool:
    """Whether a bible's death may be yet to come: nobody has told of it, or of who dies, before
    a draft in which they do more than the dead who are forgotten."""
    as_attribute = death.object == death.quote.strip()
    if death.chapter or as_attribute or _before_it_all(death, material):
        return False
    char = material.cast.chars.get(name, "")
    if any(each.char == char for told in material.earlier for each in told.prose.mentions):
        return False
    deeds = {
        each.start
        for each in material.draft.statements
        if who(each) == name and lives(each, material)
    }
    return len(deeds) >= _ALIVE


def _before_it_all(death: Statement, material: Material) -> bool:
    """Whether a death was long ago, or in a year before all that the chapters name."""
    years = [int(year) for year in _YEAR.findall(death.quote)]
    if not years:
        return material.language.finder("far_back").search(death.quote) is not None
    texts = [told.text for told in (*material.earlier, material.draft)]
    named = [int(year) for text in texts for year in _YEAR.findall(text)]
    return not named or max(years) < min(named)


def dying(material: Material) -> frozenset[str]:
    """Who dies in the draft itself: not whose grave is there, or whose death was long ago."""
    return frozenset(
        who(each)
        for each in material.draft.statements
        if each.phrasing in DEATHS and not each.past and not _grave(each, material)
    )


def _grave(statement: Statement, material: Material) -> bool:
    """Whether a statement only tells of what is left of somebody."""
    return material.language.finder("left_behind").search(statement.quote) is not None


def _plainly(statement: Statement, material: Material) -> bool:
    """Whether it is beyond doubt whom a statement is about."""
    told = next((each for each in material.earlier if each.number == statement.chapter), None)
    return told is None or named_near(statement, told, material)


def _told(material: Material, kinsfolk: Kinsfolk) -> Iterator[Statement]:
    """What came before the draft; of dialogue, which deaths somebody tells of."""
    yield from _of_bible(material)
    deaths = material.language.finder("told_of_death")
    for sentence, quote in of_bible(material):
        told_of = [(sentence, "")] if deaths.search(sentence.marked) else []
        for statement in _kin_deaths(told_of, "", 0, kinsfolk, material):
            yield replace(statement, quote=quote)
    lies = material.language.finder("lies")
    for told in material.earlier:
        said = [
            claim
            for claim in told.claims
            if claim.phrasing == "dies"
            and not lies.search(told.text[max(0, claim.start - _NEAR) : claim.start + 400])
        ]
        of_kin = material.of_chapter(told, _telling_of_deaths)
        of_them = (
            *_pronoun_deaths(told, material),
            *_kin_deaths(of_kin, told.text, told.number, kinsfolk, material),
        )
        stated = (
            each
            for each in told.statements
            if each.phrasing not in DEATHS
            or (
                named_near(each, told, material, reach=_PARAGRAPH)
                and not staged(told.prose, each.start, material)
            )
        )
        yield from sorted((*stated, *said, *of_them), key=lambda each: each.start)


def _of_bible(material: Material) -> Iterator[Statement]:
    """The bible's statements and attributes, but for what is still to come at the draft."""
    language, bible = material.language, material.case.bible
    later = {line.text for line in bible.timeline if _still_to_come(line.when, material)}
    later |= {
        fact.text or fact.object
        for fact in bible.facts
        if fact.since and fact.since > material.draft.number
    }
    for statement in material.canon:
        doubtful = statement.phrasing in DEATHS and not statement.sure
        other = statement.phrasing in DEATHS and _pronoun_of_two(statement, material)
        if (
            not doubtful
            and not other
            and statement.quote not in later
            and not _still_to_come(statement.quote, material)
        ):
            yield statement
    named = [
        (person.name, *told) for person in bible.characters for told in person.attributes.items()
    ]
    for name, key, value in (*named, *((f.subject, f.predicate, f.object) for f in bible.facts)):
        plain = " ".join(_KEY.split(key.lower())).strip()
        entity = material.cast.named(name)
        if entity is None or language.predicates.get(plain) != "death" or value in later:
            continue
        told_of = _still_to_come(value, material) or any(
            language.finder(name).search(value) for name in ("not_dead", "foretold")
        )
        if value and not told_of:
            none = frozenset[str]()
            yield Statement("dies", entity.name, "no", none, value.strip(), value, 0, 0)


def _pronoun_of_two(death: Statement, material: Material) -> bool:
    """Whether `he died` may be somebody else's death whom the sentence names."""
    died = material.language.finder("he_died").search(death.quote)
    return died is not None and not material.names_no_other(who(death), death.quote)


def _still_to_come(text: str, material: Material) -> bool:
    """Whether words name a chapter that is not before the draft, or a day not before its first."""
    language = material.language
    first = next(_days(material.draft.text, language), None)
    return any(
        int(match["number"]) >= material.draft.number
        for pattern in language.patterns("chapter_named")
        for match in pattern.finditer(text)
    ) or (first is not None and any(day >= first for day in _days(text, language)))


def _days(text: str, language: Language) -> Iterator[int]:
    """The days that a text names by their number: `day 214`."""
    for pattern in language.patterns("day_named"):
        yield from (int(match["number"]) for match in pattern.finditer(text))


def _kin_deaths(
    sentences: Iterable[tuple[Sentence, str]],
    text: str,
    chapter: int,
    kinsfolk: Kinsfolk,
    material: Material,
) -> Iterator[Statement]:
    """`My brother has been dead for years`: relatives who are not named, with who speaks."""
    for sentence, speaker in sentences:
        changed = kinsfolk.restated(sentence, speaker)
        if changed is not None:
            for statement in of_sentence(changed, text, material.cast, chapter):
                if statement.phrasing in DEATHS and statement.plain:
                    yield replace(statement, sure=False)


def _telling_of_deaths(told: Told, material: Material) -> Iterator[tuple[Sentence, str]]:
    """The sentences that tell of somebody's death, each with its speaker's character."""
    lies, deaths = map(material.language.finder, ("lies", "told_of_death"))
    for sentence in told.prose.sentences:
        if deaths.search(sentence.marked):
            yield sentence, ""
    for speaker, sentence in spoken(told.prose):
        near = told.text[max(0, sentence.span.start - _NEAR) : sentence.span.end]
        if deaths.search(sentence.marked) and not lies.search(near):
            yield sentence, material.cast.chars.get(speaker or "", "")


def _pronoun_deaths(told: Told, material: Material) -> Iterator[Statement]:
    """`He died before the watch changed`: whoever the paragraph began with, where `he` fits."""
    language, cast = material.language, material.cast
    for at, sentence in enumerate(told.prose.sentences):
        match = language.finder("he_died").match(sentence.marked.lstrip(" \n\t"))
        if match is None:
            continue
        paragraph = [
            each for each in told.prose.sentences[:at] if each.paragraph == sentence.paragraph
        ]
        opening = paragraph[0].mentions[:1] if paragraph else ()
        for mention in opening:
            entity = cast.by_char[mention.char]
            pronoun = language.pronoun_table.get(match.group().split()[0].lower())
            if entity.kind != "person" or mention.owner or mention.pronoun or pronoun is None:
                continue
            if entity.gender and pronoun.gender and entity.gender != pronoun.gender:
                continue
            yield deed(entity.name, sentence, told, "dies")
