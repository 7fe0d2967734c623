"""What only the local store must do."""

import asyncio
import multiprocessing
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from adapters.object_store.local import LocalStore
from domain.errors import KeyRefused, ObjectMissing, StoreRefused, StoreUnavailable

KEYS = [f"race/{number}" for number in range(50)]


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


@contextmanager
def limited(kind: int, limit: int) -> Iterator[None]:
    """This process with less of a resource."""
    soft, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(kind, (soft, hard))


def create_all(root: Path, start: Barrier, writer: bytes) -> list[bool]:
    """Create every one of KEYS, in a process of its own."""

    async def run() -> list[bool]:
        store = LocalStore(root)
        start.wait(timeout=60)
        return [await store.create(key, writer) for key in KEYS]

    return asyncio.run(run())


async def test_of_two_processes_one_creates(local_store: LocalStore, root: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(2) as pool:
        start = manager.Barrier(2)
        running = [pool.apply_async(create_all, (root, start, writer)) for writer in (b"0", b"1")]
        first, second = (result.get(timeout=120) for result in running)
    assert [one != other for one, other in zip(first, second, strict=True)] == [True] * len(KEYS)
    for key, first_won in zip(KEYS, first, strict=True):
        assert await local_store.get(key) == (b"0" if first_won else b"1")


async def test_writes_leave_no_unfinished_files(
    local_store: LocalStore, root: Path, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"local")
    await local_store.put("a/put", b"data")
    await local_store.create("a/created", b"data")
    await local_store.create("a/created", b"data")
    await local_store.upload("a/uploaded", file)
    assert files_below(root) == {"a/put", "a/created", "a/uploaded"}


async def test_failed_write_leaves_the_old_object(
    local_store: LocalStore, root: Path, tmp_path: Path
) -> None:
    large = tmp_path / "large"
    large.write_bytes(bytes(3_000_000))
    await local_store.put("a", b"old")
    with limited(resource.RLIMIT_FSIZE, 2_000_000):
        with pytest.raises(StoreRefused, match="'a': File too large"):
            await local_store.put("a", large.read_bytes())
        with pytest.raises(StoreRefused, match="File too large"):
            await local_store.upload("a", large)
        with pytest.raises(StoreRefused, match="File too large"):
            await local_store.create("b", large.read_bytes())
    assert await local_store.get("a") == b"old"
    assert files_below(root) == {"a"}


async def test_failed_download_leaves_the_old_file(local_store: LocalStore, tmp_path: Path) -> None:
    target = tmp_path / "out" / "target"
    target.parent.mkdir()
    target.write_bytes(b"old")
    await local_store.put("a", bytes(3_000_000))
    with limited(resource.RLIMIT_FSIZE, 2_000_000), pytest.raises(OSError, match="too large"):
        await local_store.download("a", target)
    assert target.read_bytes() == b"old"
    assert files_below(target.parent) == {"target"}


async def test_want_of_a_resource_can_be_retried(local_store: LocalStore) -> None:
    await local_store.put("a", b"there")
    with limited(resource.RLIMIT_NOFILE, 3):
        with pytest.raises(StoreUnavailable, match="Too many open files"):
            await local_store.get("a")
        with pytest.raises(StoreUnavailable, match="Too many open files"):
            await local_store.put("a", b"new")
        with pytest.raises(StoreUnavailable, match="Too many open files"):
            await anext(local_store.list())
    assert await local_store.get("a") == b"there"


async def test_root_that_is_a_file_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "file"
    root.write_bytes(b"")
    store = LocalStore(root / "store")
    with pytest.raises(StoreRefused, match="not a folder"):
        await store.put("a", b"")


async def test_links_do_not_lead_out(local_store: LocalStore, root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = outside / "secret"
    secret.write_bytes(b"secret")
    await local_store.put("books/a", b"inside")
    (root / "folder").symlink_to(outside)
    (root / "books" / "secret").symlink_to(secret)

    for key in ("folder/secret", "folder/new", "books/secret"):
        for call in (
            local_store.get(key),
            local_store.get_range(key, 0, 1),
            local_store.head(key),
            local_store.put(key, b"changed"),
            local_store.create(key, b"changed"),
            local_store.upload(key, secret),
            local_store.download(key, tmp_path / "target"),
            local_store.delete(key),
        ):
            with pytest.raises(KeyRefused, match="symbolic link"):
                await call
        with pytest.raises(KeyRefused, match="symbolic link"):
            local_store.local_path(key)
    assert [info.key async for info in local_store.list()] == ["books/a"]
    assert files_below(outside) == {"secret"}
    assert secret.read_bytes() == b"secret"


async def test_root_may_be_a_link(tmp_path: Path) -> None:
    disk, link = tmp_path / "disk", tmp_path / "link"
    disk.mkdir()
    link.symlink_to(disk)
    store = LocalStore(link)
    await store.put("a/b", b"there")
    assert await store.get("a/b") == b"there"
    assert files_below(disk) == {"a/b"}


async def test_a_file_cannot_be_a_folder_too(local_store: LocalStore, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    await local_store.put("a/b", b"there")
    for key in ("a", "a/b/c", "a/b/c/d"):
        for call in (
            local_store.put(key, b""),
            local_store.create(key, b""),
            local_store.upload(key, file),
        ):
            with pytest.raises(KeyRefused, match="cannot be a folder too"):
                await call
        with pytest.raises(ObjectMissing):
            await local_store.get(key)
    assert await local_store.get("a/b") == b"there"


async def test_list_leaves_out_what_is_no_object(local_store: LocalStore, root: Path) -> None:
    await local_store.put("a/b", b"there")
    (root / ".tmp" / "unfinished").write_bytes(b"")
    (root / "back\\slash").write_bytes(b"")
    (root / os.fsdecode(b"not \xff text")).write_bytes(b"")
    (root / "empty" / "folder").mkdir(parents=True)
    os.mkfifo(root / "pipe")
    assert [info.key async for info in local_store.list()] == ["a/b"]


async def test_list_while_objects_come_and_go(local_store: LocalStore) -> None:
    for key in ("a/1", "b/1", "c/1"):
        await local_store.put(key, b"")
    seen = []
    async for info in local_store.list():
        seen.append(info.key)
        await local_store.delete("b/1")
        await local_store.put("c/0", b"")
    assert seen == ["a/1", "c/0", "c/1"]


async def test_objects_are_read_in_place(local_store: LocalStore, root: Path) -> None:
    await local_store.put("books/1/source", b"there")
    path = local_store.local_path("books/1/source")
    assert path == root / "books" / "1" / "source"
    assert path.read_bytes() == b"there"
    assert local_store.local_path("books/2/source") is None
    assert local_store.local_path("books") is None


async def test_other_users_may_read_as_the_umask_says(local_store: LocalStore, root: Path) -> None:
    before = os.umask(0o022)
    try:
        await local_store.put("a", b"there")
    finally:
        os.umask(before)
    assert stat.S_IMODE((root / "a").stat().st_mode) == 0o644
