"""From what a user names to the files to be ingested."""

import asyncio
import glob
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

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


def find_sources(names: Iterable[str], settings: Settings) -> list[Source]:
    """The files behind files, folders, globs and `s3://` prefixes, each once, in order.

    Raises:
        UsageError: a name leads to nothing, or there are too many files.
    """
    found: dict[str, None] = {}
    for name in names:
        if urlsplit(name).scheme == "s3":
            uris = asyncio.run(_in_bucket(name, settings))
        else:
            uris = list(_on_disk(name))
        if not uris:
            raise UsageError(f"{name}: no such file, or no books in it")
        found.update(dict.fromkeys(uris))
        if len(found) > _MOST_SOURCES:
            raise UsageError(f"more than {_MOST_SOURCES} files; ingest them in several runs")
    return [Source(uri=uri) for uri in found]


def _on_disk(name: str) -> Iterator[str]:
    path = Path(name).expanduser()
    if path.is_dir():
        yield from (str(file.absolute()) for file in sorted(path.rglob("*")) if _is_book(file))
    elif path.exists():
        yield str(path.absolute())
    else:
        for match in sorted(glob.glob(str(path), recursive=True)):
            if Path(match).is_file():
                yield str(Path(match).absolute())


def _is_book(file: Path) -> bool:
    return file.suffix.lower() in _BOOK_SUFFIXES and file.is_file()


async def _in_bucket(uri: str, settings: Settings) -> list[str]:
    parts = urlsplit(uri)
    bucket = f"s3://{parts.netloc}"
    prefix = parts.path.lstrip("/")
    store = open_store(settings, bucket)
    try:
        return [
            f"{bucket}/{item.key}"
            async for item in store.list(prefix)
            if item.key == prefix or Path(item.key).suffix.lower() in _BOOK_SUFFIXES
        ]
    finally:
        await store.close()
