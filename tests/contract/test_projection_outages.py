"""Projections whose server goes away: events wait, the story goes on, then all is caught up."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from actors.dispatching.consumer import Consumer, RetryPolicy
from adapters.graph.neo4j_address import neo4j_address
from adapters.graph.neo4j_graph import Neo4jGraph
from adapters.llm.offline import OfflineModel
from adapters.vectors.base import space_of
from adapters.vectors.chroma import ChromaVectors
from adapters.vectors.chroma_connections import ChromaServer as ServerConnection
from cluster.telemetry import Tally
from jobs.consumers.graph import GraphKeeper, project_graph
from jobs.consumers.projections import WANTED
from jobs.consumers.vectors import VectorKeeper, embedding
from tests.contract.chroma_server import ChromaServer
from tests.contract.neo4j_server import Neo4jServer
from tests.unit.followed_log import FollowedLog, eventually
from tests.unit.project_story import fact
from tests.unit.recorded_projects import PROJECT_ID, RecordedProjects, recorded_projects

ENDURANCE = RetryPolicy(attempts=2000)


@pytest.fixture
async def projects(tmp_path: Path) -> AsyncIterator[RecordedProjects]:
    async with recorded_projects(tmp_path) as projects:
        yield projects


async def test_the_graph_catches_up(projects: RecordedProjects, neo4j_server: Neo4jServer) -> None:
    graph = Neo4jGraph(neo4j_address(neo4j_server.url()), seconds=3)
    keeper = GraphKeeper(projects.entities, graph)
    consumer = Consumer("graph", keeper.handle, wants={"project": WANTED}, retries=ENDURANCE)
    followed = FollowedLog(projects.log)
    async with followed.delivering(consumer) as delivery:
        await projects.create()
        await projects.approve(1, "Ilse came.", fact("Ilse", "located_in", "the mill", 1))
        head = await projects.log.head()
        await eventually(lambda: delivery.window.done == head)
        neo4j_server.pause()
        try:
            await projects.approve(2, "Ilse left.", fact("Ilse", "hair", "white", 2))
            await eventually(lambda: followed.metrics.counts["graph", Tally.RETRIES])
        finally:
            neo4j_server.resume()
        head = await projects.log.head()
        await eventually(lambda: delivery.saved == head)
    assert await projects.log.count_dead_letters() == {}
    state = await projects.state()
    kept = await graph.get(PROJECT_ID)
    assert kept is not None
    assert kept == project_graph(PROJECT_ID, kept.version, state)
    assert {each.predicate for each in kept.facts} >= {"located_in", "hair"}
    await graph.clear()
    await graph.close()


async def test_the_vectors_catch_up(
    projects: RecordedProjects, chroma_server: ChromaServer
) -> None:
    vectors = ChromaVectors(ServerConnection(chroma_server.url, seconds=5), seconds=5)
    model = OfflineModel()
    keeper = VectorKeeper(
        projects.entities,
        projects.texts,
        vectors,
        embedding(projects.entities, model, is_paid=False),
    )
    space = space_of((await model.embed(["a"])).origin)
    consumer = Consumer("vectors", keeper.handle, wants={"project": WANTED}, retries=ENDURANCE)
    followed = FollowedLog(projects.log)
    async with followed.delivering(consumer) as delivery:
        await projects.create()
        head = await projects.log.head()
        await eventually(lambda: delivery.window.done == head)
        before = len(await vectors.ids(PROJECT_ID, space))
        chroma_server.kill()
        try:
            await projects.approve(1, "Ilse carried the lamp up to the mill.")
            await eventually(lambda: followed.metrics.counts["vectors", Tally.RETRIES])
        finally:
            chroma_server.start()
        head = await projects.log.head()
        await eventually(lambda: delivery.saved == head)
    assert await projects.log.count_dead_letters() == {}
    assert len(await vectors.ids(PROJECT_ID, space)) == before + 1
    await vectors.remove(PROJECT_ID)
    await vectors.close()
