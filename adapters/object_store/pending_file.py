"""A file that appears under its name whole or not at all, also after a power cut."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4


class PendingFile:
    """A file under a temporary name until `replace` or `create`; without them it leaves no trace.

    Use it as a context manager. All methods block and raise OSError.
    """

    def __init__(self, directory: Path) -> None:
        """Open a new file in `directory`, which is on the same file system as the target."""
        self._path = directory / f".{uuid4().hex}.part"
        # Not `tempfile`, whose files only their owner can read.
        self._file = self._path.open("xb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._file.close()
        finally:
            self._path.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        """Append `data`."""
        self._file.write(data)

    def replace(self, target: Path) -> None:
        """Publish as `target`, in the place of what was there."""
        self._finish()
        self._path.replace(target)
        sync_directory(target.parent)

    def create(self, target: Path) -> bool:
        """Publish as `target` unless that exists. True if it was published."""
        self._finish()
        try:
            # The one call that names a file atomically and fails when the name is taken.
            target.hardlink_to(self._path)
        except FileExistsError:
            return False
        sync_directory(target.parent)
        return True

    def _finish(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())


def make_directory(path: Path) -> None:
    """Create a directory and its parents so that they survive a power cut; fine if it exists."""
    if path.is_dir():
        return
    make_directory(path.parent)
    path.mkdir(exist_ok=True)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
