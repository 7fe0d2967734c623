"""What is so of a project."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from domain.book import Frozen
from domain.entities.project.parts import Partial, part
from domain.entities.project.queries import (
    ChapterList,
    CharacterSheet,
    Coherence,
    Costs,
    CurrentBible,
    FactsAt,
    KnownBy,
    MemoryVersion,
    OneChapter,
    OpenSetups,
    Summaries,
    Timeline,
    WholeProject,
)
from domain.entities.project.state import (
    Chapter,
    Expense,
    Generation,
    MemoryChange,
    ProjectState,
    Stage,
    Status,
)
from domain.entity import Query
from domain.errors import CommandRefused
from domain.prompt import Purpose
from domain.story.coherence.verdict import Finding, Severity, Skipped
from domain.story.facts import Fact, StoryTime
from domain.story.memory import Knowledge, Memory, Moment, Sheet, Told, end_of
from domain.story.record import Extraction
from domain.story.setups import Setup
from domain.story.texts import TextRef

_NOW = 1_000_000  # a chapter after all others
_WORST = 20  # findings of each chapter in a report of all


class ChapterSummary(Frozen):
    """A chapter in short. `text` is the newest; `approved` tells which revision memory holds, and
    `stale` what has changed in memory since the newest one was judged."""

    chapter_id: str
    number: int
    status: Status
    revision: int
    attempt: int
    text: TextRef | None
    approved: int | None
    stale: MemoryChange | None
    score: float | None
    acceptable: bool
    reason: str | None
    detail: str | None


class MarkedFinding(Frozen):
    """A finding with its id, and the author's reason where it is intentional."""

    finding_id: str
    finding: Finding
    intentional: str | None = None


class ChapterDetails(Frozen):
    """A chapter with what its newest revision says, and what the gate says of it."""

    chapter: ChapterSummary
    approved_text: TextRef | None
    generation: Generation | None
    extraction: Extraction | None
    findings: tuple[MarkedFinding, ...]
    skipped: tuple[Skipped, ...]
    memory_version: int | None
    """The version of memory that the verdict belongs to."""


class ChapterCoherence(Frozen):
    """What the gate says of a chapter's newest revision: the worst of so many findings (`found`),
    and what it could not check."""

    chapter: ChapterSummary
    found: int
    findings: tuple[MarkedFinding, ...]
    skipped: tuple[Skipped, ...]


class CoherenceReport(Frozen):
    """What the gate says of the chapters it has looked at: the lowest score, and whether all of
    them are acceptable and none is stale."""

    score: float | None
    acceptable: bool
    chapters: tuple[ChapterCoherence, ...]


class Established(Frozen):
    """Which state of memory is the newest."""

    memory_version: int


class Outline(Frozen):
    """A project in short. `stage` is None before it is created."""

    stage: Stage | None
    title: str
    language: str
    budget: float | None
    memory_version: int
    chapters: tuple[ChapterSummary, ...]


class Facts(Partial):
    """What is true, and what somebody takes for true."""

    facts: tuple[Fact, ...]
    beliefs: tuple[Fact, ...]


class Known(Knowledge, Partial):
    """What a character knows."""


class SheetPart(Sheet, Partial):
    """What is said of somebody or something."""


class Setups(Partial):
    """Setups in the order of planting."""

    setups: tuple[Setup, ...]


class Moments(Partial):
    """A timeline."""

    moments: tuple[Moment, ...]


class SummaryList(Partial):
    """Summaries in story order."""

    summaries: tuple[Told, ...]


class Unknown(Frozen):
    """Calls that were begun, and of which nobody has said what they cost."""

    chapter_id: str | None
    purpose: Purpose
    calls: int


class CostReport(Frozen):
    """What calls have cost, by chapter, purpose and model; `unknown` may have cost more."""

    budget: float | None
    money: float
    lines: tuple[Expense, ...]
    unknown: tuple[Unknown, ...]


def answer(state: ProjectState, query: Query) -> Frozen:
    """What is so.

    Raises:
        CommandRefused: a project does not know that question, or has no such chapter or name.
    """
    known = _ANSWERS.get(type(query))
    if known is None:
        raise CommandRefused("unknown_query", f"a project knows no {type(query).__name__}")
    return known(state, query)


def _outline(state: ProjectState, _: ChapterList) -> Outline:
    return Outline(
        stage=state.stage,
        title=state.title,
        language=state.language,
        budget=state.budget,
        memory_version=state.memory_version,
        chapters=tuple(map(_summary, state.in_order)),
    )


def _one_chapter(state: ProjectState, query: OneChapter) -> ChapterDetails:
    if query.chapter_id is not None:
        chapter = state.chapters.get(query.chapter_id)
    else:
        chapter = state.numbered(query.number) if query.number is not None else None
    if chapter is None:
        raise CommandRefused("unknown_chapter", "the project has no such chapter")
    judged = chapter.newest.judgement
    return ChapterDetails(
        chapter=_summary(chapter),
        approved_text=chapter.approved.text if chapter.approved else None,
        generation=chapter.generation,
        extraction=chapter.newest.extraction,
        findings=_marked(chapter, judged.verdict.findings if judged else ()),
        skipped=judged.verdict.skipped if judged else (),
        memory_version=judged.memory_version if judged else None,
    )


def _rank(finding: Finding) -> int:
    return tuple(Severity).index(finding.severity)


def _marked(chapter: Chapter, findings: Sequence[Finding]) -> tuple[MarkedFinding, ...]:
    return tuple(
        MarkedFinding(
            finding_id=each.finding_id,
            finding=each,
            intentional=chapter.intentional.get(each.finding_id),
        )
        for each in findings
    )


def _summary(chapter: Chapter) -> ChapterSummary:
    return ChapterSummary(
        chapter_id=chapter.chapter_id,
        number=chapter.number,
        status=chapter.status,
        revision=chapter.newest.number,
        attempt=chapter.attempt,
        text=chapter.written.text if chapter.written else None,
        approved=chapter.approved.number if chapter.approved else None,
        stale=chapter.stale,
        score=chapter.score,
        acceptable=chapter.is_acceptable,
        reason=chapter.reason,
        detail=chapter.detail,
    )


def _facts(state: ProjectState, query: FactsAt) -> Facts:
    moment = _end(query.chapter)
    if query.chapter is not None and query.scene is not None:
        moment = StoryTime(query.chapter, query.scene)
    memory = state.memory
    beliefs = memory.beliefs_at(moment)
    if query.subject is not None:
        _check_name(memory, query.subject)
        who = memory.sheet(query.subject).name
        beliefs = [each for each in beliefs if who in {each.subject, each.believer}]
    found = Facts(facts=tuple(memory.facts_at(moment, query.subject)), beliefs=tuple(beliefs))
    return part(query, found, "facts", "beliefs")


def _known(state: ProjectState, query: KnownBy) -> Known:
    memory, name = state.memory, query.character
    _check_name(memory, name)
    if not memory.may_know(name):
        raise CommandRefused("unknown_name", f"{name} is nobody who could know anything")
    found = Known(**dict(memory.known_by(name, _end(query.chapter))))
    return part(query, found, "facts", "outdated", "beliefs")


def _sheet(state: ProjectState, query: CharacterSheet) -> SheetPart:
    _check_name(state.memory, query.name)
    found = SheetPart(**dict(state.memory.sheet(query.name, _end(query.chapter))))
    return part(query, found, "facts")


def _check_name(memory: Memory, name: str) -> None:
    if not memory.mentions(name):
        raise CommandRefused("unknown_name", f"neither the bible nor a chapter has {name}")


def _timeline(state: ProjectState, query: Timeline) -> Moments:
    return part(query, Moments(moments=tuple(state.memory.timeline(query.chapter))), "moments")


def _summaries(state: ProjectState, query: Summaries) -> SummaryList:
    told = state.memory.summaries(query.chapter, query.scope)
    return part(query, SummaryList(summaries=tuple(told)), "summaries")


def _setups(state: ProjectState, query: OpenSetups) -> Setups:
    memory, chapter = state.memory, query.chapter
    if chapter is None:
        chapter = max((record.number for record in memory.records), default=0)
    found = memory.setups_at(chapter) if query.ended else memory.open_setups_at(chapter)
    return part(query, Setups(setups=tuple(found)), "setups")


def _coherence(state: ProjectState, _: Coherence) -> CoherenceReport:
    judged = []
    for chapter in state.in_order:
        judgement = chapter.newest.judgement
        if judgement:
            verdict = judgement.verdict
            judged.append(
                ChapterCoherence(
                    chapter=_summary(chapter),
                    found=len(verdict.findings),
                    findings=_marked(chapter, sorted(verdict.findings, key=_rank)[:_WORST]),
                    skipped=verdict.skipped,
                )
            )
    chapters = [each.chapter for each in judged]
    return CoherenceReport(
        score=min((each.score for each in chapters if each.score is not None), default=None),
        acceptable=all(each.acceptable and each.stale is None for each in chapters),
        chapters=tuple(judged),
    )


def _costs(state: ProjectState, _: Costs) -> CostReport:
    unknown = Counter((call.chapter_id, call.purpose) for call in state.calls.values())
    unknown.update({(each.chapter_id, each.purpose): each.calls for each in state.lost.values()})
    return CostReport(
        budget=state.budget,
        money=state.paid,
        lines=tuple(state.ledger.values()),
        unknown=tuple(
            Unknown(chapter_id=chapter_id, purpose=purpose, calls=calls)
            for (chapter_id, purpose), calls in unknown.items()
        ),
    )


def _end(chapter: int | None) -> StoryTime:
    return end_of(_NOW if chapter is None else chapter)


_ANSWERS: Mapping[type[Query], Callable[[ProjectState, Any], Frozen]] = {
    WholeProject: lambda state, _: state,
    CurrentBible: lambda state, _: state.bible,
    MemoryVersion: lambda state, _: Established(memory_version=state.memory_version),
    ChapterList: _outline,
    OneChapter: _one_chapter,
    FactsAt: _facts,
    KnownBy: _known,
    CharacterSheet: _sheet,
    OpenSetups: _setups,
    Timeline: _timeline,
    Summaries: _summaries,
    Coherence: _coherence,
    Costs: _costs,
}  # each answer has its own type of query
