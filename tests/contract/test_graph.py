"""The story graph on networkx and in Neo4j."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from adapters.graph.base import StoryGraph
from adapters.graph.neo4j_address import neo4j_address
from adapters.graph.neo4j_graph import Neo4jGraph
from adapters.graph.networkx_graph import NetworkxGraph
from domain.errors import GraphUnavailable, RecordDamaged, SettingsError
from tests.contract.graph_cases import SEES, GraphCases, graph
from tests.contract.neo4j_server import PASSWORD, Neo4jServer
from tests.contract.server_process import HOST, free_port

PROJECT = "ab" * 16


class Opened:
    """Fixtures of a class that says how to open one."""

    @pytest.fixture
    async def story(self, new: Callable[[], StoryGraph]) -> AsyncIterator[StoryGraph]:
        story = new()
        yield story
        await story.close()

    @pytest.fixture
    async def other(self, new: Callable[[], StoryGraph]) -> AsyncIterator[StoryGraph]:
        """The same graphs, seen from elsewhere."""
        other = new()
        yield other
        await other.close()


class TestNetworkx(Opened, GraphCases):
    @pytest.fixture
    def new(self, tmp_path: Path) -> Callable[[], StoryGraph]:
        return lambda: NetworkxGraph(tmp_path / "graph")

    async def test_a_damaged_file_is_named(self, story: StoryGraph, tmp_path: Path) -> None:
        await story.put(graph(PROJECT))
        (path,) = (tmp_path / "graph").glob("*.json")
        path.write_text(json.dumps({"project_id": PROJECT}))
        with pytest.raises(RecordDamaged, match=r"jobs\.rebuild graph"):
            await story.get(PROJECT)

    async def test_a_damaged_file_is_written_anew(self, story: StoryGraph, tmp_path: Path) -> None:
        await story.put(graph(PROJECT))
        (path,) = (tmp_path / "graph").glob("*.json")
        path.write_bytes(b"")
        await story.remove(PROJECT)
        await story.put(graph(PROJECT))
        assert await story.get(PROJECT) == graph(PROJECT)

    async def test_a_folder_that_cannot_be_had(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        story = NetworkxGraph(tmp_path / "file" / "graph")
        with pytest.raises(GraphUnavailable, match="file"):
            await story.put(graph(PROJECT))
        with pytest.raises(GraphUnavailable):
            await story.ping()

    async def test_a_file_is_read_once(
        self, story: StoryGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await story.put(graph(PROJECT))
        assert await story.get(PROJECT) == graph(PROJECT)
        monkeypatch.setattr("adapters.graph.networkx_graph.ProjectGraph", None)
        assert await story.get(PROJECT) == graph(PROJECT)

    @pytest.mark.parametrize("project", ["..", "a/b", ".lock", "Ä b"])
    async def test_ids_are_no_paths(self, story: StoryGraph, project: str) -> None:
        await story.put(graph(project))
        assert await story.get(project) == graph(project)


class TestNeo4j(Opened, GraphCases):
    @pytest.fixture
    def new(self, neo4j_server: Neo4jServer) -> Callable[[], StoryGraph]:
        return lambda: Neo4jGraph(neo4j_address(neo4j_server.url()), seconds=30)

    async def test_others_nodes_are_let_be(
        self, story: StoryGraph, neo4j_server: Neo4jServer
    ) -> None:
        neo4j_server.execute("CREATE (:Character {name: 'of somebody else'})")
        await story.put(graph(PROJECT))
        await story.clear()
        assert neo4j_server.execute("MATCH (n) RETURN n.name") == [["of somebody else"]]
        neo4j_server.execute("MATCH (n) DELETE n")

    async def test_it_can_be_looked_at(self, story: StoryGraph, neo4j_server: Neo4jServer) -> None:
        await story.put(graph(PROJECT))
        rows = neo4j_server.execute(
            "MATCH (c:Character)-[:SUBJECT_OF]->(f:Fact)-[:ABOUT]->(p:Place {name: 'Gull Rock'}), "
            "(f)-[:TOLD_IN]->(t:Chapter) RETURN c.name, f.predicate, t.name ORDER BY c.name"
        )
        assert rows == [["Ida Voss", "located_in", "1"], ["Tomas", "located_in", "2"]]
        await story.clear()

    async def test_what_stays_is_not_written_again(
        self, story: StoryGraph, neo4j_server: Neo4jServer
    ) -> None:
        ids = "MATCH (n:Scriptorium {project: $project}) RETURN elementId(n) AS id ORDER BY id"
        ids = ids.replace("$project", f"'{PROJECT}'")
        await story.put(graph(PROJECT, 1))
        before = neo4j_server.execute(ids)
        await story.put(graph(PROJECT, 2))
        assert neo4j_server.execute(ids) == before
        await story.clear()

    async def test_many_may_begin_at_once(
        self, new: Callable[[], StoryGraph], neo4j_server: Neo4jServer
    ) -> None:
        neo4j_server.execute("DROP CONSTRAINT scriptorium_id IF EXISTS")
        stories = [new() for _ in range(4)]
        try:
            await asyncio.gather(*(story.put(graph(PROJECT)) for story in stories))
            assert await stories[0].get(PROJECT) == graph(PROJECT)
            assert ["scriptorium_id"] in neo4j_server.execute("SHOW CONSTRAINTS YIELD name")
            await stories[0].clear()
        finally:
            for story in stories:
                await story.close()

    @pytest.mark.parametrize("password", ["wrong", "p%40ss%2Fword"])
    async def test_a_wrong_password_is_a_matter_of_settings(
        self, neo4j_server: Neo4jServer, password: str
    ) -> None:
        story = Neo4jGraph(neo4j_address(neo4j_server.url(password=password)), seconds=20)
        with pytest.raises(SettingsError, match="SCRIPTORIUM_GRAPH") as caught:
            await story.ping()
        assert password not in str(caught.value)
        assert str(neo4j_server.port) in str(caught.value)
        await story.close()

    async def test_an_unknown_database_is_a_matter_of_settings(
        self, neo4j_server: Neo4jServer
    ) -> None:
        story = Neo4jGraph(neo4j_address(f"{neo4j_server.url()}/elsewhere"), seconds=20)
        with pytest.raises(SettingsError, match="no such database"):
            await story.get(PROJECT)
        await story.close()

    async def test_nobody_listens(self) -> None:
        address = neo4j_address(f"bolt://neo4j:{PASSWORD}@{HOST}:{free_port()}")
        story = Neo4jGraph(address, seconds=1)
        with pytest.raises(GraphUnavailable, match="SCRIPTORIUM_GRAPH") as caught:
            await story.put(graph(PROJECT))
        assert PASSWORD not in str(caught.value)
        await story.close()

    async def test_a_server_that_hangs_is_not_waited_for(
        self, neo4j_server: Neo4jServer, other: StoryGraph
    ) -> None:
        story = Neo4jGraph(neo4j_address(neo4j_server.url()), seconds=1)
        try:
            await story.ping()
            neo4j_server.pause()
            with pytest.raises(GraphUnavailable, match="1 s"):
                await story.put(graph(PROJECT))
        finally:
            neo4j_server.resume()
            await story.close()
        await other.put(graph(PROJECT, 1, (SEES,)))
        assert await other.get(PROJECT) == graph(PROJECT, 1, (SEES,))
        await other.clear()
