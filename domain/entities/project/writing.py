"""The rules of writing a chapter: one run at a time, whose late results change nothing."""

from domain.entities.project.commands import (
    CancelGeneration,
    FailGeneration,
    GenerateChapter,
    PutChapterText,
    RecordBeats,
    RecordDraft,
    RecordScene,
    ReviseChapter,
)
from domain.entities.project.events import (
    BeatsPlanned,
    ChapterGenerated,
    ChapterRevised,
    ChapterWritten,
    GenerationCancelled,
    GenerationFailed,
    GenerationStarted,
    SceneWritten,
)
from domain.entities.project.limits import CHAPTERS
from domain.entities.project.lookup import chapter_of, check_not_being_written
from domain.entities.project.state import RUNNING, Chapter, Generation, ProjectState, Status
from domain.entity import Event
from domain.errors import CommandRefused
from domain.story.texts import TextRef


def generate(state: ProjectState, command: GenerateChapter) -> list[Event]:
    """A chapter that has no text is begun, or begun again."""
    chapter = state.chapters.get(command.chapter_id)
    number = _number(state, chapter, command.number)
    if chapter:
        check_not_being_written(chapter)
        if chapter.written:
            raise CommandRefused("chapter_exists", f"chapter {number} has a text: revise it")
    return [_started(command, number, chapter.newest.number if chapter else 1, chapter, None)]


def revise(state: ProjectState, command: ReviseChapter) -> list[Event]:
    """A chapter that has a text is written anew."""
    chapter = chapter_of(state, command.chapter_id)
    check_not_being_written(chapter)
    if chapter.written is None or chapter.written.text is None:
        raise CommandRefused("no_text", f"chapter {chapter.number} has no text yet: generate it")
    base, revision = chapter.written.text, _next_revision(chapter)
    return [
        ChapterRevised(
            chapter_id=chapter.chapter_id, number=chapter.number, revision=revision, base=base
        ),
        _started(command, chapter.number, revision, chapter, base),
    ]


def put_text(state: ProjectState, command: PutChapterText) -> list[Event]:
    """The author's own text is a further revision."""
    chapter = state.chapters.get(command.chapter_id)
    number = _number(state, chapter, command.number)
    if chapter:
        check_not_being_written(chapter)
        stands = {Status.CHECKING, Status.PENDING_REVIEW, Status.APPROVED}
        if chapter.status in stands and chapter.newest.text == command.text:
            return []
    return [
        ChapterWritten(
            chapter_id=command.chapter_id,
            number=number,
            revision=_next_revision(chapter) if chapter else 1,
            attempt=chapter.attempt + 1 if chapter else 1,
            text=command.text,
        )
    ]


def record_beats(state: ProjectState, command: RecordBeats) -> list[Event]:
    """The first plan of a run stands."""
    generation = _under_way(state, command)
    if generation is None or generation.beats:
        return []
    return [
        BeatsPlanned(chapter_id=command.chapter_id, attempt=command.attempt, beats=command.beats)
    ]


def record_scene(state: ProjectState, command: RecordScene) -> list[Event]:
    """Scenes come in order; the first text of each stands."""
    generation = _under_way(state, command)
    if generation is None or command.scene <= len(generation.scenes):
        return []
    if command.scene > len(generation.beats):
        raise CommandRefused("unknown_scene", f"no scene {command.scene} is planned")
    if command.scene > len(generation.scenes) + 1:
        raise CommandRefused("scene_missing", f"scene {len(generation.scenes) + 1} comes first")
    return [
        SceneWritten(
            chapter_id=command.chapter_id,
            attempt=command.attempt,
            scene=command.scene,
            text=command.text,
        )
    ]


def record_draft(state: ProjectState, command: RecordDraft) -> list[Event]:
    """The run has come to its text, which is to be checked."""
    if _under_way(state, command) is None:
        return []
    chapter = chapter_of(state, command.chapter_id)
    return [
        ChapterGenerated(
            chapter_id=chapter.chapter_id,
            number=chapter.number,
            revision=chapter.newest.number,
            attempt=command.attempt,
            text=command.text,
            origin=command.origin,
        )
    ]


def cancel(state: ProjectState, command: CancelGeneration) -> list[Event]:
    """What is under way ends."""
    chapter = chapter_of(state, command.chapter_id)
    if command.attempt not in {None, chapter.attempt} or chapter.status is Status.CANCELLED:
        return []
    if chapter.status not in RUNNING:
        raise CommandRefused("not_running", f"nothing is under way for chapter {chapter.number}")
    return [GenerationCancelled(chapter_id=chapter.chapter_id, attempt=chapter.attempt)]


def fail(state: ProjectState, command: FailGeneration) -> list[Event]:
    """The run has come to nothing."""
    chapter = chapter_of(state, command.chapter_id)
    if command.attempt != chapter.attempt or chapter.status not in RUNNING:
        return []
    return [
        GenerationFailed(
            chapter_id=chapter.chapter_id,
            attempt=command.attempt,
            reason=command.reason,
            detail=command.detail,
        )
    ]


def _number(state: ProjectState, chapter: Chapter | None, wanted: int | None) -> int:
    """The number of a chapter that is there, or that a new one gets."""
    if chapter:
        if wanted not in {None, chapter.number}:
            raise CommandRefused("other_number", f"the chapter is number {chapter.number}")
        return chapter.number
    number = wanted or max((each.number for each in state.chapters.values()), default=0) + 1
    if number > CHAPTERS:
        raise CommandRefused("too_many_chapters", f"a project has at most {CHAPTERS} chapters")
    if state.numbered(number):
        raise CommandRefused("number_taken", f"there is a chapter {number} already")
    return number


def _next_revision(chapter: Chapter) -> int:
    """A revision that never came to a text leaves its number to the next."""
    return chapter.newest.number + (chapter.newest.text is not None)


def _started(
    command: GenerateChapter | ReviseChapter,
    number: int,
    revision: int,
    chapter: Chapter | None,
    base: TextRef | None,
) -> GenerationStarted:
    return GenerationStarted(
        chapter_id=command.chapter_id,
        number=number,
        revision=revision,
        attempt=chapter.attempt + 1 if chapter else 1,
        instruction=command.instruction,
        target_word_count=command.target_word_count,
        use_memory=command.use_memory,
        use_retrieval=command.use_retrieval,
        base=base,
    )


def _under_way(
    state: ProjectState, command: RecordBeats | RecordScene | RecordDraft
) -> Generation | None:
    """The generation that a result belongs to; None when the result comes too late."""
    chapter = chapter_of(state, command.chapter_id)
    is_current = command.attempt == chapter.attempt and chapter.is_drafting
    return chapter.generation if is_current else None
