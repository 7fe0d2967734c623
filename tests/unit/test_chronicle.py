"""What runs leave in the log, with a real log and store, and without reading anything."""

import json
import sqlite3
from pathlib import Path

import pytest

from domain.book import BookFault, ReadingOptions
from domain.entities.book import RetryDeadPages, Stage
from domain.slices import PageRange
from jobs.ingestion.register import Registration, Wish
from jobs.ingestion.rows import CompletionTask, Refused, Undone
from tests.unit.recorded_books import (
    BOOK_ID,
    RecordedLibrary,
    book_done,
    registered,
    slice_done,
    slice_task,
)

WISH = Wish("a.pdf", ReadingOptions(), ["md"])
BOOK = registered(pages=16)
TO_READ = Registration([slice_task(BOOK, 1, 8), slice_task(BOOK, 9, 16)], 1234, "A Title")
WHOLE_LIFE = ["BookUploaded", "ReadingStarted", "SliceRead", "SliceRead", "BookRead", "BookReady"]
OTHER_ID = "cd" * 32


@pytest.fixture
def library(tmp_path: Path) -> RecordedLibrary:
    return RecordedLibrary(tmp_path)


def read_all(library: RecordedLibrary, dead_pages: tuple[int, ...] = ()) -> None:
    """One undisturbed run."""
    with library.chronicle() as chronicle:
        chronicle.registered(TO_READ, WISH)
        for first, last in ((1, 8), (9, 16)):
            failed = sum(first <= page <= last for page in dead_pages)
            chronicle.note(slice_done(BOOK, first, last, failed))
        chronicle.note(book_done(BOOK, dead_pages))
    assert chronicle.trouble is None


def stands(dead_pages: tuple[int, ...] = ()) -> Registration:
    """What a run finds in a book that is complete."""
    return Registration([book_done(BOOK, dead_pages, is_new=False)], 1234, "A Title")


def find(library: RecordedLibrary, found: Registration) -> None:
    """A run that has nothing to read."""
    with library.chronicle() as chronicle:
        chronicle.registered(found, WISH)
    assert chronicle.trouble is None


def test_a_run_leaves_the_life_of_a_book(library: RecordedLibrary) -> None:
    read_all(library)
    assert library.types() == WHOLE_LIFE
    uploaded, started, *slices, read, _ = (json.loads(e.event.data) for e in library.events())
    assert (uploaded["source"], uploaded["size"], uploaded["exports"]) == ("a.pdf", 1234, ["md"])
    assert started == {"pages": 16, "title": "A Title"}
    assert slices == [{"pages": [1, 8], "failed": 0}, {"pages": [9, 16], "failed": 0}]
    assert read["stats"]["pages"] == 16


def test_events_tell_where_they_come_from(library: RecordedLibrary) -> None:
    read_all(library)
    metadata = [event.event.metadata for event in library.events()]
    assert [each.command_id for each in metadata] == [
        f"{BOOK_ID}:{what}"
        for what in ("upload", "start:0", "slice:1-8:0", "slice:9-16:0", "finish:0", "finish:0")
    ]
    assert {each.principal for each in metadata} == {"test"}
    assert {each.correlation_id for each in metadata} == {"run"}


def test_a_second_run_adds_nothing(library: RecordedLibrary) -> None:
    read_all(library)
    before = library.events()
    find(library, stands())
    read_all(library)
    assert library.events() == before


def test_a_resumed_run_adds_what_is_missing(library: RecordedLibrary) -> None:
    with library.chronicle() as chronicle:
        chronicle.registered(TO_READ, WISH)
        chronicle.note(slice_done(BOOK, 1, 8))
    assert library.types() == WHOLE_LIFE[:3]
    with library.chronicle() as chronicle:
        chronicle.registered(Registration([slice_task(BOOK, 9, 16)], 1234, "A Title"), WISH)
        chronicle.note(slice_done(BOOK, 9, 16))
        chronicle.note(book_done(BOOK))
    assert library.types() == WHOLE_LIFE


def test_a_slice_that_nobody_could_record_is_recorded_in_the_end(library: RecordedLibrary) -> None:
    library.store_slices(PageRange(1, 8), PageRange(9, 16))
    with library.chronicle() as chronicle:
        chronicle.registered(Registration([slice_task(BOOK, 9, 16)], 1234), WISH)
        chronicle.note(slice_done(BOOK, 9, 16))
        chronicle.note(book_done(BOOK, dead_pages=[2, 8]))
    assert library.types()[-3:] == ["SliceRead", "SliceRead", "BookPartlyRead"]
    assert json.loads(library.events()[-2].event.data) == {"pages": [1, 8], "failed": 2}


def test_a_complete_book_that_the_log_does_not_know_gets_its_events(
    library: RecordedLibrary,
) -> None:
    library.store_slices(PageRange(1, 8), PageRange(9, 16))
    find(library, stands())
    assert library.types() == WHOLE_LIFE


def test_a_book_that_only_has_to_be_put_together(library: RecordedLibrary) -> None:
    library.store_slices(PageRange(1, 8), PageRange(9, 16))
    with library.chronicle() as chronicle:
        chronicle.registered(Registration([CompletionTask(book=BOOK)], 1234), WISH)
        chronicle.note(book_done(BOOK))
    assert library.types() == WHOLE_LIFE


def test_many_slices_at_once(library: RecordedLibrary) -> None:
    book = registered(pages=700)
    slices = [PageRange(page, page) for page in range(1, 701)]
    library.store_slices(*slices)
    find(library, Registration([book_done(book, is_new=False)], 1234))
    assert library.state().slices == tuple(slices)
    assert library.state().stage is Stage.READY


def test_books_with_dead_pages(library: RecordedLibrary) -> None:
    read_all(library, dead_pages=(3,))
    assert library.types()[-1] == "BookPartlyRead"
    assert library.state().dead_pages == (3,)
    before = library.events()
    find(library, stands(dead_pages=(3,)))
    assert library.events() == before


def test_a_book_without_a_readable_page(library: RecordedLibrary) -> None:
    every_page = tuple(range(1, 17))
    read_all(library, every_page)
    state = library.state()
    assert (state.stage, state.reason) == (Stage.FAILED, "no_page_read")
    before = library.events()
    find(library, stands(every_page))
    assert library.events() == before


def test_a_file_that_is_no_book(library: RecordedLibrary) -> None:
    refused = Refused(source="a.pdf", book_id=BOOK_ID, fault=BookFault.NOT_A_BOOK, detail="a diary")
    for _ in range(2):
        find(library, Registration([refused], 1234))
        assert library.types() == ["BookUploaded", "BookFailed"]
    state = library.state()
    assert (state.stage, state.reason, state.size) == (Stage.FAILED, "not_a_book", 1234)
    assert state.was_refused

    read_all(library)  # by a version that can open it
    assert library.types()[2:] == WHOLE_LIFE[1:]
    assert (library.state().stage, library.state().reason) == (Stage.READY, None)


@pytest.mark.parametrize(
    "finding",
    [
        Undone(source="a.pdf", detail="the file is gone"),
        Refused(source="a.pdf", fault=BookFault.TOO_LARGE, detail="was not even hashed"),
    ],
)
def test_what_was_not_looked_at_leaves_no_trace(
    library: RecordedLibrary, finding: Undone | Refused
) -> None:
    find(library, Registration([finding]))
    assert list(library.folder.iterdir()) == []


def test_dead_pages_that_were_read_again_by_hand(library: RecordedLibrary) -> None:
    read_all(library, dead_pages=(3,))
    with library.chronicle() as chronicle:  # their slice and book.json were deleted
        chronicle.registered(Registration([slice_task(BOOK, 1, 8)], 1234), WISH)
        chronicle.note(slice_done(BOOK, 1, 8))
        library.store_slices(PageRange(1, 8), PageRange(9, 16))
        chronicle.note(book_done(BOOK))
    assert library.types()[-4:] == ["DeadPagesRetried", "SliceRead", "BookRead", "BookReady"]
    assert library.events()[-1].event.metadata.command_id == f"{BOOK_ID}:finish:1"
    assert library.state().dead_pages == ()


def test_a_requested_retry_is_not_ended_by_what_stood_before_it(library: RecordedLibrary) -> None:
    read_all(library, dead_pages=(3,))
    library.do(RetryDeadPages(command_id="retry"))
    find(library, stands(dead_pages=(3,)))
    assert library.state().stage is Stage.READING

    with library.chronicle() as chronicle:
        chronicle.registered(Registration([slice_task(BOOK, 1, 8)], 1234), WISH)
        chronicle.note(slice_done(BOOK, 1, 8, failed=1))
        chronicle.note(book_done(BOOK, dead_pages=[3]))
    state = library.state()
    assert (state.stage, state.retries) == (Stage.PARTIAL, 1)
    assert state.slices == (PageRange(9, 16), PageRange(1, 8))


def test_what_was_read_before_a_retry_comes_too_late(library: RecordedLibrary) -> None:
    with library.chronicle() as late:
        late.registered(TO_READ, WISH)
        late.settle()
        read_all(library, dead_pages=(3,))
        library.do(RetryDeadPages(command_id="retry"))
        late.note(slice_done(BOOK, 1, 8, failed=1))
    assert library.types()[-1] == "DeadPagesRetried"
    assert library.state().slices == (PageRange(9, 16),)


def test_a_log_that_cannot_be_opened_is_reported(library: RecordedLibrary) -> None:
    (library.folder / "log.db").mkdir()
    with library.chronicle() as chronicle:
        chronicle.registered(TO_READ, WISH)
        chronicle.settle()
        chronicle.note(slice_done(BOOK, 1, 8))
        assert "log.db" in (chronicle.trouble_with(BOOK_ID) or "")
    assert "log.db" in (chronicle.trouble or "")


def test_a_damaged_book_keeps_no_other_from_the_log(library: RecordedLibrary) -> None:
    read_all(library)
    with sqlite3.connect(library.folder / "log.db") as database:
        database.execute("UPDATE events SET type = 'Unheard' WHERE version = 2")
    database.close()
    other = registered(pages=16, book_id=OTHER_ID)
    library.store_slices(PageRange(1, 16), book_id=OTHER_ID)
    with library.chronicle() as chronicle:
        chronicle.registered(stands(), WISH)
        chronicle.registered(Registration([book_done(other, is_new=False)], 1234), WISH)
    assert "Unheard" in (chronicle.trouble or "")
    assert "Unheard" in (chronicle.trouble_with(BOOK_ID) or "")
    assert chronicle.trouble_with(OTHER_ID) is None
    assert library.types(OTHER_ID)[-1] == "BookReady"
