"""Who is far away or held: nobody in prison pours the tea, nor who rang from abroad an hour ago."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.story.coherence.consistency.material import Material
from domain.story.coherence.consistency.places.geography import KIND
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import spoken

_SOON = 40
"""Sentences after a call in which the caller is not there yet."""
_NEAR = 3
"""Sentences in which it is said how much later it is."""


class _Absent(NamedTuple):
    """Where somebody is; `at` is the draft's sentence that says so, or 0."""

    place: str
    source: Evidence
    at: int = 0


def absent(material: Material) -> Iterator[Finding]:
    """Who goes about in the draft, and is somewhere else."""
    yield from _callers(material)


def _by(
    name: str, sentence: Sentence, source: Evidence, material: Material
) -> Iterator[tuple[str, _Absent]]:
    find, marked = material.language.finder, sentence.marked
    doubtful = ("unreal", "irrealis", "negation", "freed", "flashback")
    for pattern in material.language.patterns(name):
        for match in pattern.finditer(marked):
            if "?" not in marked and not any(find(each).search(marked) for each in doubtful):
                yield match["s"], _Absent(match.groupdict().get("p") or "", source)


def _callers(material: Material) -> Iterator[Finding]:
    """Who called from far away just before, and is there in person."""
    find, draft = material.language.finder, material.draft
    calls: dict[str, _Absent] = {}
    for told in (*material.earlier[-1:], draft):
        sentences = told.prose.sentences
        said = {each.span.start: each for _, each in spoken(told.prose)}
        starts = sorted(said)
        for at, sentence in enumerate(sentences):
            marked = sentence.marked
            if told is draft:
                late = [each.marked for each in sentences[max(0, at + 1 - _NEAR) : at + 1]]
                soon = any(find("meanwhile").search(each) for each in late)
                if find("time_loose").search(marked) or find("time_next").search(marked):
                    calls.clear()
                for char in _about(sentence, material):
                    call = calls.get(char)
                    here = call is not None and 0 < at - call.at <= _SOON and call.at >= 0
                    if call is None or not (soon or here) or call.place in marked:
                        continue
                    yield _finding(char, sentence, calls.pop(char), material)
                if find("homeward").search(marked) or find("freed").search(marked):
                    for mention in sentence.mentions:
                        calls.pop(mention.char, None)
            source = material.sentence(told, sentence)
            inside = [said[n] for n in starts if sentence.span.start <= n < sentence.span.end]
            for each in (sentence, *inside):
                for char, call in _by("called_from", each, source, material):
                    calls[char] = call._replace(at=at if told is draft else -1)


def _about(sentence: Sentence, material: Material) -> Iterator[str]:
    """Who is about in person by a sentence."""
    find, marked = material.language.finder, sentence.marked
    doubtful = ("unreal", "irrealis", "negation", "flashback", "perfect", "by_wire", "retold")
    if "?" in marked or any(find(name).search(marked) for name in doubtful):
        return
    likely = {mention.char for mention in sentence.mentions if mention.likely}
    for name in ("is_about", "goes_about"):
        for pattern in material.language.patterns(name):
            for match in pattern.finditer(marked):
                if match["s"] not in likely:
                    yield match["s"]


def _finding(char: str, sentence: Sentence, absence: _Absent, material: Material) -> Finding:
    draft = material.draft
    return material.finding(
        KIND,
        Severity.WARNING,
        f"{material.cast.by_char[char].name} is not here by what came before",
        material.sentence(draft, sentence),
        absence.source,
    )
