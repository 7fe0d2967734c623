"""What a story has established, found again: by names, by words, by meaning, by connection."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import cast

from actors.entities import Entities
from adapters.graph.base import StoryGraph
from adapters.keywords.cache import KeywordCache
from adapters.keywords.index import KeywordIndex
from adapters.llm.base import Embeddings
from adapters.vectors.base import VectorStore, space_of
from domain.entities.project import answers
from domain.entities.project.queries import MemoryVersion, WholeProject
from domain.entities.project.state import ProjectState
from domain.errors import ScriptoriumError
from domain.story.bible import Bible
from domain.story.coherence.verdict import Skipped
from domain.story.facts import Fact
from domain.story.names import fold, names_in
from domain.story.passages import Passage, fact_passage
from domain.story.retrieval import MOST_NAMED, Channel, Found, fuse
from jobs.writing.passages import project_passages
from jobs.writing.texts import Texts

Embed = Callable[[Sequence[str]], Awaitable[Embeddings]]
"""Makes vectors; raises as `LanguageModel`."""

_CANDIDATES = 100
_MOST = dict.fromkeys(Channel, _CANDIDATES) | {Channel.NAMES: MOST_NAMED}
"""Most passages of each channel."""

_QUERY = 2000  # characters that are looked for
_CHANNEL_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Searched:
    """What was found, the best first, and the channels that could not search."""

    found: tuple[Found, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True)
class Established:
    """One version of a project's memory, ready to be searched; `chapters` is the last number."""

    bible: Bible
    index: KeywordIndex
    passages: Mapping[str, Passage]
    chapters: int
    statements: frozenset[tuple[str, str, str]]

    def __len__(self) -> int:
        return len(self.passages)

    def states(self, fact: Fact) -> bool:
        """Whether the fact is part of it."""
        return _statement(fact) in self.statements


class StoryMemory:
    """Searches what projects have established: their bibles and approved chapters.

    Names and words are looked for in the texts themselves, meaning and connections in projections
    of the log, of which only what is still so is taken. A channel that is away is left out.
    """

    def __init__(
        self, entities: Entities, texts: Texts, graph: StoryGraph, vectors: VectorStore
    ) -> None:
        self._entities = entities
        self._texts = texts
        self._graph = graph
        self._vectors = vectors
        self._kept: KeywordCache[Established] = KeywordCache()

    async def search(
        self,
        project_id: str,
        query: str,
        embed: Embed,
        *,
        before: int | None = None,
        limit: int = 20,
    ) -> Searched:
        """The best passages for a query, and beyond the limit all that mention a name in it;
        `before` leaves out that chapter and those after it.

        Raises as `Entities` and `Texts`.
        """
        known = await self._established(project_id)
        query = query[:_QUERY]
        before = known.chapters + 1 if before is None else before
        worded = _CANDIDATES if before > known.chapters else len(known)  # the late ones are dropped
        channels: Mapping[Channel, Awaitable[Iterable[Passage]]] = {
            Channel.NAMES: asyncio.to_thread(known.index.names, query, known.bible),
            Channel.KEYWORDS: asyncio.to_thread(known.index.keywords, query, worded),
            Channel.VECTORS: self._by_meaning(project_id, known, query, embed),
            Channel.GRAPH: self._by_connection(project_id, known, query, before - 1),
        }
        answers = await asyncio.gather(*map(_tried, channels.values()))
        rankings = {
            channel: list(islice((each for each in found if each.chapter < before), _MOST[channel]))
            for channel, found in zip(channels, answers, strict=True)
            if not isinstance(found, str)
        }
        return Searched(
            found=tuple(fuse(rankings, limit)),
            skipped=tuple(
                Skipped(check=channel, reason=reason)
                for channel, reason in zip(channels, answers, strict=True)
                if isinstance(reason, str)
            ),
        )

    async def close(self) -> None:
        """Release the projections' connections. May be called twice."""
        await self._graph.close()
        await self._vectors.close()

    async def _established(self, project_id: str) -> Established:
        answer = await self._entities.query("project", project_id, MemoryVersion())
        version = cast(answers.Established, answer.value).memory_version
        known = self._kept.get(project_id, version)
        if known is None:
            answer = await self._entities.query("project", project_id, WholeProject())
            project = cast(ProjectState, answer.value)
            known = await self._read(project_id, project)
            self._kept.put(project_id, project.memory_version, known)
        return known

    async def _read(self, project_id: str, project: ProjectState) -> Established:
        passages = await project_passages(project_id, project, self._texts)
        return await asyncio.to_thread(_established, project, passages)

    async def _by_meaning(
        self, project_id: str, known: Established, query: str, embed: Embed
    ) -> list[Passage]:
        embedded = await embed([query])
        space = space_of(embedded.origin)
        hits = await self._vectors.search(project_id, space, embedded.vectors[0], _CANDIDATES)
        return [known.passages[hit.passage_id] for hit in hits if hit.passage_id in known.passages]

    async def _by_connection(
        self, project_id: str, known: Established, query: str, at_chapter: int
    ) -> list[Passage]:
        names = [name for entry in known.bible.entries for name in entry.names]
        asked = names_in(fold(query), names)
        if not asked:
            return []
        near = await self._graph.neighbours(project_id, asked, at_chapter=at_chapter)
        return [fact_passage(each.fact) for each in near if known.states(each.fact)]


def _established(project: ProjectState, passages: Sequence[Passage]) -> Established:
    facts = (*project.memory.facts, *project.memory.beliefs)
    return Established(
        project.bible,
        KeywordIndex(passages),
        {passage.passage_id: passage for passage in passages},
        max((passage.chapter for passage in passages), default=0),
        frozenset(map(_statement, facts)),
    )


def _statement(fact: Fact) -> tuple[str, str, str]:
    return fold(fact.subject), fact.predicate, fold(fact.object)


async def _tried(search: Awaitable[Iterable[Passage]]) -> Iterable[Passage] | str:
    """What a channel found, or why it could not search."""
    try:
        async with asyncio.timeout(_CHANNEL_SECONDS):
            return await search
    except TimeoutError:
        return f"no answer within {_CHANNEL_SECONDS:g} seconds"
    except ScriptoriumError as error:
        return str(error) or type(error).__name__
