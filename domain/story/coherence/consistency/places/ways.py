"""Ways that are cut: nobody crosses a bridge that has fallen, or that never was."""

import re
from collections.abc import Iterator

from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.text.mentions import Sentence

KIND = "place_and_travel"


def closed_ways(material: Material) -> Iterator[Finding]:
    """Who takes a way in the draft that by what came before nobody can take."""
    if material.told_since(material.language.lists["way_mended"]):
        return
    closed = dict(_closed(material))
    draft = material.draft
    for sentence in draft.prose.sentences if closed else ():
        for match in _fits("way_used", sentence, material):
            word = match["word"].lower()
            if word in closed and not _earlier(sentence, material):
                yield material.finding(
                    KIND,
                    Severity.WARNING,
                    f"The {word} cannot be used by what came before",
                    material.sentence(draft, sentence),
                    closed[word],
                )
                return


def _closed(material: Material) -> Iterator[tuple[str, Evidence]]:
    bible = material.case.bible
    texts = [rule.text for rule in bible.rules] + [fact.text for fact in bible.facts]
    texts += [line.text for line in bible.timeline]
    for text in texts:
        prose = material.read(text)
        for sentence in prose.sentences:
            for match in _fits("way_closed", sentence, material):
                yield match["word"].lower(), material.quoted(0, text[:QUOTE])
    for told in material.earlier:
        for sentence in told.prose.sentences:
            for match in _fits("way_closed", sentence, material):
                source = material.sentence(told, sentence)
                yield match["word"].lower(), source


def _fits(name: str, sentence: Sentence, material: Material) -> Iterator[re.Match[str]]:
    language, marked = material.language, sentence.marked
    doubtful = ("unreal", "irrealis", *(("negation",) if name == "way_used" else ()))
    for pattern in language.patterns(name):
        for match in pattern.finditer(marked):
            said = marked[: match.end()]
            if not any(language.finder(each).search(said) for each in doubtful):
                yield match


def _earlier(sentence: Sentence, material: Material) -> bool:
    """Whether a sentence tells of a time when the way may have been open."""
    language, marked = material.language, sentence.marked
    if language.finder("same_day").search(marked):
        return False
    return any(language.finder(name).search(marked) for name in ("had_done", "flashback"))
