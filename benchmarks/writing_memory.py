"""A long novel: its memory searched by all ways at once, and its project activated."""

import time
from collections.abc import Sequence
from itertools import cycle, islice
from statistics import median
from typing import NamedTuple, cast
from uuid import uuid4

from actors.directory import Directory
from actors.sharding.shard import Shard
from actors.vectors import shared_vectors
from adapters.languages import load_language
from adapters.llm.offline import OfflineModel
from benchmarks.writing_projects import write_down
from benchmarks.writing_story import BIBLE, LANGUAGE, QUESTIONS, Written
from cluster.settings import Settings
from cluster.wiring import open_graph, open_log, open_store
from domain.entities import KINDS
from domain.entities.project.queries import ChapterList, WholeProject
from domain.entities.project.state import ProjectState
from domain.story.coherence.gate import check, prepare
from domain.story.reading import ChapterText
from jobs.consumers.graph import GraphKeeper
from jobs.consumers.vectors import VectorKeeper
from jobs.writing.memory import StoryMemory
from jobs.writing.passages import project_passages
from jobs.writing.readings import Readings
from jobs.writing.texts import Texts

_ACTIVATIONS = 11
_LIMIT = 20


class Searches(NamedTuple):
    """How a novel is found again: seconds of the first search, in a process that knows nothing of
    it, and of those that followed."""

    project_id: str
    words: int
    passages: int
    cold: float
    warm: Sequence[float]


class Activation(NamedTuple):
    """What it takes to bring a project to memory: events, bytes of its state as JSON, seconds."""

    events: int
    state_bytes: int
    seconds: float


async def search(settings: Settings, novel: Sequence[Written], queries: int) -> Searches:
    """Write the novel down, have the projections made, then search it, one query after the other.
    Shards and the vectors' owner run already."""
    entities, store, project_id = Directory(settings), open_store(settings), uuid4().hex
    texts, model = Texts(store), OfflineModel()
    graph, vectors = open_graph(settings), shared_vectors(settings)
    try:
        await write_down(entities, texts, project_id, novel)
        await GraphKeeper(entities, graph).keep(project_id)
        await VectorKeeper(entities, texts, vectors, lambda *_: model.embed).keep(project_id)
        await graph.close()
        graph = open_graph(settings)
        memory = StoryMemory(entities, Texts(store), graph, vectors)

        async def seconds(query: str) -> float:
            began = time.perf_counter()
            searched = await memory.search(project_id, query, model.embed, limit=_LIMIT)
            taken = time.perf_counter() - began
            if searched.skipped or not searched.found:
                raise RuntimeError(f"{query!r}: {searched.skipped or 'nothing was found'}")
            return taken

        cold = await seconds(QUESTIONS[0])
        warm = [await seconds(query) for query in islice(cycle(QUESTIONS), queries)]
        project = cast(
            ProjectState, (await entities.query("project", project_id, WholeProject())).value
        )
        return Searches(
            project_id=project_id,
            words=sum(len(each.text.split()) for each in novel),
            passages=len(await project_passages(project_id, project, texts)),
            cold=cold,
            warm=warm,
        )
    finally:
        await graph.close()
        await entities.close()


async def activate(settings: Settings, project_id: str) -> Activation:
    """Ask about the project in shards that know nothing of it, without Ray."""
    taken = []
    for _ in range(_ACTIVATIONS):
        log = open_log(settings)
        await log.ping()
        shard = Shard(log, KINDS)
        began = time.perf_counter()
        answer = await shard.query("project", project_id, ChapterList())
        taken.append(time.perf_counter() - began)
        whole = await shard.query("project", project_id, WholeProject())
        await shard.close()
        await log.close()
    state = cast(ProjectState, whole.value)
    return Activation(answer.version, len(state.model_dump_json().encode()), median(taken))


class Checks(NamedTuple):
    """Seconds that the rules take to check the last chapter against all before it: where nothing
    has been read yet, and another draft of it after that."""

    first: float
    next: float


def checks(novel: Sequence[Written]) -> Checks:
    """Check the last chapter, then another draft of it, in a process that keeps what it has
    read."""
    *earlier, draft = [
        ChapterText(number=number, text=each.text) for number, each in enumerate(novel, start=1)
    ]
    facts = [fact for each in novel[:-1] for fact in each.extraction.facts]
    readings = Readings()

    def seconds(text: str) -> float:
        began = time.perf_counter()
        drafted = ChapterText(number=draft.number, text=text)
        language = load_language(LANGUAGE)
        check(prepare(language, BIBLE, earlier, drafted, facts, readings, readings.look))
        return time.perf_counter() - began

    half = draft.text[: len(draft.text) // 2].rpartition(". ")[0] + "."
    return Checks(seconds(draft.text), seconds(f"{half} {draft.text}"))
