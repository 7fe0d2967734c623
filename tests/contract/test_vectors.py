"""Passages in Chroma's embedded database and on its server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from adapters.vectors.base import VectorStore
from adapters.vectors.chroma import ChromaVectors, collection_name
from adapters.vectors.chroma_connections import ChromaServer as ServerConnection
from adapters.vectors.chroma_connections import EmbeddedChroma
from domain.errors import VectorsUnavailable
from tests.contract.chroma_server import ChromaServer
from tests.contract.server_process import HOST, free_port
from tests.contract.vectors_cases import EAST, SPACE, VectorsCases, found, passage

PROJECT = "ab" * 16


class Opened:
    """Fixtures of a class that says how to open one."""

    @pytest.fixture
    async def store(self, new: Callable[[], VectorStore]) -> AsyncIterator[VectorStore]:
        store = new()
        yield store
        await store.close()


class TestEmbedded(Opened, VectorsCases):
    @pytest.fixture
    def new(self, tmp_path: Path) -> Callable[[], VectorStore]:
        return lambda: ChromaVectors(EmbeddedChroma(tmp_path / "vectors"), seconds=30)

    async def test_its_files_have_one_owner(
        self, store: VectorStore, new: Callable[[], VectorStore]
    ) -> None:
        await store.put(PROJECT, SPACE, [passage(1)], [EAST])
        second = new()
        with pytest.raises(VectorsUnavailable, match="SCRIPTORIUM_VECTORS"):
            await second.search(PROJECT, SPACE, EAST, 9)
        await store.close()
        assert found(await second.search(PROJECT, SPACE, EAST, 9)) == [(1, 1.0)]
        await second.close()

    async def test_many_projects_do_not_hold_many_files(
        self, store: VectorStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("adapters.vectors.chroma_connections._OPEN_INDEXES", 1)
        for number in range(60):
            await store.put(f"{number}", SPACE, [passage(number)], [EAST])
        for number in range(60):
            assert found(await store.search(f"{number}", SPACE, EAST, 9)) == [(number, 1.0)]
        files = [each.path for each in psutil.Process().open_files()]
        assert 0 < sum(each.startswith(str(tmp_path)) for each in files) < 200  # else 240 and more

    async def test_a_folder_that_cannot_be_had(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        store = ChromaVectors(EmbeddedChroma(tmp_path / "file" / "vectors"), seconds=30)
        with pytest.raises(VectorsUnavailable, match="vectors"):
            await store.ping()
        await store.close()

    async def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        folder = tmp_path / "vectors"
        folder.mkdir()
        (folder / "chroma.sqlite3").write_text("Dear diary," * 1000)
        store = ChromaVectors(EmbeddedChroma(folder), seconds=30)
        with pytest.raises(VectorsUnavailable, match="vectors"):
            await store.ping()
        await store.close()


class TestServer(Opened, VectorsCases):
    @pytest.fixture
    def new(self, chroma_server: ChromaServer) -> Callable[[], VectorStore]:
        return lambda: ChromaVectors(ServerConnection(chroma_server.url, seconds=30), seconds=30)

    async def test_others_collections_are_let_be(
        self, store: VectorStore, chroma_server: ChromaServer
    ) -> None:
        client = ServerConnection(chroma_server.url, seconds=30)
        other = client.open()
        other.create_collection("of-somebody-else", embedding_function=None)
        await store.put(PROJECT, SPACE, [passage(1)], [EAST])
        await store.clear()
        assert [each.name for each in other.list_collections()] == ["of-somebody-else"]
        other.delete_collection("of-somebody-else")
        client.close()

    async def test_a_collection_that_somebody_else_dropped_is_made_again(
        self, store: VectorStore, new: Callable[[], VectorStore]
    ) -> None:
        other = new()
        await store.put(PROJECT, SPACE, [passage(1)], [EAST])
        await other.put(PROJECT, SPACE, [passage(2)], [EAST])
        await other.remove(PROJECT)
        assert await store.search(PROJECT, SPACE, EAST, 9) == []
        await store.put(PROJECT, SPACE, [passage(3)], [EAST])
        assert found(await other.search(PROJECT, SPACE, EAST, 9)) == [(3, 1.0)]
        await other.close()
        await store.remove(PROJECT)

    async def test_nobody_listens(self) -> None:
        connection = ServerConnection(f"http://{HOST}:{free_port()}", seconds=5)
        store = ChromaVectors(connection, seconds=5)
        with pytest.raises(VectorsUnavailable, match=HOST):
            await store.put(PROJECT, SPACE, [passage(1)], [EAST])
        await store.close()

    async def test_a_server_that_was_away_is_found_again(
        self, store: VectorStore, chroma_server: ChromaServer
    ) -> None:
        await store.put(PROJECT, SPACE, [passage(1)], [EAST])
        chroma_server.kill()
        try:
            with pytest.raises(VectorsUnavailable):
                await store.search(PROJECT, SPACE, EAST, 9)
            with pytest.raises(VectorsUnavailable):
                await store.ping()
        finally:
            chroma_server.start()
        assert found(await store.search(PROJECT, SPACE, EAST, 9)) == [(1, 1.0)]
        await store.remove(PROJECT)

    async def test_a_server_that_hangs_is_not_waited_for(self, chroma_server: ChromaServer) -> None:
        store = ChromaVectors(ServerConnection(chroma_server.url, seconds=1), seconds=1)
        await store.put(PROJECT, SPACE, [passage(1)], [EAST])
        chroma_server.pause()
        try:
            searches = [store.search(PROJECT, SPACE, EAST, 9) for _ in range(6)]  # threads are 4
            found_instead = await asyncio.gather(*searches, return_exceptions=True)
            assert {type(each) for each in found_instead} == {VectorsUnavailable}
        finally:
            chroma_server.resume()
        assert found(await store.search(PROJECT, SPACE, EAST, 9)) == [(1, 1.0)]
        await store.remove(PROJECT)
        await store.close()


@pytest.mark.parametrize("space", ["", "a/b c", "x" * 1000, "Ä\0"])
def test_names_of_collections_fit_whatever_they_are_made_of(space: str) -> None:
    name = collection_name(f"{space}project", space)
    assert 3 <= len(name) <= 512
    assert name.replace("-", "").isalnum()
    assert name.isascii()
    assert name != collection_name(f"{space}project", f"{space} ")
