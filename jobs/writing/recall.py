"""What a chapter is written from: the part of the bible and of the story so far that matters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapters.object_store.base import ObjectStore
from domain.book import Frozen
from domain.entities.project.state import Chapter, Generation, ProjectState
from domain.story.coherence.verdict import Skipped
from domain.story.context import Context, Offer, Placed, assemble
from domain.story.facts import Fact, StoryTime
from domain.story.memory import Memory, end_of
from domain.story.prompts.material import Ground, Passage
from domain.story.setups import Setup
from jobs.writing.desk import Desk
from jobs.writing.memory import Searched, StoryMemory

_PASSAGES = 30  # asked of the search


class ContextReport(Frozen):
    """What was put into a chapter's context, and why; `skipped` are ways of searching that were
    away. `tokens` are an estimate, never above `budget`."""

    tokens: int
    budget: int
    placed: tuple[Placed, ...]
    skipped: tuple[Skipped, ...]


def report_key(project_id: str, chapter_id: str, revision: int) -> str:
    """The key of the object with a revision's `ContextReport`."""
    return f"projects/{project_id}/contexts/{chapter_id}-{revision}.json"


@dataclass(frozen=True)
class Recall:
    """Chooses what a chapter is written from, within a budget of tokens, and leaves a report."""

    memory: StoryMemory
    store: ObjectStore
    budget: int

    async def __call__(self, desk: Desk, project: ProjectState, chapter: Chapter) -> Ground:
        """What the chapter stands on. The bible always counts; what the chapters before it have
        established does with `use_memory`, what is found in their texts with `use_retrieval`.

        Raises:
            UsageError: the instruction is beyond the budget.
            Retryable: as `Entities` and `ObjectStore`.
        """
        generation = chapter.generation
        if generation is None:
            raise ValueError(f"chapter {chapter.chapter_id} is not being written")
        before = _before(project, chapter.number)
        searched = await self._search(desk, chapter.number, generation, before)
        context = assemble(
            Offer(
                chapter=chapter.number,
                task=generation.instruction,
                bible=project.bible,
                summaries=before.so_far(chapter.number) if generation.use_memory else (),
                facts=list(_known(before, chapter.number)) if generation.use_memory else (),
                passages=searched.found,
                recent=await self._recent(desk, project, chapter, generation),
            ),
            self.budget,
        )
        await self._report(desk, chapter, context, searched)
        return Ground(
            language=project.language,
            bible=context.bible,
            summaries=context.summaries,
            facts=context.facts,
            passages=context.passages,
            chapter=chapter.number,
            instruction=generation.instruction,
        )

    async def _search(
        self, desk: Desk, number: int, generation: Generation, before: Memory
    ) -> Searched:
        told = before.summaries()
        query = generation.instruction or (told[-1].text if told else "")
        if not (generation.use_retrieval and before.records and query):
            return Searched(found=(), skipped=())
        return await self.memory.search(
            desk.project_id,
            query,
            lambda texts: desk.calls.embed("recall", texts),
            before=number,
            limit=_PASSAGES,
        )

    async def _recent(
        self, desk: Desk, project: ProjectState, chapter: Chapter, generation: Generation
    ) -> Sequence[Passage]:
        """The chapter before, and what this one was when it is written anew."""
        recent = []
        earlier = [
            each for each in project.in_order if each.approved and each.number < chapter.number
        ]
        last = earlier[-1].approved if earlier else None
        if generation.use_memory and last and last.text:
            text = await desk.texts.get(desk.project_id, last.text)
            recent.append(Passage(source=f"chapter {earlier[-1].number}", text=text))
        if generation.base:
            text = await desk.texts.get(desk.project_id, generation.base)
            recent.append(Passage(source=f"chapter {chapter.number}, as it was", text=text))
        return recent

    async def _report(
        self, desk: Desk, chapter: Chapter, context: Context, searched: Searched
    ) -> None:
        report = ContextReport(
            tokens=context.tokens,
            budget=self.budget,
            placed=context.report,
            skipped=searched.skipped,
        )
        key = report_key(desk.project_id, chapter.chapter_id, chapter.newest.number)
        await self.store.put(key, report.model_dump_json().encode())


def _before(project: ProjectState, number: int) -> Memory:
    """Memory as it is when a chapter begins."""
    records = [record for record in project.memory.records if record.number < number]
    return Memory(project.bible, records)


def _known(before: Memory, number: int) -> Iterator[Fact]:
    """What is true and believed when the chapter begins, and what is promised and still open."""
    moment = end_of(number - 1)
    yield from before.facts_at(moment)
    yield from before.beliefs_at(moment)
    yield from map(_as_fact, before.open_setups_at(number - 1))


def _as_fact(setup: Setup) -> Fact:
    return Fact(
        subject=setup.subject or setup.kind,
        predicate=f"open {setup.kind}",
        object=setup.text[:2000],
        since=StoryTime(setup.planted.chapter),
        source=setup.planted,
    )
