"""The consumer `intake`: makes books of the objects that buckets announce."""

import asyncio
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import cast

from actors.entities import Entities
from adapters.object_store.base import ObjectStore
from cluster.settings import Settings
from domain.book import ReadingOptions
from domain.entities.book import UploadBook
from domain.entities.intake import (
    IntakeStage,
    IntakeState,
    ObjectReceived,
    RefuseObject,
    TakeObject,
    WholeIntake,
)
from domain.entity import Command, Origin
from domain.errors import BookRefused, ObjectMissing
from domain.events import RecordedEvent
from jobs.ingestion.fetch import book_id_of, fetch, keep
from jobs.ingestion.principals import INTAKE

WANTED = (ObjectReceived.__name__,)
_PREFIX = "intake-"
_LEFT_SECONDS = 24 * 3600.0  # no object takes that long


class Intake:
    """Fetches an object, keeps it as the source of its book and has the book uploaded.

    Idempotent: the object lies under its hash, and the ids of the commands follow from the event.
    """

    def __init__(self, settings: Settings, entities: Entities, store: ObjectStore) -> None:
        self._settings = settings
        self._folder = settings.upload_dir
        self._entities = entities
        self._store = store

    async def handle(self, event: RecordedEvent) -> None:
        """Take or refuse the object. Raises as `Entities` and the stores; `OSError` as the disk."""
        answer = await self._entities.query("intake", event.stream.id, WholeIntake())
        state = cast(IntakeState, answer.value)
        if state.stage is not IntakeStage.RECEIVED:
            return
        event_id = event.event.event_id
        outcome: Command
        try:
            book_id = await self._upload(state.uri, event)
        except BookRefused as error:
            outcome = RefuseObject(
                command_id=f"{event_id}:refuse", reason=error.fault, detail=error.detail
            )
        except ObjectMissing as error:
            outcome = RefuseObject(
                command_id=f"{event_id}:refuse", reason="missing", detail=str(error)
            )
        else:
            outcome = TakeObject(command_id=f"{event_id}:take", book_id=book_id)
        await self._do("intake", event.stream.id, outcome, event)

    async def _upload(self, uri: str, event: RecordedEvent) -> str:
        """Have the object in the store, then its book in the log; gives the book's id."""
        await asyncio.to_thread(self._make_room)
        with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=self._folder) as folder:
            path = await fetch(uri, Path(folder), self._settings)
            book_id = await asyncio.to_thread(book_id_of, path)
            size = path.stat().st_size
            await keep(path, book_id, self._store)
        reading = ReadingOptions(
            languages=self._settings.languages, engine=self._settings.ocr_engine
        )
        command_id = f"{event.event.event_id}:upload"
        upload = UploadBook(command_id=command_id, source=uri, size=size, reading=reading)
        await self._do("book", book_id, upload, event)
        return book_id

    def _make_room(self) -> None:
        """Have the folder for what is fetched, without what killed processes left there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for left in self._folder.glob(f"{_PREFIX}*"):
            with suppress(FileNotFoundError):
                if left.stat().st_mtime < time.time() - _LEFT_SECONDS:
                    shutil.rmtree(left, ignore_errors=True)

    async def _do(self, kind: str, id: str, command: Command, event: RecordedEvent) -> None:
        origin = Origin.because_of(event, INTAKE)
        await self._entities.execute(kind, id, command, origin=origin)
