"""Life and death: the dead do nothing, and die once."""

from collections.abc import Iterator

from domain.story.bible import bible_words
from domain.story.coherence.material import Material, Told
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import Statement

KIND = "life_and_death"
_BACK = 6
"""Sentences back in which a dream, a memory or a letter may have begun."""


def life_and_death(material: Material) -> Iterator[Finding]:
    """Whoever is dead by what came before, and acts or speaks in the draft."""
    if _may_return(material):
        return
    dead = _dead(material)
    reported: set[str] = set()
    for statement in material.draft.statements:
        death = dead.get(statement.subject)
        if statement.phrasing != "acts" or death is None or statement.subject in reported:
            continue
        if not statement.plain or statement.past or _aside(material.draft, statement, material):
            continue
        if _returned(statement.subject, material):
            continue
        reported.add(statement.subject)
        yield material.finding(
            KIND,
            Severity.BLOCKING,
            f"{statement.subject} is dead by what came before, and acts in the draft",
            material.evidence(statement),
            material.evidence(death),
        )


def _dead(material: Material) -> dict[str, Statement]:
    """Who has died before the draft, and did nothing in the chapters after that."""
    found: dict[str, Statement] = {}
    for statement in material.before:
        if statement.phrasing == "dies" and statement.plain:
            found.setdefault(statement.subject, statement)
        elif statement.phrasing == "acts" and statement.plain and not statement.past:
            death = found.get(statement.subject)
            if death is not None and death.chapter:
                del found[statement.subject]
    return found


def _may_return(material: Material) -> bool:
    """Whether the bible lets the dead come back."""
    revival = material.language.finder("revival")
    return any(revival.search(words) for words in bible_words(material.case.bible))


def _returned(subject: str, material: Material) -> bool:
    """Whether the story tells, near the name, how the dead came back."""
    entity = material.cast.named(subject)
    names = {word for name in entity.names for word in name.split()} if entity else {subject}
    revival = material.language.finder("revival")
    return any(
        any(name in told.text[max(0, match.start() - 250) : match.end() + 250] for name in names)
        for told in (*material.earlier, material.draft)
        for match in revival.finditer(told.text)
    )


def _aside(told: Told, statement: Statement, material: Material) -> bool:
    """Whether a dream, a memory or an older time has begun shortly before, in that scene."""
    language = material.language
    before = [
        sentence
        for sentence in told.prose.sentences
        if sentence.span.end <= statement.start and sentence.scene == statement.scene
    ][-_BACK:]
    return any(
        language.finder("flashback").search(sentence.marked)
        or language.finder("unreal").search(sentence.marked)
        for sentence in before
    )
