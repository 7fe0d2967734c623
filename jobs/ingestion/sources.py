"""From what a user names to the files to be ingested."""

import asyncio
import glob
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

from cluster.settings import Settings
from cluster.wiring import open_store
from domain.errors import ScriptoriumError, UsageError
from jobs.ingestion.rows import Source, Undone

# Inside a folder or prefix only these are taken; a file that is named is always tried.
_BOOK_SUFFIXES = frozenset(
    {".pdf", ".epub", ".xps", ".oxps", ".cbz", ".cbt", ".fb2", ".mobi", ".tif"}
    | {".tiff", ".png", ".jpg", ".jpeg", ".jfif", ".jp2", ".jpx", ".gif", ".bmp", ".svg"}
    | {".pnm", ".pam", ".ppm", ".pgm", ".pbm"}
)
_MOST_SOURCES = 1_000_000
_S3 = "s3://"
_FILE = "file://"


def find_sources(names: Iterable[str], settings: Settings) -> list[Source | Undone]:
    """The files behind files, folders, globs and `s3://` prefixes, each once, in order.

    A name that leads to nothing, and a folder that cannot be looked into, hold no other up.

    Raises:
        UsageError: no name leads to a file, or there are too many of them.
    """
    found: dict[str, Source | Undone] = {}
    for name in names:
        for item in _found(name, settings):
            found.setdefault(item.uri if isinstance(item, Source) else item.source, item)
        if len(found) > _MOST_SOURCES:
            raise UsageError(f"more than {_MOST_SOURCES} files; ingest them in several runs")
    undone = [item for item in found.values() if isinstance(item, Undone)]
    if undone and len(undone) == len(found):
        raise UsageError("; ".join(f"{item.source}: {item.detail}" for item in undone))
    return list(found.values())


def _found(name: str, settings: Settings) -> list[Source | Undone]:
    """What a name leads to, one thing at least."""
    try:
        if name.startswith(_S3):
            uris = asyncio.run(_in_bucket(name, settings))
            found: list[Source | Undone] = [Source(uri=uri) for uri in uris]
        else:
            found = list(_on_disk(name))
    except (ScriptoriumError, OSError, RuntimeError) as error:  # the last for an unknown ~user
        return [Undone.because(error, name)]
    missing = Undone(source=name, detail="no such file, or no books in it", is_lasting=True)
    return found or [missing]


def split_bucket(uri: str) -> tuple[str, str]:
    """The URI of a bucket and a key or prefix in it. Neither is encoded in any way."""
    bucket, _, key = uri.removeprefix(_S3).partition("/")
    return _S3 + bucket, key


def local_path(uri: str) -> Path | None:
    """Where a source lies on this machine's disk, if it does."""
    if uri.startswith(_S3):
        return None
    if uri.startswith(_FILE):
        return Path(os.fsdecode(unquote_to_bytes(uri.removeprefix(_FILE))))
    return Path(uri)


def _uri(path: Path) -> str:
    """The path itself; one whose name is not Unicode is encoded so that it can be reported."""
    absolute = path.absolute()
    try:
        str(absolute).encode()
    except UnicodeEncodeError:
        return absolute.as_uri()
    return str(absolute)


def _on_disk(name: str) -> Iterator[Source | Undone]:
    path = Path(name).expanduser()
    if path.is_dir():
        yield from _in_folder(path)
    elif path.exists():
        yield Source(uri=_uri(path))
    else:
        for match in sorted(glob.glob(str(path), recursive=True)):
            if Path(match).is_file():
                yield Source(uri=_uri(Path(match)))


def _in_folder(folder: Path) -> Iterator[Source | Undone]:
    """The books at any depth, in the order of their paths; then what cannot be looked into."""
    closed: list[OSError] = []
    files: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += (Path(place, name) for name in names if _is_called_like_a_book(name))
    for file in sorted(files):
        try:
            if stat.S_ISREG(file.stat().st_mode):
                yield Source(uri=_uri(file))
        except OSError as error:
            yield Undone.because(error, _uri(file))
    for refusal in closed:
        yield Undone.because(refusal, _uri(Path(refusal.filename)))


def _is_called_like_a_book(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in _BOOK_SUFFIXES


async def _in_bucket(uri: str, settings: Settings) -> list[str]:
    bucket, prefix = split_bucket(uri)
    if bucket == _S3:
        raise UsageError("it names no bucket: write s3://bucket/prefix")
    store = open_store(settings, bucket)
    try:
        return [
            f"{bucket}/{item.key}"
            async for item in store.list(prefix)
            if item.key == prefix or Path(item.key).suffix.lower() in _BOOK_SUFFIXES
        ]
    finally:
        await store.close()
