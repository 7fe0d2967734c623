"""A library at work on a cluster: `python -m tests.cluster.library_driver LONG SHORT SCAN BAD`.

Starts what a server starts, without HTTP; uploads books, kills the reading room in the middle of
the long one, has dead pages read again; ends when all books are at their end and all consumers
have been told.
"""

import asyncio
import hashlib
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

import ray

from actors.directory import Directory
from actors.dispatcher import dispatcher_status, start_dispatcher, stop_dispatcher
from actors.reading_room import NAME as READING_ROOM
from actors.reading_room import start_reading_room, stop_reading_room
from actors.sharding.start import start_shards, stop_shards
from adapters.event_log.base import Log
from adapters.object_store.base import ObjectStore
from cluster.ray_connection import NAMESPACE, connected
from cluster.settings import Settings, load_settings
from cluster.wiring import open_log, open_store
from domain import library
from domain.book import ReadingOptions, TextMode
from domain.entities.book import BookState, RetryDeadPages, Stage, UploadBook, WholeBook
from jobs.consumers import library as library_consumers
from jobs.ingestion.batch import read_batch

_SECONDS = 90


class Library:
    """What a server would do with books."""

    def __init__(self, entities: Directory, log: Log, store: ObjectStore) -> None:
        self._entities = entities
        self._log = log
        self._store = store

    async def upload(self, path: Path, text: TextMode = TextMode.AUTO) -> str:
        content = path.read_bytes()
        book_id = hashlib.sha256(content).hexdigest()
        await self._store.upload(library.source_key(book_id), path)
        upload = UploadBook(
            command_id="upload",
            source=path.name,
            size=len(content),
            reading=ReadingOptions(text=text),
            exports=("txt",),
        )
        await self._entities.execute("book", book_id, upload)
        return book_id

    async def retry(self, book_id: str) -> None:
        await self._entities.execute("book", book_id, RetryDeadPages(command_id="retry"))

    async def state(self, book_id: str) -> BookState:
        answer = await self._entities.query("book", book_id, WholeBook())
        return cast(BookState, answer.value)

    async def until(self, book_id: str, is_so: Callable[[BookState], bool]) -> None:
        while not is_so(await self.state(book_id)):
            await self._log.wait(1)

    async def end_of(self, *book_ids: str) -> None:
        for book_id in book_ids:
            await self.until(book_id, lambda state: not state.is_open)

    async def consumers_caught_up(self) -> None:
        while any(consumer.lag != 0 for consumer in await dispatcher_status()):
            await self._log.wait(1)


async def work(books: Library, long: Path, short: Path, scan: Path, bad: Path) -> None:
    """The story that the tests look at afterwards."""
    long_id = await books.upload(long)
    await books.until(long_id, lambda state: state.pages_done > 0)

    short_id = await books.upload(short)
    await books.end_of(short_id)

    ray.kill(ray.get_actor(READING_ROOM, NAMESPACE), no_restart=False)
    bad_id = await books.upload(bad)
    scan_id = await books.upload(scan, TextMode.NATIVE)
    await books.until(scan_id, lambda state: state.stage is Stage.PARTIAL)
    await books.retry(scan_id)
    await books.end_of(bad_id, scan_id, long_id)
    await books.consumers_caught_up()


async def run(settings: Settings, work: Callable[[Library], Awaitable[None]]) -> None:
    log, store, entities = open_log(settings), open_store(settings), Directory(settings)
    try:
        await start_shards(settings)
        await start_reading_room(settings, read_batch)
        await start_dispatcher(settings, library_consumers)
        async with asyncio.timeout(_SECONDS):
            await work(Library(entities, log, store))
    finally:
        await stop_dispatcher()
        await stop_reading_room()
        stop_shards()
        await entities.close()
        await log.close()


def main() -> None:
    settings = load_settings()
    long, short, scan, bad = map(Path, sys.argv[1:])
    with connected(settings):
        asyncio.run(run(settings, lambda books: work(books, long, short, scan, bad)))


if __name__ == "__main__":
    main()
