"""What every check of relations takes: the relation that a statement is about, and findings."""

from collections.abc import Mapping, Sequence

from domain.story.coherence.consistency.material import Material
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import Statement
from domain.story.phrasings import Relation

KIND = "relation"
RELATED = ("related", "pair", "wed", "tied", "works_for", "hates")

Kin = Mapping[str, Mapping[str, tuple[str, Statement]]]
"""Whose kin somebody is, of what kind and by what statement, by characters."""


def kin_of(ties: Sequence[tuple[Statement, Relation]], material: Material) -> Kin:
    """Who is whose kin by statements, each with its relation."""
    found: dict[str, dict[str, tuple[str, Statement]]] = {}
    chars = material.cast.chars
    for prior, known in ties:
        owner, other = chars.get(prior.subject), chars.get(prior.object)
        if owner and other and known.realm == "kin":
            found.setdefault(other, {})[owner] = (known.kin, prior)
            found.setdefault(owner, {})[other] = (known.inverse, prior)
    return found


def relation(word: str, material: Material) -> Relation | None:
    """The relation that a word names."""
    language, low = material.language, word.lower()
    name = language.relation_words.get(low) or language.tie_words.get(low)
    return language.relations[name] if name else None


def word_of(statement: Statement) -> str:
    """The word for the relation that a statement is about."""
    return statement.groups.get("word", "") or statement.value


def against(
    statement: Statement, quote: str, chapter: int, message: str, material: Material
) -> Finding:
    """A statement of the draft against words from before it."""
    return material.finding(
        KIND,
        Severity.BLOCKING if material.certain(statement) else Severity.WARNING,
        message,
        material.evidence(statement),
        material.quoted(chapter, quote),
    )
