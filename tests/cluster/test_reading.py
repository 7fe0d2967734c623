"""Other formats than PDF, and other ways of reading than by content."""

from pathlib import Path

import pytest

from adapters.ocr.accuracy import pooled_error_rate
from domain import library
from domain.book import Book, BookStatus, PageFault, PageMethod, PageStatus
from tests.cluster import sample_books
from tests.cluster.conftest import Ingest
from tests.cluster.sample_books import BLANK_PAGE, SampleBook
from tests.unit.sample_sources import write_epub

pytestmark = pytest.mark.timeout(240)

CHAPTERS = [
    "The ferry left the quay at seven, with nobody on board who could steer it.",
    "By noon the harbour master had found three volunteers and a chart of another harbour.",
]


def stored_book(ingest: Ingest, book_id: str | None) -> Book:
    assert book_id
    return Book.model_validate_json((ingest.store / library.book_key(book_id)).read_bytes())


def error_rate(book: Book, truth: list[str]) -> float:
    pages = zip(truth, book.pages, strict=True)
    return pooled_error_rate((true, page.text) for true, page in pages)


@pytest.fixture
def library_of(ingest: Ingest, tmp_path: Path) -> Ingest:
    """As `ingest`, with a library of the test's own: the first reading of a book stands."""
    return Ingest(ingest.cluster, tmp_path)


def test_a_folder_of_other_formats(
    library_of: Ingest, born_digital: SampleBook, tmp_path: Path
) -> None:
    folder = tmp_path / "in" / "deep"
    folder.mkdir(parents=True)
    pages = sample_books.pictures(born_digital)
    write_epub(folder / "a.epub", *CHAPTERS)
    sample_books.write_cbz(folder / "b.cbz", pages[1:3])
    sample_books.write_tiff(folder / "c.TIFF", pages[1:3])
    sample_books.write_png(folder / "d.png", pages[2])
    (folder / "notes.txt").write_text("not a book")

    finished = library_of(tmp_path / "in", "--json")

    assert finished.status == 0, finished.stderr
    names = [Path(book.source).name for book in finished.report.books]
    assert names == ["a.epub", "b.cbz", "c.TIFF", "d.png"]
    epub, cbz, tiff, png = (stored_book(library_of, book.book_id) for book in finished.report.books)
    assert {page.method for page in epub.pages} == {PageMethod.NATIVE}
    assert error_rate(epub, CHAPTERS) == 0
    truth = born_digital.truth
    for book, true in ((cbz, truth[1:3]), (tiff, truth[1:3]), (png, truth[2:3])):
        assert {page.method for page in book.pages} == {PageMethod.OCR}
        assert error_rate(book, true) < 0.03


def test_native_text_alone_leaves_a_scan_unread(library_of: Ingest, scan: SampleBook) -> None:
    finished = library_of(scan.path, "--text", "native")

    assert finished.status == 3, finished.stderr
    book = stored_book(library_of, scan.book_id)
    assert book.status is BookStatus.PARTIAL
    for page in book.pages:
        if page.number == BLANK_PAGE:
            assert page.status is PageStatus.BLANK
        else:
            assert page.status is PageStatus.FAILED
            assert page.error
            assert page.error.fault is PageFault.NO_TEXT_LAYER
    assert book.reading.text == "native"

    heading, line, remark, total = finished.stdout.splitlines()
    assert heading.split() == [
        *("book", "status", "pages", "native", "OCR", "failed", "seconds", "pages/s")
    ]
    pages = len(scan.truth)
    assert line.split()[:6] == [scan.path.name, "partial", *map(str, (pages, 0, 0, pages - 1))]
    assert remark.startswith(f"{scan.path.name}: no_text_layer: pages 1, 3-")
    assert total.startswith(f"{pages} pages in ")


def test_recognition_can_be_forced(library_of: Ingest, born_digital: SampleBook) -> None:
    finished = library_of(born_digital.path, "--text", "ocr", "--json")

    assert finished.status == 0, finished.stderr
    (line,) = finished.report.books
    pages = len(born_digital.truth)
    assert (line.native, line.ocr) == (0, pages)
    book = stored_book(library_of, born_digital.book_id)
    assert {page.method for page in book.pages} == {PageMethod.REDO}
    assert book.stats.redone == pages
    assert error_rate(book, born_digital.truth) < 0.03
