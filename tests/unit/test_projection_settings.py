"""Where the story graph and the vectors are."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from adapters.graph.neo4j_address import neo4j_address
from adapters.graph.neo4j_graph import Neo4jGraph
from adapters.graph.networkx_graph import NetworkxGraph
from adapters.vectors.chroma import ChromaVectors
from cluster.settings import Settings
from cluster.wiring import open_graph, open_vectors

PASSWORD = "a-password-that-nobody-may-see"


@pytest.mark.parametrize(
    ("text", "uri", "auth", "database"),
    [
        ("bolt://host", "bolt://host", None, None),
        ("neo4j://a:b@host:7687/novels", "neo4j://host:7687", ("a", "b"), "novels"),
        ("neo4j+s://a:p%40%2Fx@[::1]:1/", "neo4j+s://[::1]:1", ("a", "p@/x"), None),
        ("bolt+ssc://a@host", "bolt+ssc://host", ("a", ""), None),
    ],
)
def test_an_address_of_neo4j(
    text: str, uri: str, auth: tuple[str, str] | None, database: str | None
) -> None:
    assert neo4j_address(text) == (uri, auth, database)
    assert "b@" not in neo4j_address(text).place


@pytest.mark.parametrize(
    "text",
    ["host:7687", f"http://u:{PASSWORD}@h", f"bolt://u:{PASSWORD}@", f"bolt://u:{PASSWORD}@h:x"],
)
def test_what_is_no_address_of_neo4j_is_refused_without_its_password(text: str) -> None:
    with pytest.raises(ValidationError, match="neo4j://user:password@host") as caught:
        Settings(graph=SecretStr(text))
    assert PASSWORD not in str(caught.value)


def test_the_password_is_not_shown() -> None:
    assert PASSWORD not in repr(Settings(graph=SecretStr(f"bolt://neo4j:{PASSWORD}@host")))


@pytest.mark.parametrize(
    "text", ["host:8000", "ftp://host", "http://", "http://u:p@h", "http://h:x"]
)
def test_what_is_no_address_of_chroma_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="http://host:8000"):
        Settings(vectors=text)


async def test_the_graph_is_opened_without_asking_the_network(tmp_path: Path) -> None:
    assert isinstance(open_graph(Settings(data_dir=tmp_path)), NetworkxGraph)
    graph = open_graph(Settings(graph=SecretStr("neo4j://a:b@host")))
    assert isinstance(graph, Neo4jGraph)
    await graph.close()


async def test_the_vectors_are_opened_without_asking_the_network(tmp_path: Path) -> None:
    for settings in (Settings(data_dir=tmp_path), Settings(vectors="https://host")):
        vectors = open_vectors(settings)
        assert isinstance(vectors, ChromaVectors)
        await vectors.close()
    assert list(tmp_path.iterdir()) == []
