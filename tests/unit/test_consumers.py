"""The library's consumers, on a real log, store and catalogue."""

import hashlib
import os
from collections.abc import AsyncIterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import cast

import pytest

from actors.sharding.shard import Shard
from adapters.catalogue.base import Catalogue, Entry
from adapters.event_log.base import EventLog
from adapters.object_store.base import ObjectStore
from adapters.object_store.local import LocalStore
from cluster.settings import Settings
from cluster.wiring import open_catalogue, open_log, open_store
from domain import library
from domain.book import BookStats, ReadingOptions
from domain.entities import KINDS
from domain.entities.book import (
    BookState,
    FinishReading,
    RecordSlice,
    RetryDeadPages,
    Stage,
    StartReading,
    UploadBook,
    WholeBook,
)
from domain.entities.intake import IntakeState, ReceiveObject, WholeIntake, intake_id
from domain.entity import Command, Executed, Origin
from domain.errors import ReadingInterrupted
from domain.events import START, RecordedEvent
from domain.slices import PageRange
from jobs.consumers.catalogue import CatalogueKeeper
from jobs.consumers.intake import Intake
from jobs.consumers.reader import WANTED, Reader
from jobs.ingestion.principals import JOB
from jobs.rebuild import rebuild_catalogue
from tests.unit.recorded_books import book_done, registered

BOOK = "ab" * 32
OTHER = "cd" * 32
UPLOAD = UploadBook(command_id="upload", source="a.pdf", size=7, reading=ReadingOptions())
START_READING = StartReading(command_id="start", pages=3, title="A Title")


def slice_read(first: int, last: int) -> RecordSlice:
    return RecordSlice(command_id=f"{first}", pages=PageRange(first, last), failed=0)


def finish(*dead_pages: int) -> FinishReading:
    stats: BookStats = book_done(registered(pages=3), dead_pages).stats
    return FinishReading(command_id=f"finish {dead_pages}", stats=stats, dead_pages=dead_pages)


class Parts:
    """A library in a folder, with its entities in this process."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data_dir=folder)
        self.log: EventLog = open_log(self.settings)
        self.store: ObjectStore = open_store(self.settings)
        self.catalogue: Catalogue = open_catalogue(self.settings)
        self.shard = Shard(self.log, KINDS)

    async def do(
        self, *commands: Command, id: str = BOOK, kind: str = "book", principal: str = "somebody"
    ) -> None:
        for command in commands:
            origin = Origin(principal=principal, correlation_id="why")
            await self.shard.execute(kind, id, command, origin=origin)

    async def events(self, kind: str = "book") -> list[RecordedEvent]:
        batch = await self.log.read_all(START, 1000)
        return [event for event in batch.events if event.stream.kind == kind]

    async def book(self, book_id: str) -> BookState:
        return cast(BookState, (await self.shard.query("book", book_id, WholeBook())).value)

    async def intake(self, id: str) -> IntakeState:
        return cast(IntakeState, (await self.shard.query("intake", id, WholeIntake())).value)

    async def close(self) -> None:
        await self.shard.close()
        await self.catalogue.close()
        await self.log.close()
        await self.store.close()


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    parts = Parts(tmp_path)
    yield parts
    await parts.close()


class TestCatalogue:
    async def test_it_follows_a_book(self, parts: Parts) -> None:
        keeper = CatalogueKeeper(parts.shard, parts.catalogue)
        seen = []
        entry: Entry | None = None
        for command in (UPLOAD, START_READING, slice_read(1, 2), slice_read(3, 3), finish(3)):
            await parts.do(command)
            event = (await parts.events())[-1]
            await keeper.handle(event)
            entry = await parts.catalogue.get(BOOK)
            assert entry is not None
            assert (entry.version, entry.updated_at) == (event.version, event.event.occurred_at)
            assert entry.updated_at.tzinfo is UTC
            seen.append((entry.stage, entry.pages_done, entry.dead_pages))
        assert seen == [
            (Stage.UPLOADED, 0, 0),
            (Stage.READING, 0, 0),
            (Stage.READING, 2, 0),
            (Stage.READING, 3, 0),
            (Stage.PARTIAL, 3, 1),
        ]
        assert entry is not None
        assert (entry.source, entry.title, entry.pages, entry.size) == ("a.pdf", "A Title", 3, 7)
        assert entry.created == (await parts.events())[0].position.sequence

    async def test_the_order_of_deliveries_does_not_matter(self, parts: Parts) -> None:
        await parts.do(UPLOAD, START_READING, slice_read(1, 3), finish())
        events = await parts.events()
        keeper = CatalogueKeeper(parts.shard, parts.catalogue)
        for event in events:
            await keeper.handle(event)
        expected = await parts.catalogue.get(BOOK)
        for event in [*reversed(events), *events, events[0]]:
            await keeper.handle(event)
            assert await parts.catalogue.get(BOOK) == expected

    async def test_it_can_be_made_anew(self, parts: Parts) -> None:
        keeper = CatalogueKeeper(parts.shard, parts.catalogue)
        await parts.do(UPLOAD, START_READING)
        await parts.do(UPLOAD, id=OTHER)
        await parts.do(slice_read(1, 3), finish(1, 2))
        for event in await parts.events():
            await keeper.handle(event)
        before = await parts.catalogue.list()
        assert [entry.book_id for entry in before] == [OTHER, BOOK]

        await parts.catalogue.clear()
        assert await parts.catalogue.list() == []
        assert await rebuild_catalogue(parts.settings) == 2
        assert await parts.catalogue.list() == before


class TestReader:
    async def asked(self, parts: Parts, event: RecordedEvent) -> Sequence[str]:
        """The books that the reading room was asked for."""
        asked: list[str] = []

        async def read(book_id: str) -> None:
            asked.append(book_id)

        await Reader(parts.shard, read).handle(event)
        return asked

    async def test_an_uploaded_book_is_read(self, parts: Parts) -> None:
        await parts.do(UPLOAD)
        (event,) = await parts.events()
        assert await self.asked(parts, event) == [BOOK]
        await parts.do(START_READING)
        assert await self.asked(parts, event) == [BOOK]

    @pytest.mark.parametrize("end", [finish(), finish(1), finish(1, 2, 3)])
    async def test_a_book_at_its_end_is_left_alone(self, parts: Parts, end: Command) -> None:
        await parts.do(UPLOAD, START_READING, end)
        for event in await parts.events():
            assert await self.asked(parts, event) == []

    async def test_dead_pages_are_read_again(self, parts: Parts) -> None:
        await parts.do(UPLOAD, START_READING, finish(1), RetryDeadPages(command_id="retry"))
        assert await self.asked(parts, (await parts.events())[-1]) == [BOOK]

    async def test_what_a_job_reads_is_left_to_it(self, parts: Parts) -> None:
        await parts.do(UPLOAD, START_READING, principal=JOB)
        for event in await parts.events():
            assert await self.asked(parts, event) == []

    async def test_what_a_job_left_is_read_for_who_asks_for_it(self, parts: Parts) -> None:
        await parts.do(UPLOAD.model_copy(update={"read_by_sender": True}), principal=JOB)
        await parts.do(START_READING, principal=JOB)
        await parts.do(UPLOAD.model_copy(update={"command_id": "again"}))
        asked_for = [
            (each.event.type, await self.asked(parts, each)) for each in await parts.events()
        ]
        assert asked_for == [
            ("BookUploaded", []),
            ("ReadingStarted", []),
            ("ReadingRequested", [BOOK]),
        ]
        for event in await parts.events():
            wanted = event.event.type in WANTED
            assert wanted == (event.event.type != "ReadingStarted")

    async def test_trouble_is_passed_on(self, parts: Parts) -> None:
        async def read(book_id: str) -> None:
            raise ReadingInterrupted(book_id)

        await parts.do(UPLOAD)
        with pytest.raises(ReadingInterrupted):
            await Reader(parts.shard, read).handle((await parts.events())[0])


CONTENT = b"%PDF-1.7 a book"
CONTENT_ID = hashlib.sha256(CONTENT).hexdigest()
URI = "s3://shelf/in/a book.pdf"
OBJECT = intake_id(URI, "e")


class TestIntake:
    @pytest.fixture(autouse=True)
    def bucket(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalStore:
        """What stands in for the bucket `shelf`."""
        bucket = LocalStore(tmp_path / "shelf")

        def open_bucket(_settings: Settings, uri: str) -> LocalStore:
            assert uri == "s3://shelf"
            return bucket

        monkeypatch.setattr("jobs.ingestion.fetch.open_store", open_bucket)
        return bucket

    async def announce(self, parts: Parts) -> RecordedEvent:
        receive = ReceiveObject(command_id="receive", uri=URI, size=len(CONTENT), etag="e")
        await parts.do(receive, id=OBJECT, kind="intake")
        (event,) = await parts.events("intake")
        return event

    async def test_an_object_becomes_a_book(self, parts: Parts, bucket: LocalStore) -> None:
        await bucket.put("in/a book.pdf", CONTENT)
        event = await self.announce(parts)
        intake = Intake(parts.settings, parts.shard, parts.store)
        for _ in range(2):
            await intake.handle(event)
            assert [each.event.type for each in await parts.events()] == ["BookUploaded"]
        assert await parts.store.get(library.source_key(CONTENT_ID)) == CONTENT
        state = await parts.book(CONTENT_ID)
        assert (state.stage, state.source, state.size) == (Stage.UPLOADED, URI, len(CONTENT))
        assert (await parts.intake(OBJECT)).book_id == CONTENT_ID

    async def test_objects_lie_in_the_data_folder_while_they_arrive(
        self, parts: Parts, bucket: LocalStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await bucket.put("in/a book.pdf", CONTENT)
        left = parts.settings.upload_dir / "intake-left"
        left.mkdir(parents=True)
        os.utime(left, (0, 0))
        places = []

        async def noted(key: str, path: Path) -> None:
            places.append(path)
            await LocalStore.download(bucket, key, path)

        monkeypatch.setattr(bucket, "download", noted)
        await Intake(parts.settings, parts.shard, parts.store).handle(await self.announce(parts))
        (place,) = places
        assert place.parent.parent == parts.settings.upload_dir
        assert list(parts.settings.upload_dir.iterdir()) == []

    async def test_events_tell_what_led_to_them(self, parts: Parts, bucket: LocalStore) -> None:
        await bucket.put("in/a book.pdf", CONTENT)
        event = await self.announce(parts)
        await Intake(parts.settings, parts.shard, parts.store).handle(event)
        (uploaded,) = await parts.events()
        event_id = str(event.event.event_id)
        metadata = uploaded.event.metadata
        assert (metadata.causation_id, metadata.correlation_id) == (event_id, "why")
        assert metadata.command_id == f"{event_id}:upload"

    async def test_interrupted_before_its_end_it_goes_on(
        self, parts: Parts, bucket: LocalStore
    ) -> None:
        await bucket.put("in/a book.pdf", CONTENT)
        event = await self.announce(parts)

        class Dying(Shard):
            async def execute(
                self,
                kind: str,
                entity_id: str,
                command: Command,
                *,
                origin: Origin | None = None,
                expected_version: int | None = None,
            ) -> Executed:
                if kind == "intake":
                    raise ReadingInterrupted("killed")
                return await super().execute(kind, entity_id, command, origin=origin)

        dying = Dying(parts.log, KINDS)
        with pytest.raises(ReadingInterrupted):
            await Intake(parts.settings, dying, parts.store).handle(event)
        await dying.close()
        await Intake(parts.settings, parts.shard, parts.store).handle(event)
        assert [each.event.type for each in await parts.events()] == ["BookUploaded"]
        assert [each.event.type for each in await parts.events("intake")] == [
            "ObjectReceived",
            "ObjectTaken",
        ]

    async def test_an_object_that_is_gone_is_refused(self, parts: Parts) -> None:
        event = await self.announce(parts)
        await Intake(parts.settings, parts.shard, parts.store).handle(event)
        assert (await parts.intake(OBJECT)).reason == "missing"
        assert await parts.events() == []

    async def test_an_object_that_is_too_large_is_refused(
        self, parts: Parts, bucket: LocalStore
    ) -> None:
        await bucket.put("in/a book.pdf", bytes(2000))
        event = await self.announce(parts)
        settings = parts.settings.model_copy(update={"book_bytes": 1999})
        await Intake(settings, parts.shard, parts.store).handle(event)
        state = await parts.intake(OBJECT)
        assert (state.reason, "SCRIPTORIUM_BOOK_BYTES" in (state.detail or "")) == (
            "too_large",
            True,
        )
        assert await parts.events() == []
