"""Reading slices: the stage that costs the time."""

import asyncio

from adapters.object_store.node_cache import NodeCache
from adapters.ocr.supervisor import SupervisedReader
from cluster.settings import Settings
from cluster.wiring import open_store, reader_recipe
from domain import library
from domain.book import Manifest, Page, PageStatus, ReadingOptions, Slice
from domain.errors import BookRefused, ScriptoriumError
from jobs.ingestion.rows import Outcome, Row, SliceDone, SliceTask, SliceUndone, pack, unpack


class SliceReader:
    """Reads slices and stores them; one a worker process, with a page reader of its own.

    A slice is stored by a create-only put: when two runs read the same one, the first result
    stands. A worker that dies leaves nothing half written; its slice is read again elsewhere.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._runner = asyncio.Runner()
        self._store = open_store(settings)
        self._cache = NodeCache(self._store, settings.cache_dir, settings.cache_bytes)
        self._readers: dict[ReadingOptions, SupervisedReader] = {}

    def __call__(self, row: Row) -> Row:
        """Read the slice in the row; rows that hold no task pass through."""
        task = unpack(row)
        if not isinstance(task, SliceTask):
            return row
        try:
            outcome = self._runner.run(self._read(task))
        except (ScriptoriumError, OSError) as error:
            outcome = SliceUndone(task=task, detail=str(error))
        return pack(outcome)

    async def _read(self, task: SliceTask) -> Outcome:
        key = library.slice_key(task.book_id, task.pages)
        if not await self._store.head(key):
            manifest = Manifest.model_validate_json(
                await self._store.get(library.manifest_key(task.book_id))
            )
            path = await self._cache.path(library.source_key(task.book_id))
            ...
