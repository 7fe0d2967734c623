import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.object_store.local import LocalStore
from adapters.object_store.node_cache import NodeCache
from domain.errors import ObjectMissing, StoreUnavailable

LONG_AGO = 2 * 3600  # seconds; what was used within the last hour is in use
BOOK = b"0123456789"


class RemoteStore(LocalStore):
    """A store somewhere else: its objects must be fetched, and it notes which were."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.fetched: list[str] = []
        self.failures = 0

    def local_path(self, key: str) -> Path | None:
        return None

    async def download(self, key: str, target: Path) -> None:
        self.fetched.append(key)
        await asyncio.sleep(0)  # lets the others go on, as a network would
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("the store did not answer")
        await super().download(key, target)


@pytest.fixture
async def store(tmp_path: Path) -> RemoteStore:
    store = RemoteStore(tmp_path / "store")
    for name in "abcd":
        await store.put(f"books/{name}/source", BOOK + name.encode())
    return store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def cache_of(store: LocalStore, folder: Path, books: int = 100) -> NodeCache:
    """A cache with room for a number of books."""
    return NodeCache(store, folder, books * (len(BOOK) + 1))


def last_used(path: Path, seconds_ago: float) -> None:
    then = time.time() - seconds_ago
    os.utime(path, (then, then))


async def test_an_object_is_fetched_once(store: RemoteStore, folder: Path) -> None:
    cache = cache_of(store, folder)
    first = await cache.path("books/a/source")
    assert first.read_bytes() == b"0123456789a"
    assert first.is_relative_to(folder)
    assert await cache.path("books/a/source") == first
    assert store.fetched == ["books/a/source"]


async def test_callers_who_come_together_share_one_fetch(store: RemoteStore, folder: Path) -> None:
    caches = [cache_of(store, folder) for _ in range(6)]
    paths = await asyncio.gather(*(cache.path("books/a/source") for cache in caches))
    assert store.fetched == ["books/a/source"]
    assert {path.read_bytes() for path in paths} == {b"0123456789a"}


async def test_threads_share_one_fetch(store: RemoteStore, folder: Path) -> None:
    def fetch(name: str) -> bytes:
        return asyncio.run(cache_of(store, folder).path(f"books/{name}/source")).read_bytes()

    with ThreadPoolExecutor(4) as pool:
        contents = list(pool.map(fetch, "abababab"))
    assert contents == [b"0123456789a", b"0123456789b"] * 4
    assert sorted(store.fetched) == ["books/a/source", "books/b/source"]


async def test_objects_do_not_get_mixed_up(store: RemoteStore, folder: Path) -> None:
    cache = cache_of(store, folder)
    paths = [await cache.path(f"books/{name}/source") for name in "abcd"]
    assert [path.read_bytes()[-1:] for path in paths] == [b"a", b"b", b"c", b"d"]


async def test_a_local_store_is_read_in_place(
    store: RemoteStore, folder: Path, tmp_path: Path
) -> None:
    local = LocalStore(tmp_path / "store")
    path = await cache_of(local, folder).path("books/a/source")
    assert path == local.local_path("books/a/source")
    assert not folder.exists()


async def test_a_missing_object_is_missing_each_time(store: RemoteStore, folder: Path) -> None:
    cache = cache_of(store, folder)
    for _ in range(2):
        with pytest.raises(ObjectMissing, match="books/z/source"):
            await cache.path("books/z/source")
    await store.put("books/z/source", b"there now")
    assert (await cache.path("books/z/source")).read_bytes() == b"there now"


async def test_a_failed_fetch_leaves_it_to_the_next_caller(
    store: RemoteStore, folder: Path
) -> None:
    cache = cache_of(store, folder)
    store.failures = 1
    results = await asyncio.gather(
        *(cache.path("books/a/source") for _ in range(3)), return_exceptions=True
    )
    failed = [result for result in results if isinstance(result, StoreUnavailable)]
    paths = [result for result in results if isinstance(result, Path)]
    assert (len(failed), len(paths)) == (1, 2)
    assert {path.read_bytes() for path in paths} == {b"0123456789a"}
    assert len(store.fetched) == 2


async def test_the_longest_unused_go_when_there_is_no_room(
    store: RemoteStore, folder: Path
) -> None:
    cache = cache_of(store, folder, books=2)
    a, b, c = [await cache.path(f"books/{name}/source") for name in "abc"]
    last_used(a, LONG_AGO)
    last_used(b, LONG_AGO + 60)
    last_used(c, LONG_AGO + 30)
    d = await cache.path("books/d/source")
    assert [path.exists() for path in (a, b, c, d)] == [True, False, False, True]
    assert (await cache.path("books/b/source")).read_bytes() == b"0123456789b"
    assert store.fetched.count("books/b/source") == 2


async def test_what_another_process_removes_meanwhile_is_not_made_up(
    store: RemoteStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = cache_of(store, folder)
    path = await cache.path("books/a/source")
    touch = Path.touch

    def removed_first(self: Path, mode: int = 0o666, exist_ok: bool = True) -> None:
        self.unlink(missing_ok=True)
        touch(self, mode, exist_ok)

    monkeypatch.setattr(Path, "touch", removed_first)
    assert await cache.path("books/a/source") == path
    assert path.read_bytes() == b"0123456789a"


async def test_what_is_in_use_stays_even_without_room(store: RemoteStore, folder: Path) -> None:
    cache = cache_of(store, folder, books=0)
    a, b, c = [await cache.path(f"books/{name}/source") for name in "abc"]
    last_used(b, LONG_AGO)
    d = await cache.path("books/d/source")
    assert [path.exists() for path in (a, b, c, d)] == [True, False, True, True]


async def test_use_keeps_an_object(store: RemoteStore, folder: Path) -> None:
    cache = cache_of(store, folder, books=1)
    a, b = [await cache.path(f"books/{name}/source") for name in "ab"]
    last_used(a, LONG_AGO)
    last_used(b, LONG_AGO)
    assert await cache.path("books/a/source") == a
    await cache.path("books/c/source")
    assert (a.exists(), b.exists()) == (True, False)


async def test_nothing_goes_while_there_is_room(store: RemoteStore, folder: Path) -> None:
    cache = cache_of(store, folder, books=4)
    paths = [await cache.path(f"books/{name}/source") for name in "abc"]
    for path in paths:
        last_used(path, LONG_AGO)
    await cache.path("books/d/source")
    assert all(path.exists() for path in paths)


async def test_files_of_others_in_the_folder_stay(store: RemoteStore, folder: Path) -> None:
    folder.mkdir()
    note = folder / "README.txt"
    note.write_bytes(b"x" * 1000)
    last_used(note, LONG_AGO)
    await cache_of(store, folder, books=1).path("books/a/source")
    assert note.exists()
