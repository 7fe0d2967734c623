"""Projections of projects: they follow the log, and made anew they are the same."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from adapters.graph.base import Node, NodeKind, ProjectGraph, StoryGraph
from adapters.llm.base import Embeddings
from adapters.llm.offline import OfflineModel
from adapters.vectors.base import VectorStore, space_of
from cluster.settings import Settings
from cluster.wiring import open_graph, open_vectors
from domain.entities.project.commands import DeleteProject, PutBible
from domain.errors import VectorsUnavailable
from domain.prompt import Origin, Usage
from domain.story.bible import Bible, TimelineEntry
from domain.story.passages import bible_passages, chapter_passages
from jobs.consumers.eraser import WANTED as ERASED
from jobs.consumers.eraser import Eraser
from jobs.consumers.graph import GraphKeeper
from jobs.consumers.projections import WANTED
from jobs.consumers.vectors import VectorKeeper, embedding
from jobs.rebuild import rebuild_graph, rebuild_projects, rebuild_vectors
from tests.unit.project_story import BIBLE, chapter_id, fact
from tests.unit.recorded_projects import PROJECT_ID, RecordedProjects, recorded_projects
from tests.unit.story_projections import ListedVectors

OTHER = "cd" * 16
FIRST = "Ilse carried the lamp up to the mill.\n\nTomas was late."
SECOND = "Snow fell on the mill all night."
LAMP = fact("Ilse", "possesses", "the lamp", 1)
MILL = fact("Tomas", "located_in", "the mill", 2)


@pytest.fixture
async def projects(tmp_path: Path) -> AsyncIterator[RecordedProjects]:
    async with recorded_projects(tmp_path) as projects:
        yield projects


@pytest.fixture
async def graph(tmp_path: Path) -> AsyncIterator[StoryGraph]:
    graph = open_graph(Settings(data_dir=tmp_path))
    yield graph
    await graph.close()


class CountingModel(OfflineModel):
    """The offline model; `asked` are the texts it was asked about."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        self.asked += texts
        return await super().embed(texts)


class PaidModel(OfflineModel):
    """The offline model, for money."""

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        made = await super().embed(texts)
        return Embeddings(
            made.vectors, Usage(prompt=10, money=0.5), Origin(provider="x", model="y")
        )


def keeper(
    projects: RecordedProjects, vectors: VectorStore, model: OfflineModel, *, is_paid: bool = False
) -> VectorKeeper:
    embed_for = embedding(projects.entities, model, is_paid=is_paid)
    return VectorKeeper(projects.entities, projects.texts, vectors, embed_for)


async def follow(projects: RecordedProjects, *keepers: GraphKeeper | VectorKeeper) -> None:
    """Deliver all events of the log once more."""
    for event in await projects.events():
        if event.event.type in WANTED:
            for each in keepers:
                await each.handle(event)


async def drawn(graph: StoryGraph, project_id: str = PROJECT_ID) -> ProjectGraph:
    found = await graph.get(project_id)
    assert found is not None
    return found


async def space() -> str:
    return space_of((await OfflineModel().embed(["a"])).origin)


class TestGraph:
    async def test_it_is_what_memory_says(
        self, projects: RecordedProjects, graph: StoryGraph
    ) -> None:
        await projects.create()
        await projects.approve(1, FIRST, LAMP)
        await follow(projects, GraphKeeper(projects.entities, graph))
        found = await drawn(graph)
        assert [node.name for node in found.nodes] == [
            "1",
            "Ilse Brandt",
            "Tomas",
            "the lamp",
            "the mill",
        ]
        memory = (await projects.state()).memory
        assert set(found.facts) == set(memory.facts)
        assert {each.predicate for each in found.facts} == {"eyes", "possesses"}

    async def test_it_follows_what_is_approved_and_rejected(
        self, projects: RecordedProjects, graph: StoryGraph
    ) -> None:
        follower = GraphKeeper(projects.entities, graph)
        await projects.create()
        await projects.approve(1, FIRST, LAMP)
        await follow(projects, follower)
        before = await drawn(graph)
        await projects.approve(2, SECOND, MILL)
        await follow(projects, follower)
        assert Node(kind=NodeKind.CHAPTER, name="2") in (await drawn(graph)).nodes
        await projects.reject(2)
        await follow(projects, follower)
        after = await drawn(graph)
        assert after.version > before.version
        assert (after.nodes, after.facts) == (before.nodes, before.facts)

    async def test_the_timeline_is_connected_to_whom_it_names(
        self, projects: RecordedProjects, graph: StoryGraph
    ) -> None:
        told = TimelineEntry(when="1871", text="Ilse finds the lamp.")
        await projects.create(bible=BIBLE.model_copy(update={"timeline": (told,)}))
        await follow(projects, GraphKeeper(projects.entities, graph))
        near = await graph.neighbours(PROJECT_ID, ["1871: Ilse finds the lamp."], at_chapter=1)
        assert {each.fact.subject for each in near if each.distance == 1} == {
            "Ilse Brandt",
            "the lamp",
        }

    async def test_the_order_of_deliveries_does_not_matter(
        self, projects: RecordedProjects, graph: StoryGraph
    ) -> None:
        await projects.create()
        await projects.approve(1, FIRST, LAMP)
        await projects.do(PutBible(command_id="bible", bible=Bible()))
        follower = GraphKeeper(projects.entities, graph)
        await follow(projects, follower)
        expected = await drawn(graph)
        for event in reversed(await projects.events()):
            await follower.handle(event)
            assert await drawn(graph) == expected

    async def test_a_deleted_project_has_none(
        self, projects: RecordedProjects, graph: StoryGraph
    ) -> None:
        await projects.create()
        await follow(projects, GraphKeeper(projects.entities, graph))
        await projects.do(DeleteProject(command_id="delete"))
        await follow(projects, GraphKeeper(projects.entities, graph))
        assert await graph.get(PROJECT_ID) is None


class TestVectors:
    async def test_they_are_the_passages_of_bible_and_approved_texts(
        self, projects: RecordedProjects
    ) -> None:
        vectors, model = ListedVectors(), CountingModel()
        await projects.create()
        await projects.approve(1, FIRST)
        await follow(projects, keeper(projects, vectors, model))
        expected = [*bible_passages(BIBLE), *chapter_passages(chapter_id(1), 1, 1, FIRST)]
        assert await vectors.ids(PROJECT_ID, await space()) == {
            each.passage_id for each in expected
        }
        asked = (await model.embed(["Ilse carried the lamp; Tomas was late."])).vectors[0]
        hits = await vectors.search(PROJECT_ID, await space(), asked, 1)
        texts = {each.passage_id: each.text for each in expected}
        assert texts[hits[0].passage_id].startswith("Ilse carried the lamp")

    async def test_only_what_is_new_is_embedded(self, projects: RecordedProjects) -> None:
        vectors, model = ListedVectors(), CountingModel()
        follower = keeper(projects, vectors, model)
        await projects.create()
        await projects.approve(1, FIRST)
        await follow(projects, follower)
        model.asked.clear()
        await projects.approve(2, SECOND)
        await follow(projects, follower)
        assert model.asked == [SECOND]
        await projects.reject(2)
        await follow(projects, follower)
        assert model.asked == [SECOND]
        assert not any(
            each.startswith(chapter_id(2)) for each in await vectors.ids(PROJECT_ID, await space())
        )

    async def test_interrupted_it_goes_on(self, projects: RecordedProjects) -> None:
        vectors, model = ListedVectors(), CountingModel()
        text = "\n\n".join(f"Day {day}. " + "The mill stood still. " * 40 for day in range(150))
        await projects.create(bible=Bible())
        await projects.approve(1, text)

        class Failing(ListedVectors):
            async def put(self, *arguments: object) -> None:
                await vectors.put(*arguments)  # type: ignore[arg-type]
                raise VectorsUnavailable("gone")

        with pytest.raises(VectorsUnavailable):
            await keeper(projects, Failing(), model).keep(PROJECT_ID)
        done = set(await vectors.ids(PROJECT_ID, await space()))
        assert done
        model.asked.clear()
        await keeper(projects, vectors, model).keep(PROJECT_ID)
        passages = chapter_passages(chapter_id(1), 1, 1, text)
        assert await vectors.ids(PROJECT_ID, await space()) == {
            each.passage_id for each in passages
        }
        assert len(model.asked) == len(passages) - len(done) + 1  # one tells whose vectors they are

    async def test_what_has_a_price_is_in_the_ledger(self, projects: RecordedProjects) -> None:
        await projects.create()
        await keeper(projects, ListedVectors(), PaidModel(), is_paid=True).keep(PROJECT_ID)
        state = await projects.state()
        assert state.paid == pytest.approx(1.0)
        assert state.calls == {}

    async def test_the_ledger_tells_why_something_was_paid(
        self, projects: RecordedProjects
    ) -> None:
        await projects.create()
        (cause,) = await projects.events()
        kept = keeper(projects, ListedVectors(), PaidModel(), is_paid=True)
        await kept.handle(cause)
        wished = len(await projects.events())
        await projects.approve(1, FIRST)
        before = len(await projects.events())
        await kept.keep(PROJECT_ID)
        metadata = [each.event.metadata for each in await projects.events()]
        ids = {(each.correlation_id, each.causation_id) for each in metadata[1:wished]}
        assert ids == {(cause.event.metadata.correlation_id, str(cause.event.event_id))}
        (later,) = {each.correlation_id for each in metadata[before:]}
        assert later not in {None, cause.event.metadata.correlation_id}

    async def test_a_deleted_project_leaves_nothing(self, projects: RecordedProjects) -> None:
        vectors, follower = ListedVectors(), Eraser(projects.store)
        await projects.create()
        await projects.create(OTHER)
        for project_id in (PROJECT_ID, OTHER):
            await projects.approve(1, FIRST, project_id=project_id)
        kept = keeper(projects, vectors, OfflineModel())
        await follow(projects, kept)
        await projects.do(DeleteProject(command_id="delete"))
        for event in await projects.events():
            if event.event.type in ERASED:
                await follower.handle(event)
                await follower.handle(event)
        await follow(projects, kept)
        assert await vectors.ids(PROJECT_ID, await space()) == set()
        assert len(await vectors.ids(OTHER, await space())) > 1
        keys = [each.key async for each in projects.store.list("projects/")]
        assert {key.split("/")[1] for key in keys} == {OTHER}


class TestRebuild:
    @pytest.fixture
    async def settings(self, projects: RecordedProjects, tmp_path: Path) -> Settings:
        """Those of a library with three projects, of which one is deleted."""
        for project_id in (PROJECT_ID, OTHER, "ef" * 16):
            await projects.create(project_id)
            await projects.approve(1, FIRST, LAMP, project_id=project_id)
        await projects.approve(2, SECOND, MILL)
        await projects.do(DeleteProject(command_id="delete"), "ef" * 16)
        return Settings(data_dir=tmp_path)

    async def test_a_rebuilt_graph_equals_the_live_one(
        self, projects: RecordedProjects, settings: Settings, graph: StoryGraph
    ) -> None:
        await follow(projects, GraphKeeper(projects.entities, graph))
        live = [await graph.get(each) for each in (PROJECT_ID, OTHER, "ef" * 16)]
        assert live[0] is not None
        await graph.put(live[0].model_copy(update={"project_id": "00" * 16}))
        told: list[tuple[int, int]] = []
        assert await rebuild_graph(settings, tell=lambda *done: told.append(done)) == 3
        assert told[-1] == (3, 3)
        assert [await graph.get(each) for each in (PROJECT_ID, OTHER, "ef" * 16)] == live
        assert await graph.get("00" * 16) is None

    async def test_one_graph_can_be_rebuilt(
        self, projects: RecordedProjects, settings: Settings, graph: StoryGraph
    ) -> None:
        await follow(projects, GraphKeeper(projects.entities, graph))
        live = await drawn(graph)
        for project_id in (PROJECT_ID, OTHER):
            wrong = ProjectGraph(project_id=project_id, version=1000)
            await graph.put(wrong)
        assert await rebuild_graph(settings, PROJECT_ID) == 1
        assert await drawn(graph) == live
        assert (await drawn(graph, OTHER)).version == 1000

    async def test_rebuilt_vectors_equal_the_live_ones(
        self, projects: RecordedProjects, settings: Settings
    ) -> None:
        async def all_there_is() -> list[object]:
            vectors = open_vectors(settings)
            asked = (await OfflineModel().embed(["snow on the mill"])).vectors[0]
            try:
                return [
                    await vectors.search(each, await space(), asked, 100)
                    for each in (PROJECT_ID, OTHER, "ef" * 16)
                ]
            finally:
                await vectors.close()

        vectors = open_vectors(settings)
        await follow(projects, keeper(projects, vectors, OfflineModel()))
        with pytest.raises(VectorsUnavailable, match="SCRIPTORIUM_VECTORS"):
            await rebuild_vectors(settings)
        await vectors.delete(OTHER, await space(), ["nothing"])
        await vectors.close()
        live = await all_there_is()
        assert live[0] and live[1] and not live[2]
        assert await rebuild_vectors(settings) == 3
        assert await all_there_is() == live
        assert await rebuild_vectors(settings, PROJECT_ID) == 1
        assert await all_there_is() == live

    async def test_the_list_of_projects_can_be_rebuilt(self, settings: Settings) -> None:
        assert await rebuild_projects(settings) == 3
