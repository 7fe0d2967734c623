"""What a worker process keeps between tasks: connections, fetched books, a page reader."""

import asyncio
from collections.abc import Coroutine
from functools import cache
from typing import TypeVar

from adapters.object_store.node_cache import NodeCache
from adapters.ocr.supervisor import SupervisedReader
from cluster.settings import Settings
from cluster.wiring import open_store, reader_recipe
from domain.book import ReadingOptions

T = TypeVar("T")


class Workbench:
    """The adapters of one process, built there from settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = open_store(settings)
        self.books = NodeCache(self.store, settings.cache_dir, settings.cache_bytes)
        self._runner = asyncio.Runner()
        self._reading: ReadingOptions | None = None
        self._reader: SupervisedReader | None = None

    def run(self, work: Coroutine[object, object, T]) -> T:
        """Run to the end on the one event loop that the store's connections live in."""
        return self._runner.run(work)

    def reader(self, reading: ReadingOptions) -> SupervisedReader:
        """A page reader, started anew when a book is to be read otherwise than the last.

        Raises:
            EngineMissing, LanguageMissing: this machine cannot read so.
        """
        if self._reader is None or reading != self._reading:
            if self._reader:
                self._reader.close()
            self._reader = SupervisedReader(reader_recipe(self.settings, reading))
            self._reading = reading
        return self._reader

    def inspector(self, reading: ReadingOptions) -> SupervisedReader:
        """A page reader to open files with: the one there is, however it reads. Raises as
        `reader`."""
        return self._reader or self.reader(reading)

    def close(self) -> None:
        """Let go of the page reader and the store's connections."""
        if self._reader:
            self._reader.close()
        self.run(self.store.close())
        self._runner.close()


@cache
def workbench(settings: Settings) -> Workbench:
    """This process's workbench."""
    return Workbench(settings)
