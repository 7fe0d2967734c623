"""Life and death: the dead do nothing, and die once."""

from collections.abc import Iterator

from domain.story.coherence.material import Material
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import Statement
from domain.story.extraction.told import Told

KIND = "life_and_death"
_BACK = 3
"""Sentences back in which a dream, a memory or a letter may have begun."""
_ALIVE = ("acts", "met")


def life_and_death(material: Material) -> Iterator[Finding]:
    """Whoever is dead by what came before, and acts or speaks in the draft."""
    revival = material.language.finder("revival")
    bible = material.case.bible
    laid_down = [*(rule.text for rule in bible.rules), *(fact.text for fact in bible.facts)]
    if any(revival.search(text) for text in laid_down):
        return
    dead = _dead(material)
    reported: set[str] = set()
    for statement in material.draft.statements:
        if statement.phrasing == "dies" and statement.plain:
            dead.setdefault(statement.subject or statement.object, statement)
        if statement.phrasing not in _ALIVE or not statement.plain or statement.past:
            continue
        who = statement.subject or statement.object
        death = dead.get(who)
        if death is None or who in reported or _aside(material.draft, statement, material):
            continue
        if death.quote == statement.quote or _returned(who, material):
            continue
        reported.add(who)
        certain = statement.sure and death.sure and death.chapter != material.draft.number
        yield material.finding(
            KIND,
            Severity.BLOCKING if certain else Severity.WARNING,
            f"{who} is dead by what came before, and acts in the draft",
            material.evidence(statement),
            material.evidence(death),
        )


def _dead(material: Material) -> dict[str, Statement]:
    """Who has died before the draft, and did nothing in the chapters after that."""
    found: dict[str, Statement] = {}
    for statement in material.before:
        who = statement.subject or statement.object
        if statement.phrasing == "dies" and statement.plain:
            found.setdefault(statement.groups.get("o", who), statement)
        elif statement.phrasing in _ALIVE and statement.plain and not statement.past:
            death = found.get(who)
            if death is not None and death.chapter and death.quote != statement.quote:
                del found[who]
    return found


def _returned(subject: str, material: Material) -> bool:
    """Whether the story tells, near the name, how the dead came back or who else has it."""
    names = material.cast.own_words(subject)
    revival = material.language.finder("revival")
    return any(
        any(name in told.text[max(0, match.start() - 160) : match.end() + 160] for name in names)
        for told in (*material.earlier, material.draft)
        for match in revival.finditer(told.text)
    )


def _aside(told: Told, statement: Statement, material: Material) -> bool:
    """Whether a dream, a memory or an older time has begun shortly before, in that scene."""
    language = material.language
    before = [
        sentence
        for sentence in told.prose.sentences
        if sentence.span.start <= statement.start and sentence.scene == statement.scene
    ][-_BACK:]
    dreamt, told_of = language.finder("retold"), language.finder("kept_words")
    return any(dreamt.search(sentence.marked) for sentence in before) or any(
        told_of.search(sentence.marked) for sentence in before[-2:]
    )
