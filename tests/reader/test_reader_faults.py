"""Page readers that are killed, hang, grow or crash: every page still comes to an end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import pymupdf
import pytest

from adapters.ocr.messages import ExportOrder
from adapters.ocr.supervisor import SupervisedReader
from domain.book import BookFault, Page, PageFault, PageStatus, TextMode
from domain.errors import BookRefused
from tests.faults.processes import below, cpu_seconds, eventually, is_running, running
from tests.reader import hard_files
from tests.reader.readers import each_reader_struck, recipe, until_busy
from tests.unit.sample_book import a_book, a_page

ROOT = Path(__file__).parents[2]
MIB = 2**20


def read(reader: SupervisedReader, path: Path) -> Page:
    """The first page of a file."""
    (page,) = reader.read(path, [1], TextMode.AUTO)
    return page


def outcome(page: Page) -> tuple[PageStatus, PageFault | None, int]:
    """Status, fault and attempts."""
    return page.status, page.error.fault if page.error else None, page.attempts


@contextmanager
def reading(reader: SupervisedReader, path: Path) -> Iterator[tuple[psutil.Process, Future[Page]]]:
    """The reader's process, in the middle of the first page of `path`, and the page to come."""
    pid = reader.pid
    assert pid is not None, "let it read a short page first"
    process = psutil.Process(pid)
    before = cpu_seconds(process)
    with ThreadPoolExecutor(1) as pool:
        page = pool.submit(read, reader, path)
        until_busy(process, before)
        assert not page.done()
        yield process, page


class TestKilled:
    def test_a_page_whose_reader_is_killed_is_read_again_with_full_effort(
        self, printed_pages: Path, long_page: Path
    ) -> None:
        with SupervisedReader(recipe()) as reader:
            undisturbed = read(reader, long_page)
            assert outcome(undisturbed) == (PageStatus.OK, None, 1)
            with reading(reader, long_page) as (process, future):
                process.kill()
                page = future.result()
            assert page == undisturbed.model_copy(
                update={"attempts": 2, "milliseconds": page.milliseconds}
            )
            assert reader.pid != process.pid
            assert not psutil.pid_exists(process.pid)
            assert outcome(read(reader, printed_pages)) == (PageStatus.OK, None, 1)

    def test_a_reader_killed_between_pages_is_replaced(self, printed_pages: Path) -> None:
        with SupervisedReader(recipe()) as reader:
            read(reader, printed_pages)
            old = psutil.Process(reader.pid)
            old.kill()
            assert read(reader, printed_pages).status is PageStatus.OK
            assert reader.pid != old.pid

    def test_a_kill_costs_no_other_page(self, printed_pages: Path) -> None:
        with SupervisedReader(recipe()) as reader:
            undisturbed = reader.read(printed_pages, [1, 2, 3], TextMode.OCR)
            process = psutil.Process(reader.pid)
            before = cpu_seconds(process)
            with ThreadPoolExecutor(1) as pool:
                future = pool.submit(reader.read, printed_pages, [1, 2, 3], TextMode.OCR)
                until_busy(process, before)
                process.kill()
                pages = future.result()
            assert [page.text for page in pages] == [page.text for page in undisturbed]
            assert sum(page.attempts for page in pages) == 1 + len(undisturbed)

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
    def test_a_reader_that_always_crashes_has_so_many_attempts(
        self, printed_pages: Path, number: signal.Signals
    ) -> None:
        with SupervisedReader(recipe()._replace(attempts=4)) as reader:
            with each_reader_struck(number) as struck:
                page = read(reader, printed_pages)
            assert outcome(page) == (PageStatus.FAILED, PageFault.CRASH, 4)
            assert page.error is not None
            assert number.name in page.error.detail
            assert len(struck) == 4
            assert outcome(read(reader, printed_pages)) == (PageStatus.OK, None, 1)


class TestHanging:
    def test_a_stopped_reader_is_replaced_and_the_page_made_easier(
        self, printed_pages: Path, long_page: Path
    ) -> None:
        with SupervisedReader(recipe()._replace(seconds=10)) as reader:
            read(reader, printed_pages)
            with reading(reader, long_page) as (process, future):
                process.suspend()
                page = future.result()
            assert outcome(page)[:2] == (PageStatus.OK, None)
            assert page.attempts >= 2
            assert page.dpi is not None
            assert page.dpi < 180
            assert not psutil.pid_exists(process.pid)

    def test_an_endless_page_ends_alone(self, printed_pages: Path, tmp_path: Path) -> None:
        hard_files.endless_page(tmp_path / "endless")
        with pymupdf.open(printed_pages) as book, pymupdf.open(tmp_path / "endless") as endless:
            book.insert_pdf(endless, start_at=1)
            book.save(tmp_path / "book")
        with SupervisedReader(recipe()._replace(seconds=6, attempts=2)) as reader:
            title, page, text, _ = reader.read(tmp_path / "book", [1, 2, 3, 4], TextMode.AUTO)
            assert outcome(page) == (PageStatus.FAILED, PageFault.TIMEOUT, 2)
            assert page.error is not None
            assert page.error.detail == "not done after 6 seconds"
            assert outcome(title)[:2] == outcome(text)[:2] == (PageStatus.OK, None)
            assert title.text.startswith("A Letter in the Spine")

    def test_a_page_whose_command_hangs_leaves_no_process(
        self, printed_pages: Path, long_page: Path
    ) -> None:
        others = below(os.getpid())
        slow = recipe()._replace(engine="pytesseract", seconds=8, attempts=1)
        with SupervisedReader(slow) as reader, ThreadPoolExecutor(1) as pool:
            read(reader, printed_pages)
            future = pool.submit(read, reader, long_page)
            commands = eventually(
                lambda: [process for process in below(os.getpid()) if is_tesseract(process)],
                30,
                "the tesseract command runs",
            )
            for command in commands:
                command.suspend()  # a command that hangs does not even act on SIGTERM
            page = future.result()
            assert outcome(page) == (PageStatus.FAILED, PageFault.TIMEOUT, 1)
            eventually(lambda: not running(commands), 10, "the late command is gone")
        assert below(os.getpid()) == others

    def test_the_engine_collects_a_command_that_hung(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "tests.reader.hung_command"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            timeout=60,
            check=True,
        )
        assert done.stdout.split() == [b"late"]


class TestGrowing:
    def test_a_greedy_page_ends_alone(self, printed_pages: Path, tmp_path: Path) -> None:
        hard_files.greedy_page(tmp_path / "greedy")
        with SupervisedReader(recipe()._replace(memory_mb=512)) as reader:
            page = read(reader, tmp_path / "greedy")
            assert outcome(page) == (PageStatus.FAILED, PageFault.MEMORY, 3)
            assert page.error is not None
            assert page.error.detail == "more than 512 MiB would have been needed"
            assert outcome(read(reader, printed_pages)) == (PageStatus.OK, None, 1)

    def test_an_endless_string_fails_its_page_and_no_other(
        self, printed_pages: Path, tmp_path: Path
    ) -> None:
        hard_files.endless_string(tmp_path / "endless")
        with SupervisedReader(recipe()._replace(memory_mb=512)) as reader:
            page = read(reader, tmp_path / "endless")
            assert outcome(page) == (PageStatus.FAILED, PageFault.MEMORY, 3)
            assert outcome(read(reader, printed_pages)) == (PageStatus.OK, None, 1)

    def test_a_chapter_that_inflates_ends_its_book_alone(
        self, printed_pages: Path, tmp_path: Path
    ) -> None:
        hard_files.endless_chapter(tmp_path / "endless")
        assert (tmp_path / "endless").stat().st_size < MIB
        json = tmp_path / "book.json"
        json.write_text(a_book(a_page()).model_dump_json(), "utf-8")
        order = ExportOrder(json, tmp_path / "endless", "pdf", tmp_path / "out")
        with SupervisedReader(recipe()._replace(memory_mb=512)) as reader:
            for act in (
                lambda: reader.inspect(tmp_path / "endless", 1),
                lambda: reader.export(order, 1),
            ):
                with pytest.raises(BookRefused, match="more than 512 MiB") as refused:
                    act()
                assert refused.value.fault is BookFault.TOO_LARGE
            assert reader.inspect(printed_pages, 1).pages == 3


class TestOrphaned:
    """A supervisor that is killed leaves no page reader behind."""

    @pytest.mark.parametrize("busy", [False, True])
    def test_readers_end_without_their_supervisor(
        self, printed_pages: Path, tmp_path: Path, busy: bool
    ) -> None:
        hard_files.endless_page(tmp_path / "endless")
        files = [printed_pages, tmp_path / "endless"] if busy else [printed_pages]
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "tests.reader.lone_reader", "5", *map(str, files)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        with supervisor:
            assert supervisor.stdout is not None
            reader = psutil.Process(int(supervisor.stdout.readline()))
            if busy:
                until_busy(reader, cpu_seconds(reader))
            assert is_running(reader)
            supervisor.kill()
        eventually(lambda: not is_running(reader), 40, "the orphaned reader ends by itself")


def is_tesseract(process: psutil.Process) -> bool:
    try:
        return process.name() == "tesseract" and "--psm" in process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False
