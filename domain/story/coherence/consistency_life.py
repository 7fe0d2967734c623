"""Life and death: the dead do nothing, and die once."""

from collections.abc import Iterator

from domain.story.coherence.material import Material
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import Statement
from domain.story.extraction.told import Told

KIND = "life_and_death"
_BACK = 3
"""Sentences back in which a dream, a memory or a letter may have begun."""
_DEATHS = ("dies", "not_survived")
_ALIVE = ("acts", "met", "present", "with_alive")
_SAID = ("present", "with_alive")
"""What a speaker tells of now, not of earlier times."""


def life_and_death(material: Material) -> Iterator[Finding]:
    """Whoever is dead by what came before, and acts or speaks in the draft."""
    revival = material.language.finder("revival")
    bible = material.case.bible
    laid_down = [*(rule.text for rule in bible.rules), *(fact.text for fact in bible.facts)]
    if any(revival.search(text) for text in laid_down):
        return
    dead = _dead(material)
    reported: set[str] = set()
    dying = {_who(each) for each in material.draft.statements if each.phrasing in _DEATHS}
    said = (each for each in material.credible if each.phrasing in _SAID)
    for statement in (*material.draft.statements, *said):
        if statement.phrasing in _DEATHS and statement.plain:
            dead.setdefault(_who(statement), statement)
        if not _lives(statement, material):
            continue
        who = _who(statement)
        death = dead.get(who)
        if death is None or who in reported or _aside(material.draft, statement, material):
            continue
        if death.quote == statement.quote or _returned(who, material):
            continue
        if not death.chapter and who in dying:  # the bible tells of what happens here
            continue
        reported.add(who)
        certain = (
            statement.sure
            and statement.phrasing == "acts"
            and death.sure
            and death.chapter != material.draft.number
            and (death.chapter or material.earlier or material.draft.number > 1)
            and not statement.speaker
            and not death.speaker
        )
        yield material.finding(
            KIND,
            Severity.BLOCKING if certain else Severity.WARNING,
            f"{who} is dead by what came before, and acts in the draft",
            material.evidence(statement),
            material.evidence(death),
        )


def _who(statement: Statement) -> str:
    """Whose life or death a statement is about."""
    about = statement.phrasing in (*_DEATHS, "met", "with_alive")
    return (statement.object if about and "o" in statement.groups else "") or statement.subject


def _lives(statement: Statement, material: Material) -> bool:
    """Whether somebody does what only the living do, now."""
    if statement.phrasing not in _ALIVE or not statement.plain or statement.past:
        return False
    return material.language.finder("posthumous").search(statement.quote) is None


def _dead(material: Material) -> dict[str, Statement]:
    """Who has died before the draft, and did nothing in the chapters after that."""
    found: dict[str, Statement] = {}
    for statement in _told(material):
        who = _who(statement)
        if statement.phrasing in _DEATHS and statement.plain:
            found.setdefault(who, statement)
        elif _lives(statement, material):
            death = found.get(who)
            if death is not None and death.chapter and death.quote != statement.quote:
                del found[who]
    return found


def _told(material: Material) -> Iterator[Statement]:
    """What came before the draft; of dialogue, which deaths somebody tells of."""
    yield from material.canon
    lies = material.language.finder("lies")
    for told in material.earlier:
        deaths = [
            claim
            for claim in told.claims
            if claim.phrasing == "dies"
            and not lies.search(told.text[max(0, claim.start - 300) : claim.start + 400])
        ]
        yield from sorted((*told.statements, *deaths), key=lambda each: each.start)


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
