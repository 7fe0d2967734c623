"""Who is dead: by the bible, and by the chapters before the draft."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from domain.story.coherence.consistency.kinsfolk import Kinsfolk
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.extraction.statements import Statement, of_sentence
from domain.story.extraction.told import Told
from domain.story.language import Language
from domain.story.text.mentions import Sentence

DEATHS = ("dies", "not_survived")
ALIVE = ("acts", "met", "present", "with_alive")
_NEAR = 300
_KEY = re.compile(r"[\s_-]+")
_SEEN = 1
"""Deeds in the last chapter by which somebody lives whose death the bible only foretells."""


def who(statement: Statement) -> str:
    """Whose life or death a statement is about."""
    about = statement.phrasing in (*DEATHS, "met", "with_alive")
    return (statement.object if about and "o" in statement.groups else "") or statement.subject


def lives(statement: Statement, material: Material) -> bool:
    """Whether somebody does what only the living do, now."""
    if statement.phrasing not in ALIVE or not statement.plain or statement.past:
        return False
    mourned = ("at_rest",) if statement.phrasing in ("met", "with_alive") else ()
    find, quote = material.language.finder, statement.quote
    meanwhile = statement.phrasing == "acts" and find("told_when").search(quote)
    if meanwhile and find("perfect").search(quote):
        return False
    return not any(find(name).search(quote) for name in ("posthumous", *mourned))


def deaths(material: Material) -> dict[str, Statement]:
    """Who has died before the draft, and did nothing in the chapters after that."""
    found: dict[str, Statement] = {}
    seen: Counter[str] = Counter()
    last = material.earlier[-1].number if material.earlier else 0
    for statement in _told(material):
        name = who(statement)
        death = found.get(name)
        if statement.phrasing in DEATHS and statement.plain:
            if death is None or (not death.chapter and not _grave(statement, material)):
                found[name] = statement
        elif death is not None and death.quote != statement.quote and lives(statement, material):
            late = statement.chapter == last and statement.sure and statement.phrasing == "acts"
            seen[name] += late
            if seen[name] >= _SEEN or (death.chapter and _plainly(statement, material)):
                del found[name]
    return found


def _plainly(statement: Statement, material: Material) -> bool:
    """Whether it is beyond doubt whom a statement is about."""
    told = next((each for each in material.earlier if each.number == statement.chapter), None)
    return told is None or named_near(statement, told, material)


def named_near(statement: Statement, told: Told, material: Material) -> bool:
    """Whether a statement's sentence names whom it is about, or the one before it does, in that
    paragraph: a pronoun alone may mean somebody else."""
    sentences = told.prose.sentences
    at = bisect_right(sentences, statement.start, key=lambda each: each.span.start) - 1
    char = material.cast.chars.get(who(statement), "")
    return any(
        mention.char == char
        and not mention.pronoun
        and (each is sentences[at] or not mention.owner)
        for each in sentences[max(0, at - 1) : at + 1]
        if each.paragraph == sentences[at].paragraph
        for mention in each.mentions
    )


def deed(name: str, sentence: Sentence, told: Told, phrasing: str = "acts") -> Statement:
    """What a sentence tells of somebody, as a statement that is not sure."""
    return Statement(
        phrasing=phrasing,
        subject=name,
        value="",
        likes=frozenset(),
        object="",
        quote=sentence.span.of(told.text)[:QUOTE],
        start=sentence.span.start,
        chapter=told.number,
        scene=sentence.scene,
        sure=False,
    )


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


def _told(material: Material) -> Iterator[Statement]:
    """What came before the draft; of dialogue, which deaths somebody tells of."""
    yield from _of_bible(material)
    lies = material.language.finder("lies")
    for told in material.earlier:
        said = [
            claim
            for claim in told.claims
            if claim.phrasing == "dies"
            and not lies.search(told.text[max(0, claim.start - _NEAR) : claim.start + 400])
        ]
        of_them = (*_pronoun_deaths(told, material), *material.of_chapter(told, _kin_deaths))
        stated = (
            each
            for each in told.statements
            if each.phrasing not in DEATHS or named_near(each, told, material)
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
        if (
            not doubtful
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
            yield Statement("dies", entity.name, "no", none, "", value, 0, 0)


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


def _kin_deaths(told: Told, material: Material) -> Iterator[Statement]:
    """`My brother has been dead for years`: relatives who are not named."""
    kinsfolk = Kinsfolk(material)
    for sentence in told.prose.sentences:
        changed = kinsfolk.restated(sentence)
        if changed is not None:
            for statement in of_sentence(changed, told.text, material.cast, told.number):
                if statement.phrasing == "dies" and statement.plain:
                    yield replace(statement, sure=False)


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
