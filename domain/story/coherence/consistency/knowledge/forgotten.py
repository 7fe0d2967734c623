"""Who does not know in the draft what they have said, heard or seen before."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.story.coherence.consistency.knowledge.company import speeches, spelled_out
from domain.story.coherence.consistency.knowledge.secrets import has_words, secret_words
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.text.speakers import spoken

KIND = "knowledge"
_LEAST = 2


class _Known(NamedTuple):
    """What somebody has said or learned, in which words."""

    who: str
    what: str
    source: Evidence


def forgotten(material: Material) -> Iterator[Finding]:
    """Who does not know in the draft what they knew before."""
    language = material.language
    for statement in (*material.draft.statements, *material.credible):
        if statement.phrasing != "unaware" or not statement.sure:
            continue
        if statement.past and language.finder("told_when").search(statement.quote):
            continue
        words = secret_words(_named(statement.groups.get("what", ""), material), material)
        if len(words) < _LEAST:
            continue
        for known in (*material.of_earlier(_said), *material.of_earlier(_learned)):
            if known.who == statement.subject and has_words(words, known.what, language):
                yield material.finding(
                    KIND,
                    Severity.WARNING,
                    f"{known.who} has known of this before",
                    material.evidence(statement),
                    known.source,
                )
                return


def _said(told: Told, material: Material) -> Iterator[_Known]:
    for speaker, sentences in speeches(spoken(told.prose)):
        said = spelled_out(sentences, told.text)
        if speaker is not None:
            yield _Known(speaker, said, material.quoted(told.number, said[:QUOTE]))


def _learned(told: Told, material: Material) -> Iterator[_Known]:
    for sentence in told.prose.sentences:
        if material.language.finder("unreal").search(sentence.marked):
            continue
        for pattern in material.language.patterns("learned_that"):
            for match in pattern.finditer(sentence.marked):
                words = sentence.span.of(told.text)
                who = material.cast.by_char[match["s"]].name
                source = material.quoted(told.number, words[:QUOTE])
                yield _Known(who, _named(match["what"], material), source)


def _named(marked: str, material: Material) -> str:
    """Words with names for the marks."""
    by_char = material.cast.by_char
    return "".join(f" {by_char[char].name} " if char in by_char else char for char in marked)
