"""What every object store must do, run against each of them."""

import asyncio
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from adapters.object_store.base import ObjectInfo, ObjectStore
from adapters.object_store.local import LocalStore
from adapters.object_store.s3 import S3Store
from domain.errors import KeyRefused, ObjectMissing, SourceChanged

MIB = 1024 * 1024
LONGEST = "/".join(["k" * 255, "k" * 255, "k" * 255, "k" * 132])
REFUSED_KEYS = {
    "empty": "",
    "dot": ".",
    "dots": "..",
    "out": "../x",
    "out later": "a/../../x",
    "absolute": "/x",
    "empty part": "a//b",
    "dot part": "a/./b",
    "trailing slash": "a/",
    "backslash": "a\\b",
    "nul": "a\0b",
    "newline": "a\nb",
    "c1 control": "a\x85b",
    "surrogate": "a\ud800",
    "too long": LONGEST + "k",
    "too long in bytes": "/".join(["é" * 120] * 4),
    "part too long": "k" * 256,
    "reserved": ".tmp/x",
}
ODD_KEYS = [
    LONGEST,
    "books/Été à la mer.json",
    "日本語/本 1/😀.json",
    "a+b/c%2Fd&e=f?g#h",
    " spaces / around ",
    ".hidden/..dots..",
    "'quotes\"<xml>&amp;",
    "tmp/.tmp",
]


async def listed(store: ObjectStore, prefix: str = "") -> list[str]:
    return [info.key async for info in store.list(prefix)]


class ObjectStoreContract:
    @pytest.fixture
    def store(self) -> ObjectStore:
        raise NotImplementedError("each store's class says how it is made")

    async def test_what_is_put_is_got(self, store: ObjectStore) -> None:
        await store.put("books/1/book.json", b"one")
        assert await store.get("books/1/book.json") == b"one"

    async def test_put_replaces(self, store: ObjectStore) -> None:
        await store.put("a", b"a longer first version")
        await store.put("a", b"second")
        assert await store.get("a") == b"second"

    async def test_create_refuses_what_exists(self, store: ObjectStore) -> None:
        assert await store.create("a/b", b"first") is True
        assert await store.create("a/b", b"second") is False
        assert await store.get("a/b") == b"first"

    async def test_create_sees_what_was_put(self, store: ObjectStore) -> None:
        await store.put("a", b"put")
        assert await store.create("a", b"created") is False
        assert await store.get("a") == b"put"

    async def test_create_is_possible_again_after_delete(self, store: ObjectStore) -> None:
        assert await store.create("a/b", b"first") is True
        await store.delete("a/b")
        assert await store.create("a/b", b"second") is True
        assert await store.get("a/b") == b"second"

    async def test_one_of_racing_creates_wins(self, store: ObjectStore) -> None:
        writers = range(20)
        won = await asyncio.gather(*(store.create("a/b", b"%d" % number) for number in writers))
        assert won.count(True) == 1
        assert await store.get("a/b") == b"%d" % won.index(True)

    async def test_get_missing(self, store: ObjectStore, tmp_path: Path) -> None:
        await store.put("a/b", b"there")
        for key in ("x", "a", "a/x", "a/b/x"):
            with pytest.raises(ObjectMissing, match=key):
                await store.get(key)
            with pytest.raises(ObjectMissing, match=key):
                await store.get_range(key, 0, 1)
            with pytest.raises(ObjectMissing, match=key):
                await store.download(key, tmp_path / "target")
            assert await store.head(key) is None
            assert store.local_path(key) is None

    @pytest.mark.parametrize(
        ("start", "length", "expected"),
        [
            (0, 1, b"0"),
            (0, 10, b"0123456789"),
            (3, 4, b"3456"),
            (9, 1, b"9"),
            (8, 100, b"89"),
            (0, 10**15, b"0123456789"),
            (10, 1, b""),
            (10**15, 10, b""),
        ],
    )
    async def test_range(
        self, store: ObjectStore, start: int, length: int, expected: bytes
    ) -> None:
        await store.put("a", b"0123456789")
        assert await store.get_range("a", start, length) == expected

    async def test_range_of_an_empty_object(self, store: ObjectStore) -> None:
        await store.put("a", b"")
        assert await store.get_range("a", 0, 1) == b""

    @pytest.mark.parametrize(("start", "length"), [(-1, 1), (0, 0), (0, -1)])
    async def test_range_without_sense(self, store: ObjectStore, start: int, length: int) -> None:
        await store.put("a", b"0123456789")
        with pytest.raises(ValueError, match="range"):
            await store.get_range("a", start, length)

    @pytest.mark.parametrize("size", [0, 1, 16 * MIB, 16 * MIB + 1, 33 * MIB])
    async def test_files_go_there_and_back(
        self, store: ObjectStore, tmp_path: Path, size: int
    ) -> None:
        source, target = tmp_path / "source", tmp_path / "out" / "target"
        target.parent.mkdir()
        data = Random(size).randbytes(size)
        source.write_bytes(data)
        await store.upload("books/1/source", source)
        await store.download("books/1/source", target)
        assert sha256(target.read_bytes()).digest() == sha256(data).digest()
        assert await store.head("books/1/source") == ObjectInfo("books/1/source", size)
        assert [path.name for path in target.parent.iterdir()] == ["target"]

    async def test_upload_and_download_replace(self, store: ObjectStore, tmp_path: Path) -> None:
        file = tmp_path / "file"
        await store.put("a", b"old object")
        file.write_bytes(b"new")
        await store.upload("a", file)
        assert await store.get("a") == b"new"
        file.write_bytes(b"old file")
        await store.download("a", file)
        assert file.read_bytes() == b"new"

    @pytest.mark.parametrize("size", [7, 17 * MIB])
    async def test_an_upload_is_what_it_was_meant_to_be(
        self, store: ObjectStore, tmp_path: Path, size: int
    ) -> None:
        file = tmp_path / "file"
        file.write_bytes(bytes(size))
        meant = sha256(bytes(size)).hexdigest()
        await store.upload("meant", file, meant)
        with file.open("ab") as growing:
            growing.write(b"more")
        with pytest.raises(SourceChanged):
            await store.upload("other", file, meant)
        assert [item async for item in store.list()] == [ObjectInfo("meant", size)]

    async def test_upload_of_no_file(self, store: ObjectStore, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            await store.upload("a", tmp_path / "nothing")
        assert await store.head("a") is None

    async def test_missing_download_leaves_nothing_behind(
        self, store: ObjectStore, tmp_path: Path
    ) -> None:
        folder = tmp_path / "out"
        folder.mkdir()
        with pytest.raises(ObjectMissing):
            await store.download("x", folder / "target")
        assert list(folder.iterdir()) == []

    async def test_download_to_no_folder(self, store: ObjectStore, tmp_path: Path) -> None:
        await store.put("a", b"there")
        with pytest.raises(FileNotFoundError):
            await store.download("a", tmp_path / "nothing" / "target")

    async def test_list_is_in_byte_order(self, store: ObjectStore) -> None:
        keys = ["a-b", "a.b", "a/b", "a/b-", "a/b.c/d", "a0", "ab/c", "ab-", "Z", "é", "z/z"]
        keys += ["日本/1", "\uff5e", "😀", "b/2", "b/10", "b/1/x", "b/1-x"]
        for key in Random(1).sample(keys, len(keys)):
            await store.put(key, key.encode())
        found = [info async for info in store.list()]
        assert [info.key for info in found] == sorted(keys, key=str.encode)
        assert all(info.size == len(info.key.encode()) for info in found)

    async def test_list_by_prefix(self, store: ObjectStore) -> None:
        for key in ("books/1/a", "books/1/b", "books/10/a", "books/.x/a", "bookshop", "c"):
            await store.put(key, b"")
        assert await listed(store, "books/1") == ["books/1/a", "books/1/b", "books/10/a"]
        assert await listed(store, "books/1/") == ["books/1/a", "books/1/b"]
        assert await listed(store, "books/1/b") == ["books/1/b"]
        assert await listed(store, "books/.") == ["books/.x/a"]
        assert await listed(store, "bookshop") == ["bookshop"]
        assert await listed(store, "bookshop/") == []
        assert await listed(store, "x/y/") == []

    async def test_list_of_nothing(self, store: ObjectStore) -> None:
        assert await listed(store) == []

    async def test_delete(self, store: ObjectStore) -> None:
        await store.put("a/b", b"there")
        await store.delete("a/b")
        await store.delete("a/b")
        assert await store.head("a/b") is None
        assert await listed(store) == []

    async def test_delete_of_a_part_of_a_key(self, store: ObjectStore) -> None:
        await store.put("a/b", b"there")
        await store.delete("a")
        await store.delete("a/b/c")
        assert await store.get("a/b") == b"there"

    @pytest.mark.parametrize("key", ODD_KEYS)
    async def test_odd_keys(self, store: ObjectStore, key: str) -> None:
        await store.put(key, b"odd")
        assert await store.get(key) == b"odd"
        assert await store.head(key) == ObjectInfo(key, 3)
        assert await listed(store) == [key]
        assert await store.create(key, b"again") is False
        await store.delete(key)
        assert await listed(store, key) == []

    @pytest.mark.parametrize("name", REFUSED_KEYS)
    async def test_refused_keys(self, store: ObjectStore, tmp_path: Path, name: str) -> None:
        key = REFUSED_KEYS[name]
        file = tmp_path / "file"
        file.write_bytes(b"local")
        for call in (
            store.put(key, b""),
            store.create(key, b""),
            store.upload(key, file),
            store.get(key),
            store.get_range(key, 0, 1),
            store.download(key, file),
            store.head(key),
            store.delete(key),
        ):
            with pytest.raises(KeyRefused):
                await call
        with pytest.raises(KeyRefused):
            store.local_path(key)
        assert file.read_bytes() == b"local"

    @pytest.mark.parametrize("prefix", ["/", "/a", "../", "a/../b", "a//b", "a\\", "a\0", ".tmp/"])
    async def test_refused_prefixes(self, store: ObjectStore, prefix: str) -> None:
        with pytest.raises(KeyRefused):
            await listed(store, prefix)

    async def test_close_twice(self, store: ObjectStore) -> None:
        await store.put("a", b"there")
        await store.close()
        await store.close()


class TestLocalStore(ObjectStoreContract):
    @pytest.fixture
    def store(self, local_store: LocalStore) -> ObjectStore:
        return local_store


class TestS3Store(ObjectStoreContract):
    @pytest.fixture
    def store(self, s3_store: S3Store) -> ObjectStore:
        return s3_store
