"""Uploaded books on a cluster: one story, in which the reading room is killed, and its traces."""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from adapters.catalogue.base import Entry
from cluster.settings import Settings
from cluster.wiring import open_catalogue, open_log
from demo import SAMPLE
from demo.scan import scan as scanned
from demo.typeset import typeset
from domain import library
from domain.book import Book, BookStatus
from domain.entities.book import Stage
from domain.events import START, RecordedEvent
from tests.cluster.commands import run
from tests.cluster.conftest import Ingest
from tests.cluster.ray_head import RayHead
from tests.cluster.sample_books import SampleBook

pytestmark = pytest.mark.timeout(240)


class Shelf(NamedTuple):
    """The books of the story."""

    long: SampleBook
    short: SampleBook
    scan: SampleBook
    bad: SampleBook


class Traces(NamedTuple):
    """What the story left behind."""

    data: Path
    events: Sequence[RecordedEvent]
    damages: int
    catalogue: Sequence[Entry]

    def of(self, book: SampleBook) -> list[RecordedEvent]:
        return [event for event in self.events if event.stream.id == book.book_id]

    def types(self, book: SampleBook) -> list[str]:
        return [event.event.type for event in self.of(book)]

    def book(self, book: SampleBook) -> Book:
        path = self.data / "store" / library.book_key(book.book_id)
        return Book.model_validate_json(path.read_bytes())


def traces(data: Path) -> Traces:
    async def read() -> Traces:
        settings = Settings(data_dir=data)
        log, catalogue = open_log(settings), open_catalogue(settings)
        try:
            events = (await log.read_all(START, 10_000)).events
            damages = [damage async for damage in log.verify()]
            return Traces(data, events, len(damages), await catalogue.list())
        finally:
            await catalogue.close()
            await log.close()

    return asyncio.run(read())


@pytest.fixture(scope="module")
def books(shelf: Path, born_digital: SampleBook, scan: SampleBook) -> Shelf:
    printed, long, bad = (shelf / name for name in ("printed.pdf", "long.pdf", "diary.pdf"))
    truth = typeset(SAMPLE.read_text("utf-8"), printed)
    scanned(printed, long)
    bad.write_text("Dear diary,")
    return Shelf(SampleBook(long, truth), born_digital, scan, SampleBook(bad, []))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def left(cluster: RayHead, data: Path, books: Shelf) -> Traces:
    settings = {"SCRIPTORIUM_DATA_DIR": str(data), "SCRIPTORIUM_SLICE_PAGES": "1"}
    finished = run(
        *(sys.executable, "-m", "tests.cluster.library_driver"),
        *(str(book.path) for book in books),
        environment=cluster.environment | settings,
    )
    assert finished.status == 0, finished.stderr
    return traces(data)


def test_every_book_is_read(left: Traces, books: Shelf) -> None:
    for book in (books.long, books.short):
        pages = len(book.truth)
        assert sorted(left.types(book)) == [
            *("BookRead", "BookReady", "BookUploaded", "ReadingStarted"),
            *["SliceRead"] * pages,
        ]
        stored = left.book(book)
        assert stored.status is BookStatus.READ
        assert [page.number for page in stored.pages] == list(range(1, pages + 1))


def test_a_killed_reading_room_costs_no_page_and_repeats_no_event(
    left: Traces, books: Shelf
) -> None:
    long = books.long
    slices = [event for event in left.of(long) if event.event.type == "SliceRead"]
    pages = [json.loads(event.event.data)["pages"] for event in slices]
    assert sorted(pages) == [[page, page] for page in range(1, len(long.truth) + 1)]
    assert left.damages == 0
    runs = {event.event.metadata.correlation_id for event in slices}
    assert len(runs) > 1  # of one batch after the other


def test_a_short_book_does_not_wait_for_a_long_one(left: Traces, books: Shelf) -> None:
    short, long = left.of(books.short), left.of(books.long)
    assert long[0].position < short[0].position < short[-1].position < long[-1].position


def test_dead_pages_are_tried_again(left: Traces, books: Shelf) -> None:
    scan = books.scan
    types = left.types(scan)
    first, again = types[: types.index("DeadPagesRetried")], types[len(types) // 2 :]
    assert first.count("SliceRead") == len(scan.truth)
    assert first[-1] == again[-1] == "BookPartlyRead"
    tried = json.loads(left.of(scan)[len(first)].event.data)["dead_pages"]
    read = [
        json.loads(event.event.data)["pages"][0]
        for event in left.of(scan)[len(first) :]
        if event.event.type == "SliceRead"
    ]
    assert sorted(read) == tried == [1, 3, 4]  # the second is blank, and not dead


def test_a_file_that_is_no_book_is_refused(left: Traces, books: Shelf) -> None:
    assert left.types(books.bad) == ["BookUploaded", "BookFailed"]


def test_the_catalogue_knows_where_all_stand(left: Traces, books: Shelf) -> None:
    assert [(entry.book_id, entry.stage) for entry in left.catalogue] == [
        (books.scan.book_id, Stage.PARTIAL),
        (books.bad.book_id, Stage.FAILED),
        (books.short.book_id, Stage.READY),
        (books.long.book_id, Stage.READY),
    ]
    for entry in left.catalogue:
        last = [event for event in left.events if event.stream.id == entry.book_id][-1]
        assert (entry.version, entry.updated_at) == (last.version, last.event.occurred_at)


def test_a_run_of_the_job_over_the_same_books_adds_nothing(
    left: Traces, cluster: RayHead, data: Path, books: Shelf
) -> None:
    again = Ingest(cluster, data)(books.long.path, books.short.path, "--export", "txt", "--json")
    assert again.status == 0, again.stderr
    assert again.report.pages_read == 0
    assert traces(data).events == left.events
