"""One run over a born-digital book and a scan, all exports; then the same command again."""

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pymupdf
import pytest

from adapters.exports import EXPORTERS
from adapters.ocr.accuracy import character_error_rate, pooled_error_rate
from cluster.settings import Settings
from cluster.wiring import open_log
from domain import library
from domain.book import Book, BookStatus, Page, PageMethod, PageStatus, words_of
from domain.events import START, RecordedEvent
from domain.slices import plan
from jobs.ingestion.principals import JOB
from tests.cluster.commands import Finished
from tests.cluster.conftest import Ingest
from tests.cluster.sample_books import BLANK_PAGE, TURNED_PAGE, SampleBook

pytestmark = pytest.mark.timeout(240)

SLICE_PAGES = 2
BOOK_KEYS = {"book_id", "source", "status", "pages", "native", "ocr", "failed", "seconds"}
XHTML = "{http://www.w3.org/1999/xhtml}"
ALTO = "{http://www.loc.gov/standards/alto/ns-v4#}"


class Books:
    """The library after the first run."""

    def __init__(self, store: Path, born_digital: SampleBook, scan: SampleBook) -> None:
        self.store = store
        self.samples = (born_digital, scan)
        self.born_digital, self.scan = (
            Book.model_validate_json((store / library.book_key(sample.book_id)).read_bytes())
            for sample in self.samples
        )

    def export(self, book: Book, format: str) -> Path:
        return self.store / library.export_key(book.book_id, EXPORTERS[format].suffix)


@pytest.fixture(scope="module")
def finished(ingest: Ingest, born_digital: SampleBook, scan: SampleBook) -> Finished:
    return ingest_both(ingest, born_digital, scan)


@pytest.fixture(scope="module")
def books(ingest: Ingest, finished: Finished, born_digital: SampleBook, scan: SampleBook) -> Books:
    assert finished.status == 0, finished.stderr
    return Books(ingest.store, born_digital, scan)


def ingest_both(ingest: Ingest, born_digital: SampleBook, scan: SampleBook) -> Finished:
    return ingest(
        born_digital.path,
        scan.path,
        "--export",
        ",".join(EXPORTERS),
        "--json",
        slice_pages=str(SLICE_PAGES),
    )


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file with the time of its last change."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def recorded(data: Path) -> list[RecordedEvent]:
    """All events of the log."""

    async def read() -> list[RecordedEvent]:
        log = open_log(Settings(data_dir=data))
        try:
            return list((await log.read_all(START, 10_000)).events)
        finally:
            await log.close()

    return asyncio.run(read())


def said(events: Iterable[RecordedEvent]) -> list[tuple[str, str, str]]:
    """What events say, whenever and in whatever order of the books."""
    return [(event.stream.id, event.event.type, event.event.data) for event in events]


def error_rate(pages: Iterable[Page], truth: Iterable[str]) -> float:
    return pooled_error_rate((true, page.text) for true, page in zip(truth, pages, strict=True))


def test_the_last_line_is_the_report(
    finished: Finished, born_digital: SampleBook, scan: SampleBook
) -> None:
    assert finished.status == 0, finished.stderr
    assert finished.stdout.count("\n") == 1
    report = json.loads(finished.last_line)
    assert report["pages_per_second"] > 0
    assert all(book.keys() >= BOOK_KEYS for book in report["books"])
    digital, scanned = report["books"]
    assert (digital["book_id"], scanned["book_id"]) == (born_digital.book_id, scan.book_id)
    assert (digital["source"], scanned["source"]) == (str(born_digital.path), str(scan.path))
    assert digital["status"] == scanned["status"] == "read"
    assert digital["pages"] == digital["native"] == len(born_digital.truth)
    assert (digital["ocr"], digital["failed"]) == (0, 0)
    assert scanned["pages"] == len(scan.truth)
    assert (scanned["native"], scanned["failed"]) == (0, 0)
    assert scanned["ocr"] == len(scan.truth) - 1  # one is blank
    assert digital["seconds"] > 0
    assert scanned["seconds"] > 0


def test_a_book_is_what_its_schema_says(books: Books) -> None:
    schema = Book.model_json_schema()
    for book in (books.born_digital, books.scan):
        stored = (books.store / library.book_key(book.book_id)).read_text()
        jsonschema.validate(json.loads(stored), schema)
        assert book.status is BookStatus.READ


def test_every_page_is_there_once_and_in_order(books: Books) -> None:
    for book, sample in zip((books.born_digital, books.scan), books.samples, strict=True):
        assert [page.number for page in book.pages] == list(range(1, len(sample.truth) + 1))


def test_a_born_digital_book_is_read_as_it_is(books: Books, born_digital: SampleBook) -> None:
    assert {page.method for page in books.born_digital.pages} == {PageMethod.NATIVE}
    assert error_rate(books.born_digital.pages, born_digital.truth) < 0.001


def test_a_scan_is_recognised(books: Books, scan: SampleBook) -> None:
    methods = {page.method for page in books.scan.pages if page.number != BLANK_PAGE}
    assert methods == {PageMethod.OCR}
    assert error_rate(books.scan.pages, scan.truth) < 0.03


def test_a_page_on_its_side_is_turned(books: Books, scan: SampleBook) -> None:
    page = books.scan.pages[TURNED_PAGE - 1]
    assert page.rotation == 270
    assert page.height > page.width
    assert character_error_rate(scan.truth[TURNED_PAGE - 1], page.text) < 0.03
    upright = [other for other in books.scan.pages if other.number != TURNED_PAGE]
    assert {other.rotation for other in upright} == {0}


def test_an_empty_sheet_is_blank(books: Books) -> None:
    blank = [page.number for page in books.scan.pages if page.status is PageStatus.BLANK]
    assert blank == [BLANK_PAGE]
    assert books.scan.pages[BLANK_PAGE - 1].text == ""


def test_everything_lies_where_the_library_says(books: Books) -> None:
    expected = set()
    for sample in books.samples:
        book_id = sample.book_id
        expected |= {library.source_key(book_id), library.manifest_key(book_id)}
        expected |= {library.book_key(book_id)}
        expected |= {
            library.slice_key(book_id, pages) for pages in plan(len(sample.truth), SLICE_PAGES)
        }
        expected |= {library.export_key(book_id, format.suffix) for format in EXPORTERS.values()}
        stored = (books.store / library.source_key(book_id)).read_bytes()
        assert stored == sample.path.read_bytes()
    assert contents(books.store).keys() == expected


def test_a_scan_becomes_a_pdf_that_can_be_searched(books: Books) -> None:
    with pymupdf.open(books.export(books.scan, "pdf")) as document:
        assert len(document) == len(books.scan.pages)
        for printed, page in zip(document, books.scan.pages, strict=True):
            for word in sorted(words_of(page.blocks), key=lambda word: -len(word.text))[:5]:
                assert printed.search_for(word.text), (page.number, word.text)


def test_the_other_exports_hold_the_words(books: Books) -> None:
    for book in (books.born_digital, books.scan):
        words = [word.text for page in book.pages for word in words_of(page.blocks)]
        hocr = ElementTree.parse(books.export(book, "hocr"))
        spans = [span for span in hocr.iter(f"{XHTML}span") if span.get("class") == "ocrx_word"]
        assert [span.text for span in spans] == words
        alto = ElementTree.parse(books.export(book, "alto"))
        assert len(list(alto.iter(f"{ALTO}Page"))) == len(book.pages)
        assert [string.get("CONTENT") for string in alto.iter(f"{ALTO}String")] == words
        for format in ("txt", "md"):
            text = books.export(book, format).read_text("utf-8")
            assert "seven months" in " ".join(text.split())


def test_the_log_has_the_life_of_every_book(books: Books, ingest: Ingest) -> None:
    events = recorded(ingest.data)
    for sample in books.samples:
        assert [event.event.type for event in events if event.stream.id == sample.book_id] == [
            *("BookUploaded", "ReadingStarted"),
            *["SliceRead"] * len(plan(len(sample.truth), SLICE_PAGES)),
            *("BookRead", "BookReady"),
        ]
    assert {event.event.metadata.principal for event in events} == {JOB}


def test_the_same_command_again_changes_nothing(
    ingest: Ingest, books: Books, born_digital: SampleBook, scan: SampleBook
) -> None:
    before, events = contents(books.store), recorded(ingest.data)
    again = ingest_both(ingest, born_digital, scan)
    assert again.status == 0, again.stderr
    assert again.report.pages_read == 0
    assert [book.status for book in again.report.books] == ["read", "read"]
    assert again.stderr.count("read before, nothing to do") == 2
    assert contents(books.store) == before
    assert recorded(ingest.data) == events


def test_a_run_that_the_log_missed_is_recorded_by_the_next(
    ingest: Ingest, books: Books, born_digital: SampleBook, scan: SampleBook
) -> None:
    events = recorded(ingest.data)
    log, aside = ingest.data / "log.db", ingest.data / "aside"
    aside.mkdir()
    for file in ingest.data.glob("log.db*"):
        file.rename(aside / file.name)
    log.mkdir()
    missed = ingest_both(ingest, born_digital, scan)
    assert missed.status == 3
    assert [book.status for book in missed.report.books] == ["read", "read"]
    assert "log.db" in (missed.report.unrecorded or "")
    assert "not in the event log, run the command again" in missed.stderr

    log.rmdir()
    again = ingest_both(ingest, born_digital, scan)
    assert (again.status, again.report.unrecorded) == (0, None)
    assert sorted(said(recorded(ingest.data))) == sorted(said(events))
