"""Objects as files on this machine: each is fetched once, whichever process asks first."""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from filelock import AsyncFileLock

from adapters.object_store.base import ObjectStore

_IN_USE_SECONDS = 3600
_SUFFIX = ".object"


class NodeCache:
    """A folder of fetched objects, shared by the processes of one machine.

    Objects must never change under their key. The folder is trimmed to `most_bytes` after each
    fetch, oldest use first; what was used within the last hour stays even beyond that.
    """

    def __init__(self, store: ObjectStore, folder: Path, most_bytes: int) -> None:
        self._store = store
        self._folder = folder
        self._most_bytes = most_bytes

    async def path(self, key: str) -> Path:
        """A local file with the object's content; not to be written to. Raises `ObjectMissing`."""
        if local := self._store.local_path(key):
            return local
        target = self._folder / (key.replace("/", "~") + _SUFFIX)
        if not _touch(target):
            self._folder.mkdir(parents=True, exist_ok=True)
            async with AsyncFileLock(f"{target}.lock"):
                if not _touch(target):
                    await self._store.download(key, target)
                    self._trim()
        return target

    def _trim(self) -> None:
        held = sum(size for _, size, _ in self._held())
        for used, size, path in sorted(self._held()):
            if held <= self._most_bytes or time.time() - used < _IN_USE_SECONDS:
                return
            path.unlink(missing_ok=True)
            held -= size

    def _held(self) -> Iterable[tuple[float, int, Path]]:
        for path in self._folder.glob(f"*{_SUFFIX}"):
            with suppress(FileNotFoundError):  # trimmed by another process
                status = path.stat()
                yield status.st_mtime, status.st_size, path


def _touch(path: Path) -> bool:
    """Mark a file as just used; False if there is none."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True
