"""Voices: does a character still speak like themselves?"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from domain.story.coherence.case import Analysis, Case
from domain.story.coherence.verdict import Evidence, Finding, Severity, Skipped
from domain.story.coherence.voice_profiles import (
    SAMPLE_WORDS,
    Sample,
    Voices,
    cut,
    margin,
    nearest_other,
)
from domain.story.reading import ChapterReading, ChapterText, Utterance

_MUCH_NEARER = 0.2
"""Of the distance's range of 2. On held-out dialogue by its true speakers about one stretch of
500 words in 200 is as much nearer to somebody else; of exchanged ones more than half are."""

_QUOTE = 240
_QUOTABLE_WORDS = 4
_TELLING_WORDS = 3


class Said(NamedTuple):
    """An utterance and where it is made."""

    chapter: ChapterText
    utterance: Utterance

    @property
    def words(self) -> int:
        """How many it has."""
        return len(self.utterance.text.split())

    @property
    def quote(self) -> str:
        """Its beginning, or nothing where it is short or its words are not on end in the text."""
        quote = self.utterance.text.strip()
        if len(quote) > _QUOTE:
            quote = quote[:_QUOTE].rpartition(" ")[0]
        at = max(self.utterance.start - 1, 0)  # with or without the quotation mark
        there = self.chapter.text[at : at + len(self.utterance.text) + 2]
        return quote if quote.count(" ") >= _QUOTABLE_WORDS and quote in there else ""


Spoken = dict[str, list[Said]]
"""By speaker."""


class VoiceConsistencyAnalyzer:
    """Compares the dialogue of each character of a draft with all characters' approved dialogue.

    It warns where a character's is much nearer to somebody else's voice than to their own, and
    further from it than any stretch of their own approved dialogue. How voices are measured, and
    by whose methods: `voice_profiles`.
    """

    name = "voice"

    def analyse(self, case: Case) -> Analysis:
        """Warnings for voices that are somebody else's; skipped where there is too little said."""
        spoken = _spoken([case.draft])
        approved = _spoken(case.earlier)
        samples = {
            name: cut([each.utterance.text for each in said]) for name, said in approved.items()
        }
        samples = {name: own for name, own in samples.items() if own}
        findings: list[Finding] = []
        skipped: list[Skipped] = []
        voices: Voices | None = None
        for name, said in spoken.items():
            lack = _lack(name, said, approved.get(name, []), len(samples))
            if lack:
                skipped.append(Skipped(check=f"voice: {name}", reason=lack))
                continue
            if voices is None:
                voices = Voices({name: list(map(Sample.of, own)) for name, own in samples.items()})
            finding = _compare(voices, name, said, approved)
            if finding:
                findings.append(finding)
        if not spoken:
            skipped.append(Skipped(check="voice", reason=_too_few(0)))
        return Analysis(findings, skipped)


def sounds_like_another(voices: Voices, name: str, sample: Sample) -> bool:
    """Whether a sample is much nearer to another voice than to `name`'s, as none of theirs is."""
    nearer = margin(voices.distances(sample), name)
    return nearer > _MUCH_NEARER and nearer > voices.usual_margin(name)


def _spoken(readings: Sequence[ChapterReading]) -> Spoken:
    spoken: Spoken = {}
    for reading in readings:
        for utterance in reading.utterances:
            if utterance.speaker is not None:
                said = Said(reading.chapter, utterance)
                spoken.setdefault(utterance.speaker, []).append(said)
    return spoken


def _too_few(words: int, where: str = "") -> str:
    return f"not enough evidence ({words} words{where}, {SAMPLE_WORDS} needed)"


def _lack(name: str, said: Sequence[Said], approved: Sequence[Said], profiles: int) -> str:
    """What is missing for comparing a character's voice, or nothing."""
    for lines, where in ((said, ""), (approved, " in the approved chapters")):
        words = sum(each.words for each in lines)
        if words < SAMPLE_WORDS:
            return _too_few(words, where)
    if profiles < 2:
        return (
            f"not enough evidence (only {name} has {SAMPLE_WORDS} approved words to compare with)"
        )
    return ""


def _compare(voices: Voices, name: str, said: Sequence[Said], approved: Spoken) -> Finding | None:
    sample = Sample.of("\n".join(each.utterance.text for each in said))
    if not sounds_like_another(voices, name, sample):
        return None
    distances = voices.distances(sample)
    other = nearest_other(distances, name)
    return Finding(
        analyser=VoiceConsistencyAnalyzer.name,
        kind="voice",
        severity=Severity.WARNING,
        message=_message(voices, name, other, sample, distances),
        evidence=_evidence(voices, name, other, said, approved),
    )


def _message(
    voices: Voices, name: str, other: str, sample: Sample, distances: Mapping[str, float]
) -> str:
    telling = voices.telling_words(sample, other, name)[:_TELLING_WORDS]
    return (
        f"{name}'s dialogue ({sample.words.total()} words) is nearer to the voice of {other} "
        f"(distance {distances[other]:.2f}) than to {name}'s own ({distances[name]:.2f}); "
        f"telling words: {', '.join(telling)}"
    )


def _evidence(
    voices: Voices,
    name: str,
    other: str,
    said: Sequence[Said],
    approved: Spoken,
) -> tuple[Evidence, ...]:
    """Two lines of the draft that sound most like the other, and a line typical of each."""
    like_other = voices.leaning(other, name)
    like_self = voices.leaning(name, other)
    lines = sorted((each.quote for each in said if each.quote), key=like_other, reverse=True)
    quotes = [Evidence(source="draft", quote=quote) for quote in lines[:2]]
    for speaker, typical in ((name, like_self), (other, like_other)):
        best = max(approved[speaker], key=lambda each: (bool(each.quote), typical(each.quote)))
        if best.quote:
            quotes.append(Evidence(source=f"chapter {best.chapter.number}", quote=best.quote))
    return tuple(quotes)
