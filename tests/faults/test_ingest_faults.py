"""The ingest command under fire: what was read stays read, and the rest is read in the end."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

import pymupdf
import pytest

from cluster.settings import Settings
from cluster.wiring import open_log
from demo import SAMPLE
from demo.scan import Scanner, scan
from demo.typeset import typeset
from domain.book import BookFault, BookStatus, PageFault, PageMethod, PageStatus
from domain.events import RecordedEvent, StreamId
from domain.library import slices_among
from jobs.ingestion.tally import RunReport
from tests.faults.ingest_run import Ended, IngestRun, books, slices
from tests.faults.processes import eventually, peak_memory, readers_below, running
from tests.reader import hard_files

MIB = 2**20
MANY_PAGES = 600

Start = Callable[..., IngestRun]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts runs on one library; whatever of them is left is ended after the test."""
    runs: list[IngestRun] = []

    def start_one(*arguments: str | Path, **settings: object) -> IngestRun:
        runs.append(IngestRun(tmp_path, *arguments, **settings))
        return runs[-1]

    yield start_one
    for run in runs:
        run.kill_everything()


@pytest.fixture(scope="session")
def scanned_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scan of some twenty small pages."""
    folder = tmp_path_factory.mktemp("scanned")
    text = SAMPLE.read_text("utf-8")
    typeset(text, folder / "printed.pdf", page_size=(280.0, 440.0))
    scan(folder / "printed.pdf", folder / "book.pdf", scanner=Scanner(dpi=200))
    return folder / "book.pdf"


@pytest.fixture(scope="session")
def thick_book(printed_pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A born-digital book of 600 numbered pages."""
    path = tmp_path_factory.mktemp("thick") / "thick.pdf"
    with pymupdf.open(printed_pages) as source, pymupdf.open() as book:
        while len(book) < MANY_PAGES:
            book.insert_pdf(source)
        for number, page in enumerate(book, 1):
            page.insert_text((20, 20), f"Sheet {number}")
        book.save(path, garbage=3, deflate=True)
    return path


def pages_in(path: Path) -> int:
    with pymupdf.open(path) as book:
        return len(book)


def pages_of(names: dict[str, bytes]) -> list[int]:
    """The page numbers of slices, in order, as often as they occur."""
    ranges = slices_among(f"/slices/{name}" for name in names)
    return sorted(chain.from_iterable(range(pages.first, pages.last + 1) for pages in ranges))


def assert_every_page_is_read_once(data: Path, pages: int) -> None:
    (book,) = books(data)
    assert book.status is BookStatus.READ
    assert [page.number for page in book.pages] == list(range(1, pages + 1))
    assert {page.status for page in book.pages} == {PageStatus.OK}
    assert pages_of(slices(data)) == list(range(1, pages + 1))
    assert_the_log_knows(data, book.book_id)


def assert_the_log_knows(data: Path, book_id: str) -> None:
    """Everything that happened to the book is in the log, and once."""
    counts = Counter(event.event.type for event in events(data, book_id))
    assert counts.pop("SliceRead") == len(slices(data))
    once = ("BookUploaded", "ReadingStarted", "BookRead", "BookReady")
    assert counts == dict.fromkeys(once, 1)


def events(data: Path, book_id: str) -> list[RecordedEvent]:
    async def read() -> list[RecordedEvent]:
        log = open_log(Settings(data_dir=data))
        try:
            assert [damage async for damage in log.verify()] == []
            return [event async for event in log.read(StreamId("book", book_id))]
        finally:
            await log.close()

    return asyncio.run(read())


@pytest.mark.timeout(240)
def test_a_killed_worker_costs_no_page(start: Start, scanned_book: Path, tmp_path: Path) -> None:
    run = start(scanned_book, slice_pages=4)
    worker = eventually(run.worker_with_a_book, 90, "a worker reads pages")
    assert worker is not None
    readers = readers_below(worker.pid)
    done = slices(tmp_path)
    worker.kill()
    ended = run.finish()
    assert (ended.status, ended.messages.count("Traceback")) == (0, 0), ended.messages
    assert_every_page_is_read_once(tmp_path, pages_in(scanned_book))
    assert len(done) < len(slices(tmp_path))
    eventually(lambda: not running(readers), 20, "the killed worker's page reader is gone")


@pytest.mark.timeout(240)
def test_a_killed_run_is_taken_up_where_it_ended(
    start: Start, scanned_book: Path, tmp_path: Path
) -> None:
    first = start(scanned_book, slice_pages=2)
    eventually(lambda: len(slices(tmp_path)) >= 2, 90, "the first slices are stored")
    family = [*first.workers(), *readers_below(first.pid)]
    first.process.kill()
    assert first.finish().report is None
    eventually(lambda: not running(family), 30, "workers and readers end without their driver")
    before = slices(tmp_path)
    assert not books(tmp_path)

    # The second run cuts the rest its own way.
    ended = start(scanned_book, slice_pages=5).finish()
    assert ended.status == 0, ended.messages
    assert ended.report is not None
    pages = pages_in(scanned_book)
    assert ended.report.pages_read == pages - len(pages_of(before)) > 0
    assert_every_page_is_read_once(tmp_path, pages)
    assert {name: slices(tmp_path)[name] for name in before} == before


@pytest.mark.timeout(240)
def test_two_runs_of_one_book_share_it(start: Start, scanned_book: Path, tmp_path: Path) -> None:
    runs = [start(scanned_book, slice_pages=2, ocr_workers=1) for _ in range(2)]
    ends = [run.finish() for run in runs]
    assert [end.status for end in ends] == [0, 0], [end.messages for end in ends]
    pages = pages_in(scanned_book)
    assert_every_page_is_read_once(tmp_path, pages)
    # A page counts as read by the run that created its slice.
    assert sum(end.report.pages_read for end in ends if end.report) == pages


@pytest.mark.timeout(240)
def test_pages_that_hang_or_eat_memory_cost_no_other(
    start: Start, printed_pages: Path, tmp_path: Path
) -> None:
    hard_files.endless_page(tmp_path / "endless.pdf")
    hard_files.greedy_page(tmp_path / "greedy.pdf")
    with pymupdf.open(printed_pages) as book:
        for name in ("greedy.pdf", "endless.pdf"):
            with pymupdf.open(tmp_path / name) as hard:
                book.insert_pdf(hard, start_at=1)
        book.save(tmp_path / "book.pdf")
    ended = start(
        tmp_path / "book.pdf", slice_pages=2, page_timeout=12, page_memory_mb=512, page_attempts=1
    ).finish()

    assert (ended.status, ended.messages.count("Traceback")) == (3, 0), ended.messages
    (book_read,) = books(tmp_path)
    faults = {page.number: page.error.fault for page in book_read.pages if page.error}
    assert faults == {2: PageFault.TIMEOUT, 3: PageFault.MEMORY}
    others = {page.status for page in book_read.pages if page.number not in faults}
    assert others == {PageStatus.OK}
    assert ended.report is not None
    (line,) = ended.report.books
    assert (line.status, line.failed) == (BookStatus.PARTIAL, 2)
    assert line.detail == "pages 2-3 could not be read"


class Mixed(NamedTuple):
    """What became of a folder of good and bad files."""

    data: Path
    ended: Ended
    report: RunReport
    peaks: dict[str, int]


@pytest.fixture(scope="module")
def mixed(printed_pages: Path, thick_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Mixed:
    folder, data = tmp_path_factory.mktemp("mixed"), tmp_path_factory.mktemp("library")
    (folder / "empty.pdf").touch()
    (folder / "diary.pdf").write_text("Dear diary,")
    (folder / "damaged.pdf").write_bytes(b"%PDF-1.7\n" + bytes(1000))
    with pymupdf.open(printed_pages) as book:
        book.save(folder / "locked.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="secret")
    shutil.copy(thick_book, folder / "thick.pdf")
    run = IngestRun(data, folder)
    try:
        with watched_memory(run) as peaks:
            ended = run.finish()
    finally:
        run.kill_everything()
    assert ended.report is not None, ended.messages
    return Mixed(data, ended, ended.report, peaks)


@pytest.mark.timeout(240)
class TestMixedFolder:
    def test_bad_files_are_named_with_their_reasons(self, mixed: Mixed) -> None:
        assert mixed.ended.status == 3
        lines = {Path(line.source).name: line for line in mixed.report.books}
        assert {name: line.reason for name, line in lines.items()} == {
            "damaged.pdf": BookFault.DAMAGED,
            "diary.pdf": BookFault.NOT_A_BOOK,
            "empty.pdf": BookFault.EMPTY,
            "locked.pdf": BookFault.ENCRYPTED,
            "thick.pdf": None,
        }
        assert "password" in (lines["locked.pdf"].detail or "")
        assert lines["thick.pdf"].status == BookStatus.READ

    def test_the_good_book_is_read_in_order(self, mixed: Mixed) -> None:
        assert_every_page_is_read_once(mixed.data, MANY_PAGES)
        (book,) = books(mixed.data)
        assert all(f"Sheet {page.number}" in page.text.splitlines() for page in book.pages)
        assert {page.method for page in book.pages} == {PageMethod.NATIVE}

    def test_no_process_grows_with_the_book(self, mixed: Mixed) -> None:
        assert mixed.peaks.keys() == {"driver", "worker", "reader"}
        assert max(mixed.peaks.values()) < 450 * MIB, mixed.peaks

    def test_a_second_run_has_nothing_to_do(self, mixed: Mixed, thick_book: Path) -> None:
        again = IngestRun(mixed.data, thick_book).finish()
        assert again.status == 0, again.messages
        assert again.report is not None
        assert (again.report.pages_read, again.report.books[0].stood_before) == (0, True)
        assert "nothing to do" in again.messages


@pytest.mark.parametrize(
    ("command", "settings", "complaint"),
    [
        ("BOOK --languages eng+tlh", {}, "apt-get install tesseract-ocr-tlh"),
        ("BOOK --export md,papyrus", {}, "unknown export format 'papyrus'"),
        ("BOOK.missing", {}, "no such file"),
        ("", {}, "arguments are required: SOURCE"),
        ("BOOK", {"slice_pages": 0}, "SCRIPTORIUM_SLICE_PAGES"),
    ],
)
def test_bad_usage_has_a_status_of_its_own(
    start: Start, printed_pages: Path, command: str, settings: dict[str, object], complaint: str
) -> None:
    arguments = command.replace("BOOK", str(printed_pages)).split()
    ended = start(*arguments, **settings).finish()
    assert (ended.status, ended.report) == (2, None)
    assert complaint in " ".join(ended.messages.split())
    assert "Traceback" not in ended.messages


@contextmanager
def watched_memory(run: IngestRun) -> Iterator[dict[str, int]]:
    """The most bytes that a process of each kind held at once."""
    peaks: dict[str, int] = {}
    enough = Event()

    def watch() -> None:
        while not enough.wait(0.25):
            kinds = {"driver": [run.pid]}
            kinds["worker"] = [process.pid for process in run.workers()]
            kinds["reader"] = [process.pid for process in readers_below(run.pid)]
            for kind, pids in kinds.items():
                for pid in pids:
                    peaks[kind] = max(peaks.get(kind, 0), peak_memory(pid))

    thread = Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        enough.set()
        thread.join()
