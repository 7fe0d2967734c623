"""From what a user names to the files to be ingested."""

import asyncio
import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

from cluster.settings import Settings
from cluster.wiring import open_store
from domain.errors import UsageError
from jobs.ingestion.rows import Source

# Inside a folder or prefix only these are taken; a file that is named is always tried.
_BOOK_SUFFIXES = frozenset(
    {".pdf", ".epub", ".xps", ".oxps", ".cbz", ".fb2", ".mobi", ".tif", ".tiff"}
    | {".png", ".jpg", ".jpeg", ".jp2", ".gif", ".bmp", ".pnm", ".ppm", ".pgm", ".pbm"}
)
_MOST_SOURCES = 1_000_000
_S3 = "s3://"
_FILE = "file://"


def find_sources(names: Iterable[str], settings: Settings) -> list[Source]:
    """The files behind files, folders, globs and `s3://` prefixes, each once, in order.

    Raises:
        UsageError: a name leads to nothing, or there are too many files.
    """
    found: dict[str, None] = {}
    for name in names:
        if name.startswith(_S3):
            uris = asyncio.run(_in_bucket(name, settings))
        else:
            uris = list(_on_disk(name))
        if not uris:
            raise UsageError(f"{name}: no such file, or no books in it")
        found.update(dict.fromkeys(uris))
        if len(found) > _MOST_SOURCES:
            raise UsageError(f"more than {_MOST_SOURCES} files; ingest them in several runs")
    return [Source(uri=uri) for uri in found]


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


def _on_disk(name: str) -> Iterator[str]:
    path = Path(name).expanduser()
    if path.is_dir():
        yield from (_uri(file) for file in sorted(path.rglob("*")) if _is_book(file, path))
    elif path.exists():
        yield _uri(path)
    else:
        for match in sorted(glob.glob(str(path), recursive=True)):
            if Path(match).is_file():
                yield _uri(Path(match))


def _is_book(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return not hidden and file.suffix.lower() in _BOOK_SUFFIXES and file.is_file()


async def _in_bucket(uri: str, settings: Settings) -> list[str]:
    bucket, prefix = split_bucket(uri)
    store = open_store(settings, bucket)
    try:
        return [
            f"{bucket}/{item.key}"
            async for item in store.list(prefix)
            if item.key == prefix or Path(item.key).suffix.lower() in _BOOK_SUFFIXES
        ]
    finally:
        await store.close()
