"""Registering the first books in the driver while Ray is still starting."""

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from cluster.settings import Settings
from domain.book import ReadingOptions
from jobs.ingestion.register import Registrar
from jobs.ingestion.rows import Row, Source, pack
from jobs.ingestion.workbench import Workbench


class HeadStart:
    """Registers sources one after the other, in a thread, from entering until `rows`."""

    def __init__(
        self, sources: Sequence[Source], reading: ReadingOptions, settings: Settings
    ) -> None:
        self._waiting = [pack(source) for source in reversed(sources)]
        self._registered: list[Row] = []
        self._reading = reading
        self._settings = settings
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._register, name="head-start")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._enough.set()
        self._thread.join()

    def rows(self) -> list[Row]:
        """What was registered by now, and the sources that were not; ends the head start."""
        self._enough.set()
        self._thread.join()
        return self._registered + self._waiting[::-1]

    def _register(self) -> None:
        bench = Workbench(self._settings)
        registrar = Registrar(bench, self._reading)
        while self._waiting and not self._enough.is_set():
            self._registered += registrar(self._waiting[-1])
            self._waiting.pop()
        bench.close()
