"""The state after an event."""

from domain.entities.project import ledger
from domain.entities.project.events import (
    BeatsPlanned,
    BibleChanged,
    CallBegun,
    CallPaid,
    ChapterApproved,
    ChapterDeleted,
    ChapterGenerated,
    ChapterRejected,
    ChapterRestored,
    ChapterWritten,
    CoherenceValidated,
    FactsExtracted,
    FindingMarkedIntentional,
    GenerationCancelled,
    GenerationFailed,
    GenerationStarted,
    MemoryUpdated,
    ProjectChanged,
    ProjectCreated,
    ProjectDeleted,
    RecheckStarted,
    SceneWritten,
)
from domain.entities.project.state import (
    Chapter,
    Generation,
    Judgement,
    MemoryChange,
    ProjectState,
    Revision,
    Stage,
    StaleReason,
    Status,
)
from domain.entity import Event
from domain.story.record import Extraction


def evolve(state: ProjectState, event: Event) -> ProjectState:
    """The state after an event. `ChapterRevised`, `ContradictionDetected` and
    `ChaptersMarkedStale` only tell: what they say follows from the events beside them."""
    match event:
        case ProjectCreated():
            return ProjectState(
                stage=Stage.OPEN,
                title=event.title,
                language=event.language,
                bible=event.bible,
                budget=event.budget,
                memory_version=event.memory_version,
            )
        case ProjectDeleted():
            return ProjectState(
                stage=Stage.DELETED,
                title=state.title,
                calls=state.calls,
                lost=state.lost,
                ledger=state.ledger,
            )
        case ProjectChanged():
            return state.model_copy(update=dict(event))
        case BibleChanged():
            change: dict[str, object] = {
                "bible": event.bible,
                "memory_version": event.memory_version,
                "chapters": _changed_after(
                    state, None, StaleReason.BIBLE_CHANGED, event.memory_version
                ),
            }
        case MemoryUpdated():
            change = {
                "memory_version": event.memory_version,
                "chapters": _changed_after(
                    state, event.number, _reason(state, event), event.memory_version
                ),
            }
        case CallBegun():
            change = ledger.begun(state, event)
        case CallPaid():
            calls = {name: call for name, call in state.calls.items() if name != event.call_id}
            change = {"calls": calls, **ledger.entered(state, event)}
        case GenerationStarted() | ChapterWritten():
            known = state.chapters.get(event.chapter_id)
            chapter = known or Chapter(
                chapter_id=event.chapter_id, number=event.number, status=Status.DRAFTING
            )
            change = {"chapters": {**state.chapters, event.chapter_id: _begun(chapter, event)}}
        case ChapterDeleted():
            kept = {key: each for key, each in state.chapters.items() if key != event.chapter_id}
            change = {"chapters": kept}
        case ChapterRestored():
            change = {"chapters": {**state.chapters, event.chapter.chapter_id: event.chapter}}
        case _:
            chapter_id = str(getattr(event, "chapter_id", ""))
            if chapter_id not in state.chapters:
                return state
            after = _chapter_after(state.chapters[chapter_id], event)
            change = {"chapters": {**state.chapters, chapter_id: after}}
    return state.model_copy(update=change)


def _reason(state: ProjectState, event: MemoryUpdated) -> StaleReason:
    if event.revision is not None:
        return StaleReason.CHAPTER_APPROVED
    if event.chapter_id in state.chapters:
        return StaleReason.CHAPTER_REJECTED
    return StaleReason.CHAPTER_DELETED


def _changed_after(
    state: ProjectState, number: int | None, reason: StaleReason, memory_version: int
) -> dict[str, Chapter]:
    if memory_version == state.memory_version:
        return dict(state.chapters)
    changed = MemoryChange(reason=reason, number=number, memory_version=memory_version)
    return {
        chapter_id: chapter.model_copy(update={"changed": changed})
        if number is None or chapter.number > number
        else chapter
        for chapter_id, chapter in state.chapters.items()
    }


def _begun(chapter: Chapter, event: GenerationStarted | ChapterWritten) -> Chapter:
    change: dict[str, object] = {"attempt": event.attempt, "reason": None, "detail": None}
    if isinstance(event, ChapterWritten):
        change |= {
            "status": Status.CHECKING,
            "draft": Revision(number=event.revision, text=event.text),
            "earlier": None,
            "generation": None,
        }
    else:
        change |= {
            "status": Status.DRAFTING,
            "draft": Revision(number=event.revision),
            "earlier": chapter.draft if chapter.draft and chapter.draft.text else chapter.earlier,
            "generation": Generation(
                instruction=event.instruction,
                target_word_count=event.target_word_count,
                use_memory=event.use_memory,
                use_retrieval=event.use_retrieval,
                base=event.base,
            ),
        }
    return chapter.model_copy(update=change)


def _chapter_after(chapter: Chapter, event: Event) -> Chapter:
    match event:
        case BeatsPlanned():
            change = _generation(chapter, beats=event.beats)
        case SceneWritten():
            scenes = chapter.generation.scenes if chapter.generation else ()
            change = _generation(chapter, scenes=(*scenes, event.text))
        case ChapterGenerated():
            change = {
                "status": Status.CHECKING,
                "earlier": None,
                **_draft(chapter, text=event.text, origin=event.origin),
            }
        case RecheckStarted():
            written = chapter.written or chapter.newest
            change = {
                "status": Status.CHECKING,
                "attempt": event.attempt,
                "draft": written.model_copy(update={"judgement": None}),
                "earlier": None,
                "reason": None,
                "detail": None,
            }
        case GenerationCancelled():
            change = {"status": Status.CANCELLED}
        case GenerationFailed():
            change = {"status": Status.FAILED, "reason": event.reason, "detail": event.detail}
        case FactsExtracted():
            change = _draft(
                chapter,
                extraction=Extraction(
                    facts=event.facts,
                    setups=event.setups,
                    summary=event.summary,
                    scenes=event.scenes,
                ),
            )
        case CoherenceValidated():
            judgement = Judgement(verdict=event.verdict, memory_version=event.memory_version)
            change = {"status": Status.PENDING_REVIEW, **_draft(chapter, judgement=judgement)}
        case FindingMarkedIntentional():
            change = {"intentional": {**chapter.intentional, event.finding_id: event.reason}}
        case ChapterApproved():
            change = {
                "status": Status.APPROVED,
                "approved": chapter.draft,
                "draft": None,
                "generation": None,
                "reason": None,
                "detail": None,
            }
        case ChapterRejected():
            change = _rejected(chapter, event)
        case _:
            return chapter
    return chapter.model_copy(update=change)


def _generation(chapter: Chapter, **change: object) -> dict[str, object]:
    if chapter.generation is None:
        return {}
    return {"generation": chapter.generation.model_copy(update=change)}


def _draft(chapter: Chapter, **change: object) -> dict[str, object]:
    return {"draft": chapter.newest.model_copy(update=change)}


def _rejected(chapter: Chapter, event: ChapterRejected) -> dict[str, object]:
    """The approved revision, should it be the one, is kept as a draft where there is no other."""
    change: dict[str, object] = {}
    draft = chapter.draft
    if chapter.approved and chapter.approved.number == event.revision:
        change["approved"] = None
        if draft is None or (chapter.written is chapter.approved and not chapter.is_drafting):
            draft = change["draft"] = chapter.approved
        elif chapter.written is chapter.approved:
            change["earlier"] = chapter.approved
    if draft and draft.number == event.revision:
        change |= {"status": Status.REJECTED, "reason": "rejected", "detail": event.reason}
    return change
