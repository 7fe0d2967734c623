"""Batches of uploaded books, read by a real page reader in this process instead of on Ray."""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from actors.rooms.reading import BatchEnd
from adapters.exports import EXPORTERS
from adapters.object_store.local import LocalStore
from cluster.settings import Settings
from domain import library
from domain.book import Book, BookStatus, Page, PageFault, PageStatus, ReadingOptions, Slice
from domain.entities.book import (
    FinishReading,
    RecordSlice,
    RetryDeadPages,
    Stage,
    StartReading,
    UploadBook,
)
from domain.slices import PageRange
from jobs.ingestion.batch import BatchReader
from jobs.ingestion.chronicle import entities_of_this_process
from jobs.ingestion.read import SliceReader
from jobs.ingestion.register import Desk, Wish, register_all
from jobs.ingestion.rows import Outcome, Task
from jobs.ingestion.workbench import Workbench
from tests.unit.recorded_books import RecordedLibrary, book_done, registered

pytestmark = pytest.mark.timeout(120)
MANY = 100  # slices


class Killed(Exception):
    """Stands for the end of the process."""


class Place(RecordedLibrary):
    """A library into which books are uploaded; slices have one page."""

    @property
    def settings(self) -> Settings:
        return Settings(data_dir=self.folder, slice_pages=1)

    @property
    def store(self) -> LocalStore:
        return LocalStore(self.folder / "store")

    def upload(self, content: bytes, exports: Sequence[str] = ()) -> str:
        book_id = hashlib.sha256(content).hexdigest()
        asyncio.run(self.store.put(library.source_key(book_id), content))
        command = UploadBook(
            command_id="upload",
            source="a.pdf",
            size=len(content),
            reading=ReadingOptions(),
            exports=tuple(exports),
        )
        self.do(command, book_id)
        return book_id

    def read(self, *book_ids: str, most: int = MANY, lifetime: int = MANY) -> dict[str, BatchEnd]:
        """One batch, killed after `lifetime` outcomes."""
        desk = Desk(self.settings, 1)
        try:
            reader = BatchReader(
                self.settings,
                desk,
                entities_of_this_process,
                lambda tasks: run_here(tasks, self.settings, lifetime),
            )
            ends = list(reader(book_ids, most))
            assert len(ends) == len(book_ids)
            return {end.book_id: end for end in ends}
        finally:
            desk.close()

    def book(self, book_id: str) -> Book:
        return Book.model_validate_json(asyncio.run(self.store.get(library.book_key(book_id))))

    def objects(self) -> dict[str, bytes]:
        root = self.folder / "store"
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file()
        }


def run_here(tasks: Sequence[Task], settings: Settings, lifetime: int = MANY) -> Iterator[Outcome]:
    """What the pipeline does, without Ray."""
    bench = Workbench(settings)
    try:
        outcomes = (outcome for task in tasks for outcome in SliceReader(bench).do(task))
        for count, outcome in enumerate(outcomes):
            if count == lifetime:
                raise Killed
            yield outcome
    finally:
        bench.close()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_an_uploaded_book_is_read(place: Place, printed_pages: Path) -> None:
    book_id = place.upload(printed_pages.read_bytes(), ["md", "txt"])
    assert place.read(book_id) == {book_id: BatchEnd(book_id, is_finished=True)}
    assert place.types(book_id) == [
        *("BookUploaded", "ReadingStarted"),
        *("SliceRead", "SliceRead", "SliceRead", "BookRead", "BookReady"),
    ]
    assert place.book(book_id).status is BookStatus.READ
    for format in ("md", "txt"):
        assert library.export_key(book_id, EXPORTERS[format].suffix) in place.objects()


def test_a_file_that_is_no_book_is_refused(place: Place) -> None:
    book_id = place.upload(b"Dear diary,")
    assert place.read(book_id)[book_id].is_finished
    assert place.types(book_id) == ["BookUploaded", "BookFailed"]
    assert place.state(book_id).reason == "not_a_book"


def test_a_file_that_was_refused_is_looked_at_again_when_asked_for(place: Place) -> None:
    book_id = place.upload(b"Dear diary,")
    for number in range(1, 3):
        assert place.read(book_id)[book_id].is_finished
        assert place.state(book_id).reason == "not_a_book"
        place.do(RetryDeadPages(command_id=f"retry {number}"), book_id)
    assert place.types(book_id) == ["BookUploaded", *("BookFailed", "ReadingRequested") * 2]


def test_the_job_leaves_the_same_events_and_objects(
    place: Place, printed_pages: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Place(tmp_path_factory.mktemp("other"))
    contents = (printed_pages.read_bytes(), b"Dear diary,")
    for content in contents:
        place.read(place.upload(content, ["md"]))
        source = other.folder / "a.pdf"
        source.write_bytes(content)
        wish = Wish(str(source), ReadingOptions(), ["md"])
        with other.chronicle() as chronicle:
            for found in register_all([wish], other.settings):
                chronicle.registered(found, wish)
                tasks = [task for task in found.findings if isinstance(task, Task)]
                for outcome in run_here(tasks, other.settings):
                    chronicle.note(outcome)
        assert chronicle.trouble is None

    uploaded_in_vain = library.source_key(hashlib.sha256(contents[1]).hexdigest())
    assert place.objects().keys() - {uploaded_in_vain} == other.objects().keys()
    for content in contents:
        book_id = hashlib.sha256(content).hexdigest()
        ours, theirs = (happened(each, book_id) for each in (place, other))
        assert ours == theirs


def happened(place: Place, book_id: str) -> list[tuple[str, object]]:
    """The events of a book, without what differs from run to run, and who was to read it."""
    found = []
    for event in place.events(book_id):
        data = json.loads(event.event.data)
        for different in ("source", "read_by_sender"):
            data.pop(different, None)
        if data.get("stats"):
            data["stats"].pop("page_seconds")
        found.append((event.event.type, data))
    return found


def test_a_batch_reads_no_more_than_it_may(place: Place, printed_pages: Path) -> None:
    book_id = place.upload(printed_pages.read_bytes())
    seen = []
    while not place.read(book_id, most=1)[book_id].is_finished:
        seen.append(place.state(book_id).pages_done)
    assert seen == [1, 2]
    assert place.types(book_id).count("SliceRead") == 3
    assert place.state(book_id).stage is Stage.READY


def test_books_take_turns(place: Place, printed_pages: Path) -> None:
    content = printed_pages.read_bytes()
    first, second = place.upload(content), place.upload(content + b"\n")
    ends = place.read(first, second, most=4)
    assert not any(end.is_finished or end.trouble for end in ends.values())
    assert [place.state(book_id).pages_done for book_id in (first, second)] == [2, 2]


def test_a_book_at_its_end_is_not_touched(place: Place, printed_pages: Path) -> None:
    book_id = place.upload(printed_pages.read_bytes())
    place.read(book_id)
    events, objects = place.events(book_id), place.objects()
    assert place.read(book_id)[book_id].is_finished
    assert (place.events(book_id), place.objects()) == (events, objects)


def test_an_unknown_book_troubles_no_other(place: Place, printed_pages: Path) -> None:
    known, unknown = place.upload(printed_pages.read_bytes()), "0" * 64
    ends = place.read(known, unknown)
    assert ends[known].is_finished
    assert ends[unknown].trouble == "it was never uploaded"


def test_a_book_whose_file_is_lost_is_read_once_it_is_handed_in_again(
    place: Place, printed_pages: Path
) -> None:
    book_id = place.upload(printed_pages.read_bytes())
    asyncio.run(place.store.delete(library.source_key(book_id)))
    assert place.read(book_id)[book_id].is_finished
    assert "hand it in" in (place.state(book_id).detail or "")
    place.upload(printed_pages.read_bytes())
    place.do(RetryDeadPages(command_id="again"), book_id)
    assert place.read(book_id)[book_id].is_finished
    assert place.state(book_id).stage is Stage.READY


@pytest.mark.parametrize("lifetime", range(4))
def test_killed_at_any_point_it_is_gone_on_with(
    place: Place, printed_pages: Path, lifetime: int
) -> None:
    book_id = place.upload(printed_pages.read_bytes(), ["md"])
    with pytest.raises(Killed):
        place.read(book_id, lifetime=lifetime)
    slices = {key: data for key, data in place.objects().items() if "/slices/" in key}
    assert place.read(book_id)[book_id].is_finished
    assert sorted(place.types(book_id)) == [
        *("BookRead", "BookReady", "BookUploaded", "ReadingStarted"),
        *("SliceRead", "SliceRead", "SliceRead"),
    ]
    assert slices.items() <= place.objects().items()


def with_dead_page(place: Place, printed_pages: Path) -> str:
    """A book whose second page could not be read, and can be now; its export says so."""
    book_id = place.upload(printed_pages.read_bytes(), ["txt"])
    place.read(book_id)
    key = library.slice_key(book_id, PageRange(2, 2))
    (page,) = Slice.model_validate_json(asyncio.run(place.store.get(key))).pages
    dead = page.failed(PageFault.TIMEOUT, "it took too long")
    return place_as_it_was(place, book_id, dead)


def place_as_it_was(place: Place, book_id: str, dead: Page) -> str:
    """The library as a run leaves it that could not read a page: log, slice, book and export."""
    (place.folder / "log.db").rename(place.folder / "old.db")
    for name in ("log.db-wal", "log.db-shm"):
        (place.folder / name).unlink(missing_ok=True)
    book = place.book(book_id)
    pages = [dead if page.number == dead.number else page for page in book.pages]
    partial = book.model_copy(update={"status": BookStatus.PARTIAL, "pages": pages})
    slice_ = Slice(book_id=book_id, pages=[dead])
    asyncio.run(
        place.store.put(
            library.slice_key(book_id, PageRange(2, 2)), slice_.model_dump_json().encode()
        )
    )
    asyncio.run(place.store.put(library.book_key(book_id), partial.model_dump_json().encode()))
    asyncio.run(place.store.put(library.export_key(book_id, "txt"), b"out of date"))
    place.upload(asyncio.run(place.store.get(library.source_key(book_id))), ["txt"])
    place.do(StartReading(command_id="start", pages=3), book_id)
    for number in (1, 2, 3):
        span = PageRange(number, number)
        command = RecordSlice(command_id=f"{number}", pages=span, failed=number == dead.number)
        place.do(command, book_id)
    stats = book_done(registered(pages=3), [2]).stats
    place.do(FinishReading(command_id="finish", stats=stats, dead_pages=(2,)), book_id)
    assert place.state(book_id).stage is Stage.PARTIAL
    return book_id


def test_dead_pages_are_read_again(place: Place, printed_pages: Path) -> None:
    book_id = with_dead_page(place, printed_pages)
    before = place.objects()
    place.do(RetryDeadPages(command_id="retry"), book_id)
    assert place.read(book_id)[book_id].is_finished
    assert place.types(book_id)[-4:] == ["DeadPagesRetried", "SliceRead", "BookRead", "BookReady"]
    assert place.state(book_id).dead_pages == ()
    assert {page.status for page in place.book(book_id).pages} == {PageStatus.OK}
    after = place.objects()
    assert after[library.export_key(book_id, "txt")] != b"out of date"
    for page in (1, 3):
        key = library.slice_key(book_id, PageRange(page, page))
        assert after[key] == before[key]


@pytest.mark.parametrize("lifetime", range(2))
def test_a_retry_that_is_killed_is_gone_on_with(
    place: Place, printed_pages: Path, lifetime: int
) -> None:
    book_id = with_dead_page(place, printed_pages)
    place.do(RetryDeadPages(command_id="retry"), book_id)
    with pytest.raises(Killed):
        place.read(book_id, lifetime=lifetime)
    assert place.read(book_id)[book_id].is_finished
    assert place.types(book_id)[-4:] == ["DeadPagesRetried", "SliceRead", "BookRead", "BookReady"]
    assert place.objects()[library.export_key(book_id, "txt")] != b"out of date"
