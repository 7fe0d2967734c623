"""Who meets somebody for the first time, and has known them before."""

from collections.abc import Iterator

from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.text.addressees import addressees
from domain.story.text.speakers import uttered

KIND = "knowledge"
_LEAST = 2


def strangers(material: Material) -> Iterator[Finding]:
    """Who meets somebody for the first time, and has known them before."""
    known: dict[frozenset[str], Evidence] = {}
    for statement in material.canon:
        if statement.phrasing == "related" and statement.object:
            pair = frozenset((statement.subject, statement.object))
            known.setdefault(pair, material.evidence(statement))
    for pair, quote in material.of_earlier(_together):
        known.setdefault(pair, quote)
    for pair, quote in (*_pairs("first_meeting", material.draft, material), *_said(material)):
        if pair in known:
            yield material.finding(
                KIND,
                Severity.WARNING,
                f"{' and '.join(sorted(pair))} have known each other before",
                quote,
                known[pair],
            )
            return


def _said(material: Material) -> Iterator[tuple[frozenset[str], Evidence]]:
    """Who says to whom that they have not met."""
    said = material.language.finder("never_met_said")
    listeners = addressees(material.draft.prose)
    for (speaker, quotation), char in zip(uttered(material.draft.prose), listeners, strict=True):
        words = quotation.span.of(material.draft.text)
        if speaker and char and said.search(words):
            pair = frozenset((speaker, material.cast.by_char[char].name))
            yield pair, material.quoted(material.draft.number, words[:QUOTE])


def _together(told: Told, material: Material) -> Iterator[tuple[frozenset[str], Evidence]]:
    return _pairs("together", told, material)


def _pairs(name: str, told: Told, material: Material) -> Iterator[tuple[frozenset[str], Evidence]]:
    cast, language = material.cast, material.language
    for sentence in told.prose.sentences:
        people = {mention.char for mention in sentence.mentions if not mention.likely}
        if len(people) < _LEAST:
            continue
        if any(language.finder(each).search(sentence.marked) for each in ("unreal", "told_before")):
            continue
        quote = material.sentence(told, sentence)
        for pattern in language.patterns(name):
            for match in pattern.finditer(sentence.marked):
                chars = {match.group("s"), match.group("o")}
                if len(chars) == _LEAST and chars <= people:
                    yield frozenset(cast.by_char[char].name for char in chars), quote
