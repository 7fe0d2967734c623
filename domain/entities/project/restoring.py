"""Chapters that come from another project, with all that was read in them, said of them and decided
about them."""

from collections.abc import Iterable, Iterator, Sequence

from domain.entities.project import limits
from domain.entities.project.events import ChapterRestored, RecheckStarted
from domain.entities.project.state import Chapter, Revision, Status
from domain.entity import Event


def check_restored(chapters: Sequence[Chapter], memory_version: int) -> None:
    """Raise `ValueError` unless each chapter is as the rules of a project would have made it, with
    verdicts from a memory up to a version."""
    facts = 0
    for chapter in chapters:
        for fault in _faults(chapter, memory_version):
            raise ValueError(f"chapter {chapter.number}: {fault}")
        facts += sum(len(each.extraction.facts) for each in _revisions(chapter) if each.extraction)
    if facts > limits.PROJECT_FACTS:
        raise ValueError(f"a project holds at most {limits.PROJECT_FACTS} facts")


def restored(chapters: Iterable[Chapter]) -> Iterator[Event]:
    """What happens when they come; a check that was under way begins anew."""
    for chapter in chapters:
        yield ChapterRestored(chapter=chapter)
        draft = chapter.draft
        if chapter.status is Status.CHECKING and draft and draft.text:
            yield RecheckStarted(
                chapter_id=chapter.chapter_id,
                number=chapter.number,
                revision=draft.number,
                attempt=chapter.attempt + 1,
                text=draft.text,
            )


def _faults(chapter: Chapter, memory_version: int) -> Iterator[str]:
    draft, approved = chapter.draft, chapter.approved
    if draft is None and approved is None:
        yield "it has no revision"
        return
    if (chapter.status is Status.APPROVED) is not (draft is None):
        yield "it is approved when there is no draft beside what is approved, and else not"
    if chapter.is_drafting or chapter.earlier or chapter.generation:
        yield "what is being written cannot be taken along"
    if approved and draft and draft.number < approved.number:
        yield "the draft is older than what is approved"
    judged = [approved] if approved else []
    if draft and chapter.status is Status.PENDING_REVIEW:
        judged.append(draft)
    if any(each.extraction is None or each.judgement is None for each in judged):
        yield "what waits for a decision, or is approved, has been read and checked"
    for each in _revisions(chapter):
        yield from _faults_of(each, memory_version)
    if chapter.changed and chapter.changed.memory_version > memory_version:
        yield "it has changed after the last version of memory"
    if len(chapter.intentional) > limits.FINDINGS:
        yield f"at most {limits.FINDINGS} findings can be marked"


def _faults_of(revision: Revision, memory_version: int) -> Iterator[str]:
    if revision.text is None:
        yield f"revision {revision.number} has no text"
    sizes = ((revision.extraction, limits.EXTRACTION_BYTES), (revision.judgement, _JUDGEMENT_BYTES))
    for record, most in sizes:
        if record and len(record.model_dump_json().encode()) > most:
            yield f"revision {revision.number}: more than {most} bytes of what was found in it"
    judged = revision.judgement
    if judged and judged.memory_version > memory_version:
        yield f"revision {revision.number} was checked after the last version of memory"
    if judged and len(judged.verdict.findings) > limits.FINDINGS:
        yield f"a verdict has at most {limits.FINDINGS} findings"


def _revisions(chapter: Chapter) -> list[Revision]:
    return [each for each in (chapter.approved, chapter.draft) if each]


_JUDGEMENT_BYTES = limits.VERDICT_BYTES + 1000
