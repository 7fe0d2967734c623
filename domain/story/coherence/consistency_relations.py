"""Relations: who is whose wife, brother, mother; and who has none."""

import re
from collections.abc import Iterator

from domain.story.coherence.material import Material, own
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.statements import Statement
from domain.story.language import Relation

KIND = "relation"
_CLOSE = (("betrothed", "spouse"), ("step_parent", "parent"), ("step_child", "child"))


def relations(material: Material) -> Iterator[Finding]:
    """Relations in the draft that what came before rules out."""
    for statement in (*material.draft.statements, *material.credible):
        if not statement.plain:
            continue
        if statement.phrasing == "related":
            yield from _related(statement, material)
        elif statement.phrasing in ("has_kin", "no_kin"):
            yield from _kin(statement, material)
        elif statement.phrasing == "kin_count":
            yield from _count(statement, material)


def relation(word: str, material: Material) -> Relation | None:
    """The relation that a word names."""
    name = material.language.relation_words.get(word.lower())
    return material.language.relations[name] if name else None


def _related(statement: Statement, material: Material) -> Iterator[Finding]:
    owner, other = statement.subject, statement.object
    said = relation(statement.groups.get("word", ""), material)
    if said is None or owner == other or other.lower() in material.language.functional_words:
        return
    for prior in _all_related(material):
        known = relation(prior.groups.get("word", ""), material)
        if known is None:
            continue
        same = (prior.subject, prior.object) == (owner, other)
        turned = (prior.object, prior.subject) == (owner, other)
        kin = known.kin if same else known.inverse
        if (same or turned) and not _close(kin, said.kin):
            yield _finding(
                statement,
                prior.quote,
                prior.chapter,
                f"{other} is {own(owner)} {statement.groups['word']} in the draft; before, "
                f"{prior.object} was {own(prior.subject)} {prior.groups['word']}",
                material,
            )
            return
        if (
            prior.subject == owner
            and not _same_person(prior.object, other, material)
            and said.single
            and known.kin == said.kin
            and known.gender == said.gender
            and not _remarried(material)
        ):
            yield _finding(
                statement,
                prior.quote,
                prior.chapter,
                f"{own(owner)} {statement.groups['word']}: {prior.object} before, "
                f"{other} in the draft",
                material,
            )
            return


def _same_person(one: str, other: str, material: Material) -> bool:
    """Whether two names are, or may be, one person's."""
    entity, known = material.cast.named(other), material.cast.named(one)
    if entity is not None and known is not None:
        return entity == known
    words = set(one.split())
    for each in material.cast.entities:
        if one in each.names:
            words |= {word for name in each.names for word in name.split()}
    return (entity.name if entity else other) == one or bool(words & set(other.split()))


def _all_related(material: Material) -> list[Statement]:
    return [each for each in material.before if each.phrasing == "related" and each.plain]


def _close(kin: str, other: str) -> bool:
    return kin == other or (kin, other) in _CLOSE or (other, kin) in _CLOSE


def _kin(statement: Statement, material: Material) -> Iterator[Finding]:
    """A relative of somebody who has none of that kind."""
    opposite = "no_kin" if statement.phrasing == "has_kin" else "has_kin"
    kin = kinds_of_kin(statement, material)
    for prior in material.prior(opposite, statement.subject):
        if prior.plain and kin & kinds_of_kin(prior, material):
            if _wed(statement, prior, material):
                return
            yield _finding(
                statement,
                prior.quote,
                prior.chapter,
                f"{statement.subject} has a {statement.groups.get('word', 'relative')} here, "
                "and had none before"
                if opposite == "no_kin"
                else f"{statement.subject} has none here, and had before",
                material,
            )
            return


def kinds_of_kin(statement: Statement, material: Material) -> frozenset[str]:
    """The kinds of kin that a statement is about."""
    word = statement.groups.get("word", "").lower()
    if (known := relation(word, material)) is not None:
        return frozenset((known.kin,))
    if statement.phrasing != "no_kin":
        return frozenset()
    for kin in ("sibling", "parent", "child"):
        if material.language.finder(f"{kin}less").search(word):
            return frozenset((kin,))
    return frozenset(("spouse",))


def _count(statement: Statement, material: Material) -> Iterator[Finding]:
    """Another number of brothers or sisters."""
    which = statement.groups["detail"].lower()
    for prior in material.prior("kin_count", statement.subject):
        same = prior.plain and prior.groups["detail"].lower() == which
        if same and prior.value != statement.value:
            message = (
                f"{statement.subject} has {statement.value} {which} in the draft, "
                f"and {prior.value} before"
            )
            yield _finding(statement, prior.quote, prior.chapter, message, material)
            return


def _wed(statement: Statement, prior: Statement, material: Material) -> bool:
    """Whether somebody has married, or had a child, since."""
    changes = "|".join(material.language.phrasings["no_kin"].changes)
    pattern = re.compile(rf"\b(?:{changes})\b", re.IGNORECASE)
    char = material.cast.chars.get(statement.subject, "")
    never = material.language.finder("negation")
    return any(
        char in sentence.marked
        and pattern.search(sentence.marked)
        and not never.search(sentence.marked)
        and sentence.span.of(told.text) not in (prior.quote, statement.quote)
        for told in (*material.earlier, material.draft)
        for sentence in told.prose.sentences
    )


def _remarried(material: Material) -> bool:
    return material.told_since(material.language.lists["remarried"])


def _finding(
    statement: Statement, quote: str, chapter: int, message: str, material: Material
) -> Finding:
    earlier: Evidence = material.quoted(chapter, quote)
    certain = statement.sure and not statement.speaker
    return material.finding(
        KIND,
        Severity.BLOCKING if certain else Severity.WARNING,
        message,
        material.evidence(statement),
        earlier,
    )
