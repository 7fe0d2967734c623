"""A chapter's text read and judged: what it says, and whether that goes with the story so far."""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from typing import TypeVar, cast

from adapters.llm.base import LanguageModel
from domain.book import Frozen
from domain.entities.project.limits import EXTRACTION_BYTES, VERDICT_BYTES
from domain.entities.project.state import Chapter, ProjectState, Revision
from domain.prompt import Prompt
from domain.story.coherence.case import Case
from domain.story.coherence.gate import check, prepare
from domain.story.coherence.verdict import Finding, Severity, Skipped
from domain.story.extraction.payoffs import advance
from domain.story.facts import Fact
from domain.story.memory import Memory
from domain.story.names import fold, names_in
from domain.story.prompts.answers import Extracted, Summary
from domain.story.prompts.checking import extract_prompt
from domain.story.prompts.material import ExtractMaterial, Scope, SummaryMaterial
from domain.story.prompts.verified import verified_facts, verified_setups
from domain.story.prompts.writing import summary_prompt
from domain.story.reading import ChapterReading, ChapterText
from domain.story.record import FACTS, SCENES, SETUPS, ChapterRecord, Extraction
from domain.story.scenes import placed, scenes
from domain.story.setups import Setup
from jobs.writing.desk import Desk
from jobs.writing.opinion import MODEL_TROUBLES, second_opinion

T = TypeVar("T", bound=Frozen)
U = TypeVar("U", bound=Frozen)

_SUMMARY_CHARACTERS = 10_000
_PRESENT = 200  # in one scene
_SUMMED_UP = 1000  # scenes
_FINDINGS = 500  # of one verdict
_FILLED = 0.9  # of what a command may hold


class Checker:
    """Reads one chapter and has it judged, from wherever an earlier run has come to.

    `stand_in` is asked what a chapter says when the language model cannot be.
    """

    def __init__(
        self, desk: Desk, project: ProjectState, chapter: Chapter, stand_in: LanguageModel
    ) -> None:
        self._desk = desk
        self._project = project
        self._chapter = chapter
        self._stand_in = stand_in
        self._skipped: list[Skipped] = []

    async def check(self) -> None:
        """Record what the text says, then the gate's verdict. Without the language model the
        verdict names what it lacks.

        Raises:
            Retryable: as `Entities` and `ObjectStore`.
            ObjectMissing, RecordDamaged: a text is not in the store.
        """
        case = await self._case()
        if self._chapter.newest.extraction is None:
            await self._desk.manuscript.reading(await self._read(case.draft))
        verdict = await self._desk.judged(check, case)
        verdict = await second_opinion(self._desk.calls, case, verdict)
        kept = _fitting(verdict.findings)
        if len(verdict.findings) > len(kept):
            rest = f"of {len(verdict.findings)} findings the worst {len(kept)} are kept"
            self._skipped.append(Skipped(check="findings", reason=rest))
        verdict = verdict.model_copy(
            update={"findings": kept, "skipped": (*verdict.skipped, *self._skipped)}
        )
        await self._desk.manuscript.verdict(verdict, self._project.memory_version)

    async def _case(self) -> Case:
        """The text beside what is approved of the story before it, all of it read by rule."""
        earlier = [
            await self._text_of(chapter, chapter.approved)
            for chapter in self._project.in_order
            if chapter.approved and chapter.number < self._chapter.number
        ]
        draft = await self._text_of(self._chapter, self._chapter.newest)
        facts = [fact for record in self._records for fact in record.extraction.facts]
        bible, language = self._project.bible, self._desk.language
        kept = self._desk.readings
        return await self._desk.judged(
            prepare, language, bible, earlier, draft, facts, kept, kept.look
        )

    async def _text_of(self, chapter: Chapter, revision: Revision) -> ChapterText:
        if revision.text is None:
            raise ValueError(f"chapter {chapter.chapter_id} has no text")
        text = await self._desk.texts.get(self._desk.project_id, revision.text)
        return ChapterText(number=chapter.number, text=text)

    async def _read(self, reading: ChapterReading) -> Extraction:
        """What the chapter says: by rule, and by the language model where it can be quoted."""
        draft = reading.chapter
        extracted, summary = await _together(self._extracted(draft), self._summed_up(reading))
        facts = placed([*reading.facts, *verified_facts(extracted, draft)], draft.text)
        setups = [*reading.setups, *verified_setups(extracted, draft)]
        extraction = Extraction(
            facts=tuple(_distinct_facts(facts))[:FACTS],
            setups=(await self._desk.judged(self._met, reading, setups))[:SETUPS],
            summary=summary.text.strip()[:_SUMMARY_CHARACTERS],
            scenes=self._present(draft.text),
        )
        if _size(extraction) > EXTRACTION_BYTES * _FILLED:
            extraction = extraction.model_copy(update={"scenes": ()})
        while _size(extraction) > EXTRACTION_BYTES * _FILLED:
            fewer = {
                "facts": extraction.facts[: len(extraction.facts) * 9 // 10],
                "setups": extraction.setups[: len(extraction.setups) * 9 // 10],
            }
            extraction = extraction.model_copy(update=fewer)
        return extraction

    async def _extracted(self, draft: ChapterText) -> Extracted:
        material = ExtractMaterial(
            language=self._desk.language.code, bible=self._project.bible, chapter=draft
        )
        return await self._ask("extract", extract_prompt(material), Extracted)

    async def _summed_up(self, reading: ChapterReading) -> Summary:
        text = reading.chapter.text
        material = SummaryMaterial(
            language=self._desk.language.code,
            scope=Scope.CHAPTER,
            texts=tuple(scene.of(text) for scene in scenes(text))[:_SUMMED_UP] or (text,),
            names=reading.present,
        )
        return await self._ask("summary", summary_prompt(material), Summary)

    def _met(self, reading: ChapterReading, planted: Sequence[Setup]) -> tuple[Setup, ...]:
        """The setups that the chapter plants, carries on or pays off."""
        number = self._chapter.number
        earlier = Memory(self._project.bible, self._records).open_setups_at(number - 1)
        own = reading.model_copy(update={"setups": tuple(_distinct_setups(planted))})
        return tuple(
            setup
            for setup in advance(earlier, own, self._desk.language)
            if number in {each.chapter for each in (setup.planted, *setup.progress)}
        )

    def _present(self, text: str) -> tuple[tuple[str, ...], ...]:
        """Who is named in each scene; nothing of a chapter that has too many."""
        found = [fold(scene.of(text)) for scene in scenes(text)]
        entries = list(self._project.bible.entries)
        return tuple(
            tuple(entry.name for entry in entries if names_in(scene, entry.names))[:_PRESENT]
            for scene in (found if len(found) <= SCENES else ())
        )

    @property
    def _records(self) -> list[ChapterRecord]:
        """The approved chapters before this one."""
        records = self._project.memory.records
        return [record for record in records if record.number < self._chapter.number]

    async def _ask(self, step: str, prompt: Prompt, schema: type[T]) -> T:
        try:
            return await self._desk.calls.structured(step, prompt, schema)
        except MODEL_TROUBLES as error:
            self._skipped.append(Skipped(check=f"language model: {step}", reason=str(error)))
            return (await self._stand_in.structured(prompt, schema)).value


def _fitting(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The worst of them, as many as a verdict may have."""
    room, kept = int(VERDICT_BYTES * _FILLED), []
    ranks = tuple(Severity)
    for finding in sorted(findings, key=lambda each: ranks.index(each.severity))[:_FINDINGS]:
        room -= _size(finding)
        if room < 0:
            break
        kept.append(finding)
    return tuple(kept)


def _size(record: Frozen) -> int:
    """Its bytes as JSON."""
    return len(record.model_dump_json().encode())


def _distinct_facts(facts: Iterable[Fact]) -> Iterator[Fact]:
    """The first of those that say the same."""
    said: set[object] = set()
    for fact in facts:
        key = (fact.subject, fact.predicate, fact.object.casefold(), fact.believer, fact.since)
        if key not in said:
            said.add(key)
            yield fact


def _distinct_setups(setups: Iterable[Setup]) -> Iterator[Setup]:
    """The first of those about the same thing in the same words."""
    seen: set[object] = set()
    for setup in setups:
        keys = {setup.setup_id, (setup.kind, setup.subject.casefold()), setup.planted.quote}
        if seen.isdisjoint(keys):
            yield setup
        seen |= keys


async def _together(first: Awaitable[T], second: Awaitable[U]) -> tuple[T, U]:
    """Both results, when both are there; else the first trouble, when neither goes on."""
    one, other = await asyncio.gather(first, second, return_exceptions=True)
    for trouble in (one, other):
        if isinstance(trouble, BaseException):
            raise trouble
    return cast(T, one), cast(U, other)
