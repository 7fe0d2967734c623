"""The gate: every analyser looks at a draft; what they find is verified, then scored."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from domain.story.bible import Bible, bible_words
from domain.story.coherence.case import Analyser, Case
from domain.story.coherence.chekhov import ChekhovTracker
from domain.story.coherence.consistency.analyst import ConsistencyAnalyst
from domain.story.coherence.drift import CharacterDriftDetector
from domain.story.coherence.score import acceptable, score
from domain.story.coherence.unknowns import unknowns, unread
from domain.story.coherence.verdict import Finding, Severity, Skipped, Verdict
from domain.story.coherence.voice import VoiceConsistencyAnalyzer
from domain.story.extraction.told import Told
from domain.story.facts import Fact
from domain.story.language import Language
from domain.story.reading import ChapterReading, ChapterText, reading_of
from domain.story.text.cast import Cast
from domain.story.text.discovery import Look, discover, look
from domain.story.text.prose import read_prose

_LOG = logging.getLogger(__name__)
_ORDER = (Severity.BLOCKING, Severity.WARNING, Severity.INFO)

ANALYSERS: Sequence[Analyser] = (
    ConsistencyAnalyst(),
    ChekhovTracker(),
    CharacterDriftDetector(),
    VoiceConsistencyAnalyzer(),
)
"""The deterministic checks."""


Read = Callable[[ChapterText, Cast], tuple[Told, ChapterReading]]
"""Takes a chapter of a story with that cast apart."""


def read_with(chapter: ChapterText, cast: Cast) -> tuple[Told, ChapterReading]:
    """See `Read`."""
    told = Told(chapter.number, read_prose(chapter.text, cast))
    return told, reading_of(chapter, told)


def prepare(  # noqa: PLR0913, PLR0917 - what a case is made of
    language: Language,
    bible: Bible,
    chapters: Sequence[ChapterText],
    draft: ChapterText,
    facts: Sequence[Fact] = (),
    read: Read = read_with,
    look: Look = look,
) -> Case:
    """Reads the chapters before the draft, and the draft. Whom only the draft names is nobody
    yet."""
    in_order = sorted(chapters, key=lambda chapter: chapter.number)
    earlier = [chapter for chapter in in_order if chapter.number < draft.number]
    texts = [chapter.text for chapter in (*earlier, draft)]
    cast = discover(bible, texts, language, look)
    told, readings = zip(*(read(chapter, cast) for chapter in (*earlier, draft)), strict=True)
    return Case(
        language=language,
        bible=bible,
        earlier=readings[:-1],
        draft=readings[-1],
        facts=facts,
        told=told,
        left_out=[chapter.number for chapter in in_order[len(earlier) :]],
    )


def check(case: Case, analysers: Sequence[Analyser] = ANALYSERS) -> Verdict:
    """The verdict on a draft. An analyser that fails is named as skipped, never taken for a
    pass."""
    findings: list[Finding] = list(unread(case))
    skipped: list[Skipped] = list(unknowns(case))
    for analyser in analysers:
        try:
            analysis = analyser.analyse(case)
        except Exception as error:  # whatever it is, the other checks still count
            _LOG.exception("the check %s failed", analyser.name)
            skipped.append(
                Skipped(check=analyser.name, reason=f"it failed: {type(error).__name__}: {error}")
            )
            continue
        findings += analysis.findings
        skipped += analysis.skipped
    kept = tuple(_distinct(_verified(findings, _sources(case))))
    points = score(kept)
    return Verdict(
        score=points,
        acceptable=acceptable(points),
        findings=kept,
        skipped=tuple(dict.fromkeys(skipped)),
    )


def _sources(case: Case) -> Mapping[str, str]:
    """The text behind each source's name."""
    sources = {f"chapter {each.chapter.number}": each.chapter.text for each in case.earlier}
    sources["draft"] = case.draft.chapter.text
    sources["bible"] = "\n".join(bible_words(case.bible))
    return sources


def _verified(findings: Iterable[Finding], sources: Mapping[str, str]) -> Iterator[Finding]:
    """Findings whose every quote is in its source, word for word."""
    for finding in findings:
        if finding.evidence and all(
            evidence.quote and evidence.quote in sources.get(evidence.source, "")
            for evidence in finding.evidence
        ):
            yield finding


def _distinct(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The worst first, one for each matter: the same kind with the same words of the draft."""
    seen: set[tuple[str, str, tuple[str, ...]]] = set()
    for finding in sorted(findings, key=lambda each: _ORDER.index(each.severity)):
        drafted = tuple(each.quote for each in finding.evidence if each.source == "draft")
        key = (finding.analyser, finding.kind, drafted or (finding.message,))
        if key not in seen:
            seen.add(key)
            yield finding
