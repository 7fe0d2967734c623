"""What every check of relations takes: the relation that a statement is about, and findings."""

from domain.story.coherence.consistency.material import Material
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import Statement
from domain.story.phrasings import Relation

KIND = "relation"
RELATED = ("related", "pair", "wed", "tied", "works_for", "hates")


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
