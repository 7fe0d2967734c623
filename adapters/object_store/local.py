"""The object store as files in a folder, which may be a disk shared by several machines."""

import asyncio
import errno
import os
import stat
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from adapters.object_store.base import ObjectInfo
from adapters.object_store.content import checked
from adapters.object_store.keys import SCRATCH, check_key, check_prefix, is_key
from adapters.object_store.pending_file import PendingFile, make_directory, sync_directory
from domain.errors import (
    KeyRefused,
    ObjectMissing,
    ScriptoriumError,
    StoreRefused,
    StoreUnavailable,
)

_CHUNK = 1024 * 1024  # bytes
_NO_FILE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
_NO_ROOM_FOR_KEY = (FileExistsError, NotADirectoryError, IsADirectoryError)
_REFUSALS = {
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ELOOP,
    errno.EXDEV,
    errno.EFBIG,
    errno.EINVAL,
    errno.ENOTSUP,
}


class _Entry(NamedTuple):
    """A file (`size` in bytes) or, with a `/` at the end of its name, a directory."""

    name: str
    size: int


class LocalStore:
    """Objects are files below `root`, which is created when first written to.

    File systems cannot hold both a file `a` and a file `a/b`, so that of such keys the second
    raises `KeyRefused`, also when only the empty directories of deleted objects are left. Symbolic
    links below `root` are not followed: keys through them are refused, `list` leaves them out.

    Unfinished files lie in `root/.tmp`; a killed process may leave one there, and all of them can
    be removed while nothing writes.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def __repr__(self) -> str:
        return f"LocalStore({str(self._root)!r})"

    async def put(self, key: str, data: bytes) -> None:
        """See `ObjectStore.put`."""
        await asyncio.to_thread(self._put, key, [data])

    async def create(self, key: str, data: bytes) -> bool:
        """See `ObjectStore.create`."""
        return await asyncio.to_thread(self._create, key, data)

    async def upload(self, key: str, source: Path, sha256: str | None = None) -> None:
        """See `ObjectStore.upload`."""
        await asyncio.to_thread(self._upload, key, source, sha256)

    async def get(self, key: str) -> bytes:
        """See `ObjectStore.get`."""
        return await asyncio.to_thread(self._get, key)

    async def get_range(self, key: str, start: int, length: int) -> bytes:
        """See `ObjectStore.get_range`."""
        if start < 0 or length <= 0:
            raise ValueError(f"no range of {length} bytes from {start}")
        return await asyncio.to_thread(self._get_range, key, start, length)

    async def download(self, key: str, target: Path) -> None:
        """See `ObjectStore.download`."""
        await asyncio.to_thread(self._download, key, target)

    async def head(self, key: str) -> ObjectInfo | None:
        """See `ObjectStore.head`."""
        return await asyncio.to_thread(self._head, key)

    async def list(self, prefix: str = "") -> AsyncIterator[ObjectInfo]:
        """See `ObjectStore.list`. Holds the names of one directory a level in memory."""
        check_prefix(prefix)
        start, slash, _ = prefix.rpartition("/")
        # A stack of what is still to be walked, the next entry on top.
        pending = [_Entry(start + slash, 0)]
        while pending:
            entry = pending.pop()
            if entry.name and not entry.name.endswith("/"):
                yield ObjectInfo(entry.name, entry.size)
            else:
                pending += await asyncio.to_thread(self._walk, entry.name, prefix)

    async def delete(self, key: str) -> None:
        """See `ObjectStore.delete`."""
        await asyncio.to_thread(self._delete, key)

    def local_path(self, key: str) -> Path | None:
        """See `ObjectStore.local_path`."""
        with _translated(key):
            path = self._path(key)
            return path if path.is_file() else None

    async def close(self) -> None:
        """See `ObjectStore.close`: there is nothing to release."""

    def _path(self, key: str) -> Path:
        check_key(key)
        path = self._root
        for part in key.split("/"):
            path /= part
            if path.is_symlink():
                raise KeyRefused(f"key {key!r} leads through a symbolic link; remove the link")
        return path

    @contextmanager
    def _writing(self, key: str) -> Iterator[tuple[PendingFile, Path]]:
        """A file to fill and the path to publish it as."""
        scratch = self._root / SCRATCH
        with _translated(key):
            path = self._path(key)
            try:
                make_directory(scratch)
            except _NO_ROOM_FOR_KEY as error:
                raise self._no_folder() from error
            make_directory(path.parent)
            with PendingFile(scratch) as file:
                yield file, path

    def _no_folder(self) -> StoreRefused:
        return StoreRefused(f"{self._root} is not a folder; choose another")

    def _put(self, key: str, chunks: Iterable[bytes]) -> None:
        with self._writing(key) as (file, path):
            for chunk in chunks:
                file.write(chunk)
            file.replace(path)

    def _create(self, key: str, data: bytes) -> bool:
        with self._writing(key) as (file, path):
            file.write(data)
            created = file.create(path)
            if not created and path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            return created

    def _upload(self, key: str, source: Path, sha256: str | None) -> None:
        with source.open("rb") as file:
            self._put(key, checked(iter(partial(file.read, _CHUNK), b""), source, sha256))

    def _get(self, key: str) -> bytes:
        with _translated(key, missing=True):
            return self._path(key).read_bytes()

    def _chunks(self, key: str) -> Iterator[bytes]:
        with _translated(key, missing=True), self._path(key).open("rb") as file:
            yield from iter(partial(file.read, _CHUNK), b"")

    def _get_range(self, key: str, start: int, length: int) -> bytes:
        with _translated(key, missing=True), self._path(key).open("rb") as file:
            there = os.fstat(file.fileno()).st_size - start
            if there <= 0:
                return b""
            file.seek(start)
            # `read` makes room for all that is asked for: ask for no more than there is.
            return file.read(min(length, there))

    def _download(self, key: str, target: Path) -> None:
        with PendingFile(target.parent) as file:
            for chunk in self._chunks(key):
                file.write(chunk)
            file.replace(target)

    def _head(self, key: str) -> ObjectInfo | None:
        with _translated(key):
            try:
                facts = self._path(key).stat()
            except _NO_FILE as error:
                if self._root.exists() and not self._root.is_dir():
                    raise self._no_folder() from error
                return None
        return ObjectInfo(key, facts.st_size) if stat.S_ISREG(facts.st_mode) else None

    def _delete(self, key: str) -> None:
        with _translated(key):
            path = self._path(key)
            if path.is_dir():
                return
            with suppress(*_NO_FILE):
                path.unlink()
                sync_directory(path.parent)

    def _walk(self, directory: str, prefix: str) -> Sequence[_Entry]:
        with _translated(directory):
            path = self._path(directory.removesuffix("/")) if directory else self._root
            return _entries(path, directory, prefix)


def _entries(path: Path, directory: str, prefix: str) -> list[_Entry]:
    """What in `directory`, which is at `path`, can start with `prefix`; the last name first.

    A directory sorts as its name with the `/`, which puts whole keys into byte order: `a-b`
    comes before `a/b`.
    """
    try:
        with os.scandir(path) as found:
            entries = [entry for each in found for entry in _entry(directory, each)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted((entry for entry in entries if entry.name.startswith(prefix)), reverse=True)


def _entry(directory: str, found: os.DirEntry[str]) -> Iterator[_Entry]:
    """The entry of a file or directory; nothing for anything else or if it has gone by now."""
    name = directory + found.name
    if not is_key(name):
        return
    if found.is_dir(follow_symlinks=False):
        yield _Entry(name + "/", 0)
    elif found.is_file(follow_symlinks=False):
        with suppress(FileNotFoundError):
            yield _Entry(name, found.stat(follow_symlinks=False).st_size)


@contextmanager
def _translated(key: str, *, missing: bool = False) -> Iterator[None]:
    """Turn OSError into the store's errors; `missing` if it can mean that there is no object."""
    try:
        yield
    except OSError as error:
        raise _translation(error, key, missing=missing) from error


def _translation(error: OSError, key: str, *, missing: bool) -> ScriptoriumError:
    reason = f"object {key!r}: {error.strerror or type(error).__name__}"
    if missing and isinstance(error, _NO_FILE):
        return ObjectMissing(f"no object {key!r} is stored")
    if isinstance(error, _NO_ROOM_FOR_KEY):
        return KeyRefused(
            f"key {key!r} cannot be stored: a file cannot be a folder too; choose another key"
        )
    if error.errno == errno.ENAMETOOLONG:
        return KeyRefused(f"key {key!r} is too long for this file system")
    if error.errno in _REFUSALS:
        return StoreRefused(f"{reason}; check the permissions and limits of the store's folder")
    return StoreUnavailable(f"{reason}; check the disk of the store's folder")
