import pytest

from domain.book import BookFault, BookStats, BookStatus, PageFault, ReadingOptions
from domain.errors import RecordDamaged
from domain.slices import PageRange
from jobs.ingestion.rows import (
    BookDone,
    CompletionTask,
    Refused,
    Registered,
    SliceDone,
    SliceTask,
    Undone,
)
from jobs.ingestion.tally import INTERRUPTED, UNDONE, BookReport, RunReport, Tally

EMPTY = RunReport(books=[], pages_read=0, seconds=0.0, pages_per_second=0.0)


def book(source: str = "a.pdf", letter: str = "a", pages: int = 16) -> Registered:
    return Registered(book_id=letter * 64, source=source, pages=pages, reading=ReadingOptions())


def task(of: Registered, first: int, last: int) -> SliceTask:
    return SliceTask(book=of, pages=PageRange(first, last), last=PageRange(first, last))


def slice_done(
    of: Registered, pages: int, began: float, ended: float, read_now: bool = True
) -> SliceDone:
    return SliceDone(
        book=of,
        slice=PageRange(1, pages),
        pages=pages,
        failed=0,
        began=began,
        ended=ended,
        read_now=read_now,
    )


def book_done(
    of: Registered,
    status: BookStatus = BookStatus.READ,
    failed: int = 0,
    is_new: bool = True,
    trouble: str | None = None,
) -> BookDone:
    stats = BookStats(
        pages=of.pages,
        native=4,
        ocr=of.pages - 4 - failed,
        redone=1,
        blank=0,
        low_confidence=0,
        failed=failed,
        words=100,
        characters=600,
        confidence=0.9,
        page_seconds=1.0,
    )
    return BookDone(
        book=of,
        status=status,
        stats=stats,
        dead_pages=tuple(range(1, failed + 1)),
        is_new=is_new,
        trouble=trouble,
    )


def only(report: RunReport) -> BookReport:
    (line,) = report.books
    return line


def test_an_export_that_cannot_be_made_leaves_its_book_unfinished() -> None:
    tally, of = Tally(), book()
    tally.plan("a.pdf", [task(of, 1, 16)])
    tally.note(book_done(of, trouble="it cannot be exported"))
    report = tally.report(1.0, "the cluster failed")
    assert (only(report).status, only(report).detail) == (UNDONE, "it cannot be exported")
    assert not report.all_read


def test_a_book_that_the_log_lacks_is_no_success() -> None:
    tally, of = Tally(), book()
    tally.plan("a.pdf", [book_done(of)])
    assert tally.report(1.0).all_read
    report = tally.report(1.0, unrecorded="the log is away")
    assert (only(report).status, report.unrecorded) == (BookStatus.READ, "the log is away")
    assert not report.all_read


def test_a_run_without_sources_says_so() -> None:
    assert Tally().report(0.0) == EMPTY
    assert EMPTY.all_read


def test_a_book_is_planned_read_and_reported() -> None:
    tally, of = Tally(), book()
    tasks = [task(of, 1, 8), task(of, 9, 16)]
    assert tally.plan("a.pdf", tasks) == tasks
    assert (tally.pages_to_read, tally.pages_read) == (16, 0)
    tally.note(slice_done(of, 8, began=103.0, ended=105.0))
    tally.note(slice_done(of, 8, began=101.5, ended=104.0))
    assert tally.pages_read == 16
    tally.note(book_done(of))
    report = tally.report(8.0)
    assert only(report) == BookReport(
        book_id="a" * 64,
        source="a.pdf",
        status=BookStatus.READ,
        pages=16,
        native=4,
        ocr=12,
        seconds=3.5,
        pages_read=16,
    )
    assert (report.pages_read, report.seconds, report.pages_per_second) == (16, 8.0, 2.0)
    assert report.all_read
    assert not only(report).stood_before


@pytest.mark.parametrize("status", [BookStatus.PARTIAL, BookStatus.FAILED])
def test_failed_pages_show(status: BookStatus) -> None:
    tally, of = Tally(), book()
    tally.plan("a.pdf", [task(of, 1, 16)])
    tally.note(slice_done(of, 16, 1.0, 2.0))
    tally.note(book_done(of, status, failed=3))
    report = tally.report(1.0)
    assert (only(report).status, only(report).failed) == (status, 3)
    assert not report.all_read


def test_refused_sources_are_failed_with_the_reason() -> None:
    tally = Tally()
    refused = Refused(
        source="a.pdf",
        book_id="a" * 64,
        fault=BookFault.ENCRYPTED,
        detail="a password is needed",
    )
    assert tally.plan("a.pdf", [refused]) == []
    report = tally.report(1.0)
    assert only(report) == BookReport(
        book_id="a" * 64,
        source="a.pdf",
        status=BookStatus.FAILED,
        reason="encrypted",
        detail="a password is needed",
    )
    assert not report.all_read
    assert not only(report).stood_before


def test_sources_that_could_not_be_registered_are_interrupted() -> None:
    tally = Tally()
    assert tally.plan("a.pdf", [Undone(source="a.pdf", detail="the store did not answer")]) == []
    report = tally.report(1.0)
    assert only(report) == BookReport(
        book_id=None, source="a.pdf", status=INTERRUPTED, detail="the store did not answer"
    )
    assert not report.all_read
    assert not only(report).stood_before


def test_what_no_further_run_mends_is_undone() -> None:
    tally, of = Tally(), book("b.pdf")
    denied = Undone.because(PermissionError("may not be read"), "a.pdf")
    full = Undone.because(OSError("the disk is full"), "c.pdf")
    tally.plan("a.pdf", [denied])
    tally.plan("b.pdf", [task(of, 1, 16)])
    tally.plan("c.pdf", [full])
    tally.note(Undone.because(RecordDamaged("a slice"), "b.pdf", of.book_id))
    assert [(line.status, line.detail) for line in tally.report(1.0).books] == [
        (UNDONE, "may not be read"),
        (UNDONE, "a slice"),
        (INTERRUPTED, "the disk is full"),
    ]


@pytest.mark.parametrize(
    ("pages", "named"),
    [
        ((7,), "page 7"),
        ((3, 7, 8, 9), "pages 3, 7-9"),
        (tuple(range(1, 40, 2)), "pages 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, ..."),
    ],
)
def test_dead_pages_are_named_with_what_befell_most(pages: tuple[int, ...], named: str) -> None:
    tally, of = Tally(), book(pages=40)
    done = book_done(of, BookStatus.PARTIAL, failed=len(pages))
    fault = PageFault.TIMEOUT
    done = done.model_copy(update={"dead_pages": pages, "usual_fault": fault})
    tally.plan("a.pdf", [done])
    line = only(tally.report(1.0))
    assert (line.reason, line.detail) == (fault, f"{named} could not be read")


def test_books_that_are_complete_already_need_nothing() -> None:
    tally, of = Tally(), book()
    assert tally.plan("a.pdf", [book_done(of, is_new=False)]) == []
    assert tally.pages_to_read == 0
    report = tally.report(2.0)
    assert (only(report).status, only(report).pages, only(report).pages_read) == ("read", 16, 0)
    assert only(report).seconds == 0.0
    assert only(report).stood_before
    assert (report.pages_read, report.pages_per_second) == (0, 0.0)
    assert report.all_read


def test_books_that_only_lack_their_completion() -> None:
    tally, of = Tally(), book()
    completion = CompletionTask(book=of)
    assert tally.plan("a.pdf", [completion]) == [completion]
    assert tally.pages_to_read == 0
    assert only(tally.report(1.0)).status == INTERRUPTED
    tally.note(book_done(of))
    assert only(tally.report(1.0)).status == BookStatus.READ


def test_books_put_together_by_this_run_did_not_stand_before() -> None:
    tally, of = Tally(), book()
    tally.plan("a.pdf", [CompletionTask(book=of)])
    tally.note(book_done(of, is_new=True))
    assert not only(tally.report(1.0)).stood_before


def test_the_same_file_under_two_names_is_read_once_and_reported_twice() -> None:
    tally, of, again = Tally(), book("a.pdf"), book("b.pdf")
    assert len(tally.plan("a.pdf", [task(of, 1, 8), task(of, 9, 16)])) == 2
    assert tally.plan("b.pdf", [task(again, 1, 8), task(again, 9, 16)]) == []
    assert tally.pages_to_read == 16
    tally.note(slice_done(of, 8, 1.0, 2.0))
    tally.note(slice_done(of, 8, 2.0, 3.0))
    tally.note(book_done(of))
    report = tally.report(4.0)
    assert [line.source for line in report.books] == ["a.pdf", "b.pdf"]
    first, second = report.books
    assert second.model_copy(update={"source": "a.pdf"}) == first
    assert (report.pages_read, report.pages_per_second) == (16, 4.0)
    assert report.all_read


def test_the_same_complete_file_under_two_names() -> None:
    tally = Tally()
    tally.plan("a.pdf", [book_done(book("a.pdf"), is_new=False)])
    tally.plan("b.pdf", [book_done(book("b.pdf"), is_new=False)])
    report = tally.report(1.0)
    assert [(line.source, line.status) for line in report.books] == [
        ("a.pdf", "read"),
        ("b.pdf", "read"),
    ]


def test_slices_read_by_another_run_meanwhile_are_not_this_runs_pages() -> None:
    tally, of = Tally(), book()
    tally.plan("a.pdf", [task(of, 1, 8), task(of, 9, 16)])
    tally.note(slice_done(of, 8, 1.0, 2.0))
    tally.note(slice_done(of, 8, 2.0, 2.5, read_now=False))
    tally.note(book_done(of))
    assert tally.pages_read == 16  # what the progress bar counts
    report = tally.report(4.0)
    assert (only(report).pages_read, report.pages_read) == (8, 8)
    assert report.pages_per_second == 2.0


def test_a_slice_that_could_not_be_read_interrupts_its_book() -> None:
    tally, of, other = Tally(), book(), book("b.pdf", "b")
    tally.plan("a.pdf", [task(of, 1, 8), task(of, 9, 16)])
    tally.plan("b.pdf", [task(other, 1, 16)])
    tally.note(slice_done(of, 8, 1.0, 2.0))
    tally.note(Undone(source="a.pdf", book_id=of.book_id, detail="the store is full"))
    tally.note(slice_done(other, 16, 1.0, 2.0))
    tally.note(book_done(other))
    report = tally.report(4.0)
    assert report.books[0] == BookReport(
        book_id="a" * 64,
        source="a.pdf",
        status=INTERRUPTED,
        pages=16,
        pages_read=8,
        seconds=1.0,
        detail="the store is full",
    )
    assert report.books[1].status == BookStatus.READ
    assert not report.all_read
    assert not report.books[0].stood_before


def test_a_book_that_another_worker_finished_is_done() -> None:
    tally, of = Tally(), book()
    tally.plan("a.pdf", [task(of, 1, 8), task(of, 9, 16)])
    tally.note(Undone(source="a.pdf", book_id=of.book_id, detail="the store did not answer"))
    tally.note(book_done(of))
    assert only(tally.report(1.0)).status == BookStatus.READ


def test_what_stopped_the_run_is_told_of_the_books_it_left_unfinished() -> None:
    tally, done, left = Tally(), book(), book("b.pdf", "b")
    tally.plan("a.pdf", [task(done, 1, 16)])
    tally.plan("b.pdf", [task(left, 1, 16)])
    tally.note(slice_done(done, 16, 1.0, 2.0))
    tally.note(book_done(done))
    lines = tally.report(4.0, "the cluster failed: the head is gone").books
    assert [(line.status, line.detail) for line in lines] == [
        ("read", None),
        (INTERRUPTED, "the cluster failed: the head is gone"),
    ]


def test_a_books_own_trouble_comes_before_the_runs() -> None:
    tally, of = Tally(), book()
    tally.plan("a.pdf", [task(of, 1, 16)])
    tally.note(Undone(source="a.pdf", book_id=of.book_id, detail="the store is full"))
    assert only(tally.report(4.0, "the cluster failed")).detail == "the store is full"


def test_lines_come_in_the_order_of_the_sources() -> None:
    tally = Tally()
    refused = Refused(source="c.pdf", fault=BookFault.EMPTY, detail="no bytes")
    tally.plan("c.pdf", [refused])
    tally.plan("a.pdf", [book_done(book())])
    tally.plan("b.pdf", [Undone(source="b.pdf", detail="gone")])
    report = tally.report(1.0)
    assert [line.source for line in report.books] == ["c.pdf", "a.pdf", "b.pdf"]
    assert RunReport.model_validate_json(report.model_dump_json()) == report
