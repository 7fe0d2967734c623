"""What became of every source of a run."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.book import BookStatus, Frozen
from jobs.ingestion.rows import BookDone, Outcome, Refused, SliceDone, SliceTask, Task, Undone

INTERRUPTED = "interrupted"
"""No status of a book: this run could not finish it, and the next one goes on."""


class BookReport(Frozen):
    """One source's line in the report.

    `seconds` run from the book's first slice's start to its last one's end; `stood_before` says
    that it was complete before this run.
    """

    book_id: str | None
    source: str
    status: str
    pages: int = 0
    native: int = 0
    ocr: int = 0
    failed: int = 0
    seconds: float = 0.0
    pages_read: int = 0
    stood_before: bool = False
    reason: str | None = None
    detail: str | None = None


class RunReport(Frozen):
    """The whole run: what it read, from its start to its end; `unrecorded` is why the event log
    does not have all of it."""

    books: list[BookReport]
    pages_read: int
    seconds: float
    pages_per_second: float
    unrecorded: str | None = None

    @property
    def all_read(self) -> bool:
        """Whether every source is a book with every page read, and the event log knows it."""
        return not self.unrecorded and all(book.status == BookStatus.READ for book in self.books)


@dataclass
class _Progress:
    pages: int
    pages_read: int = 0
    began: float | None = None
    ended: float = 0.0
    trouble: str | None = None
    done: BookDone | None = None


class Tally:
    """Takes note of tasks and outcomes, and reports on every source."""

    def __init__(self) -> None:
        self._books: dict[str, _Progress] = {}
        self._sources: dict[str, str | Refused | Undone] = {}
        self.pages_to_read = 0
        self.pages_read = 0

    def plan(self, source: str, found: Iterable[Task | BookDone | Refused | Undone]) -> list[Task]:
        """Note what a source asks for; the tasks are those no equal file before it asked for."""
        tasks: list[Task] = []
        for item in found:
            if isinstance(item, Refused | Undone):
                self._sources[source] = item
                continue
            book = item.book
            if book.book_id in self._books and source not in self._sources:
                self._sources[source] = book.book_id
                return []
            self._sources[source] = book.book_id
            self._books.setdefault(book.book_id, _Progress(book.pages))
            if isinstance(item, BookDone):
                self.note(item)
                continue
            if isinstance(item, SliceTask):
                self.pages_to_read += item.pages.last - item.pages.first + 1
            tasks.append(item)
        return tasks

    def note(self, outcome: Outcome) -> None:
        """Note what became of a task."""
        match outcome:
            case SliceDone():
                book = self._books[outcome.book.book_id]
                self.pages_read += outcome.pages
                book.pages_read += outcome.pages * outcome.read_now
                book.began = min(book.began or outcome.began, outcome.began)
                book.ended = max(book.ended, outcome.ended)
            case BookDone():
                self._books[outcome.book.book_id].done = outcome
            case Undone(book_id=str(book_id)):
                self._books[book_id].trouble = outcome.detail

    def report(
        self, seconds: float, trouble: str | None = None, unrecorded: str | None = None
    ) -> RunReport:
        """The run after `seconds`; `trouble` is what stopped it, if something did."""
        pages_read = sum(book.pages_read for book in self._books.values())
        return RunReport(
            books=[self._line(source, trouble) for source in self._sources],
            pages_read=pages_read,
            seconds=round(seconds, 2),
            pages_per_second=round(pages_read / seconds, 2) if seconds else 0.0,
            unrecorded=unrecorded,
        )

    def _line(self, source: str, trouble: str | None) -> BookReport:
        found = self._sources[source]
        if isinstance(found, Refused):
            return BookReport(
                book_id=found.book_id,
                source=source,
                status=BookStatus.FAILED,
                reason=found.fault,
                detail=found.detail,
            )
        if isinstance(found, Undone):
            return BookReport(book_id=None, source=source, status=INTERRUPTED, detail=found.detail)
        book = self._books[found]
        seconds = round(book.ended - book.began, 2) if book.began else 0.0
        if book.done is None or book.done.trouble:
            return BookReport(
                book_id=found,
                source=source,
                status=INTERRUPTED,
                pages=book.pages,
                pages_read=book.pages_read,
                seconds=seconds,
                detail=(book.done and book.done.trouble) or book.trouble or trouble,
            )
        stats = book.done.stats
        return BookReport(
            book_id=found,
            source=source,
            status=book.done.status,
            pages=stats.pages,
            native=stats.native,
            ocr=stats.ocr,
            failed=stats.failed,
            seconds=seconds,
            pages_read=book.pages_read,
            stood_before=not book.done.is_new and not book.pages_read,
            detail=book.trouble,
        )
