"""The rules of reading, checking and approving a chapter, and of what memory then holds."""

from domain.entities.project.commands import (
    ApproveChapter,
    MarkIntentional,
    PutBible,
    RecheckChapter,
    RecordReading,
    RecordVerdict,
    RejectChapter,
)
from domain.entities.project.events import (
    BibleChanged,
    ChapterApproved,
    ChapterRejected,
    ChaptersMarkedStale,
    CoherenceValidated,
    ContradictionDetected,
    FactsExtracted,
    FindingMarkedIntentional,
    MemoryUpdated,
    RecheckStarted,
)
from domain.entities.project.limits import FINDINGS, PROJECT_FACTS
from domain.entities.project.lookup import chapter_of, check_not_being_written
from domain.entities.project.state import Chapter, ProjectState, Revision, StaleReason, Status
from domain.entity import Event
from domain.errors import CommandRefused
from domain.story.bible import Bible
from domain.story.coherence.verdict import ACCEPTABLE_FROM, Severity
from domain.story.record import Extraction


def put_bible(state: ProjectState, command: PutBible) -> list[Event]:
    """A new bible makes every verdict stale, unless only the style has changed."""
    if command.bible == state.bible:
        return []
    if _canon(command.bible) == _canon(state.bible):
        return [BibleChanged(bible=command.bible, memory_version=state.memory_version)]
    version = state.memory_version + 1
    return [
        BibleChanged(bible=command.bible, memory_version=version),
        *_stale_after(state, None, StaleReason.BIBLE_CHANGED, version),
    ]


def record_reading(state: ProjectState, command: RecordReading) -> list[Event]:
    """What a text that is being checked says; read again, the later reading stands."""
    chapter = chapter_of(state, command.chapter_id)
    draft = _being_checked(chapter, command.revision)
    extraction = Extraction(
        facts=command.facts,
        setups=command.setups,
        summary=command.summary,
        scenes=command.scenes,
    )
    if draft is None or draft.extraction == extraction:
        return []
    others = (each for each in state.chapters.values() if each is not chapter)
    held = sum(_fact_count(each.draft) + _fact_count(each.approved) for each in others)
    if held + _fact_count(chapter.approved) + len(extraction.facts) > PROJECT_FACTS:
        raise CommandRefused("too_many_facts", f"a project holds at most {PROJECT_FACTS} facts")
    return [
        FactsExtracted(
            chapter_id=chapter.chapter_id,
            number=chapter.number,
            revision=draft.number,
            facts=extraction.facts,
            setups=extraction.setups,
            summary=extraction.summary,
            scenes=extraction.scenes,
        )
    ]


def record_verdict(state: ProjectState, command: RecordVerdict) -> list[Event]:
    """The verdict on a text that is being checked; the author decides next."""
    chapter = chapter_of(state, command.chapter_id)
    draft = _being_checked(chapter, command.revision)
    if draft is None:
        return []
    if draft.extraction is None:
        raise CommandRefused("not_read", f"chapter {chapter.number} has to be read first")
    if command.memory_version > state.memory_version:
        raise CommandRefused("unknown_memory", f"memory is at version {state.memory_version} only")
    return [
        CoherenceValidated(
            chapter_id=chapter.chapter_id,
            number=chapter.number,
            revision=draft.number,
            memory_version=command.memory_version,
            verdict=command.verdict,
        ),
        *(
            ContradictionDetected(
                chapter_id=chapter.chapter_id,
                number=chapter.number,
                revision=draft.number,
                finding_id=each.finding_id,
                finding=each,
            )
            for each in chapter.unintended(command.verdict.findings)
            if each.severity is Severity.BLOCKING
        ),
    ]


def recheck(state: ProjectState, command: RecheckChapter) -> list[Event]:
    """The newest text goes back to the check; memory meanwhile stays as it is."""
    chapter = chapter_of(state, command.chapter_id)
    if chapter.status is Status.CHECKING:
        return []
    check_not_being_written(chapter)
    if chapter.written is None or chapter.written.text is None:
        raise CommandRefused("no_text", f"chapter {chapter.number} has no text yet")
    return [
        RecheckStarted(
            chapter_id=chapter.chapter_id,
            number=chapter.number,
            revision=chapter.written.number,
            attempt=chapter.attempt + 1,
            text=chapter.written.text,
        )
    ]


def mark_intentional(state: ProjectState, command: MarkIntentional) -> list[Event]:
    """A finding of the newest verdict counts no longer, in this and later verdicts."""
    chapter = chapter_of(state, command.chapter_id)
    judged = chapter.newest.judgement
    if not judged or command.finding_id not in {
        finding.finding_id for finding in judged.verdict.findings
    }:
        raise CommandRefused("unknown_finding", "the newest verdict has no such finding")
    if chapter.intentional.get(command.finding_id) == command.reason:
        return []
    if len(chapter.intentional) >= FINDINGS:
        raise CommandRefused("too_many_marks", f"at most {FINDINGS} findings can be marked")
    return [
        FindingMarkedIntentional(
            chapter_id=chapter.chapter_id, finding_id=command.finding_id, reason=command.reason
        )
    ]


def approve(state: ProjectState, command: ApproveChapter) -> list[Event]:
    """A draft becomes what memory knows of its chapter."""
    chapter = chapter_of(state, command.chapter_id)
    draft, approved = chapter.draft, chapter.approved
    _check_revision(chapter, command.revision)
    if draft is None or command.revision not in {None, draft.number}:
        return []  # it is approved
    if chapter.status is not Status.PENDING_REVIEW or chapter.score is None:
        raise CommandRefused(
            "not_pending", f"chapter {chapter.number} is {chapter.status}: nothing is to be decided"
        )
    doubts = _doubts(chapter)
    if doubts and not command.force:
        raise doubts[0]
    if doubts and not command.reason.strip():
        raise CommandRefused("reason_missing", "to approve it all the same, say why")
    happened: list[Event] = [
        ChapterApproved(
            chapter_id=chapter.chapter_id,
            number=chapter.number,
            revision=draft.number,
            score=chapter.score,
            forced=bool(doubts),
            reason=command.reason,
        )
    ]
    if approved and (approved.text, approved.extraction) == (draft.text, draft.extraction):
        return happened
    return [*happened, *remembered(state, chapter, draft.number, StaleReason.CHAPTER_APPROVED)]


def reject(state: ProjectState, command: RejectChapter) -> list[Event]:
    """A revision is put away; if memory held it, memory is as if it had never been approved."""
    chapter = chapter_of(state, command.chapter_id)
    _check_revision(chapter, command.revision)
    revision = command.revision or chapter.newest.number
    was_approved = bool(chapter.approved and chapter.approved.number == revision)
    if not was_approved:
        if chapter.status is Status.REJECTED:
            return []
        check_not_being_written(chapter)
        if chapter.newest.text is None:
            raise CommandRefused("no_text", f"chapter {chapter.number} has no text to be rejected")
    happened: list[Event] = [
        ChapterRejected(
            chapter_id=chapter.chapter_id,
            number=chapter.number,
            revision=revision,
            reason=command.reason,
        )
    ]
    if was_approved:
        happened += remembered(state, chapter, None, StaleReason.CHAPTER_REJECTED)
    return happened


def _canon(bible: Bible) -> Bible:
    return bible.model_copy(update={"style": Bible().style})


def _being_checked(chapter: Chapter, revision: int) -> Revision | None:
    """The draft that a result belongs to; None when the result comes too late."""
    draft = chapter.draft
    is_current = chapter.status is Status.CHECKING and draft and draft.number == revision
    return draft if is_current else None


def _fact_count(revision: Revision | None) -> int:
    return len(revision.extraction.facts) if revision and revision.extraction else 0


def _check_revision(chapter: Chapter, revision: int | None) -> None:
    there = {each.number for each in (chapter.draft, chapter.approved) if each}
    if revision is not None and revision not in there:
        raise CommandRefused(
            "other_revision", f"chapter {chapter.number} is at revision {chapter.newest.number}"
        )


def _doubts(chapter: Chapter) -> list[CommandRefused]:
    doubts = []
    if not chapter.is_acceptable:
        doubts.append(
            CommandRefused(
                "not_acceptable",
                f"the score is {chapter.score:g}, approval takes {ACCEPTABLE_FROM:g}: revise the "
                "chapter, mark findings as intentional, or approve it with a reason",
            )
        )
    if chapter.stale:
        doubts.append(
            CommandRefused(
                "stale",
                "what the story has established has changed since the chapter was checked: check "
                "it again, or approve it with a reason",
            )
        )
    return doubts


def remembered(
    state: ProjectState, chapter: Chapter, revision: int | None, reason: StaleReason
) -> list[Event]:
    """Memory has changed by a chapter: it holds a revision of it, or nothing more (None)."""
    version = state.memory_version + 1
    return [
        MemoryUpdated(
            chapter_id=chapter.chapter_id,
            number=chapter.number,
            revision=revision,
            memory_version=version,
        ),
        *_stale_after(state, chapter.number, reason, version),
    ]


def _stale_after(
    state: ProjectState, number: int | None, reason: StaleReason, memory_version: int
) -> list[Event]:
    """The chapters after a number, or all, whose verdicts have held until now."""
    stale = tuple(
        chapter.chapter_id
        for chapter in state.in_order
        if (number is None or chapter.number > number) and _has_fresh_verdict(chapter)
    )
    if not stale:
        return []
    return [
        ChaptersMarkedStale(
            chapter_ids=stale, reason=reason, number=number, memory_version=memory_version
        )
    ]


def _has_fresh_verdict(chapter: Chapter) -> bool:
    if chapter.status is Status.REJECTED and chapter.approved is None:
        return False
    return any(
        revision and revision.judgement and not chapter.stale_since(revision)
        for revision in (chapter.draft, chapter.approved)
    )
