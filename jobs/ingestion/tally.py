"""What became of every source of a run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from domain.book import BookStatus, Frozen
from jobs.ingestion.rows import BookDone, Outcome, Refused, SliceDone, SliceTask, Task, Undone

INTERRUPTED = "interrupted"
"""No status of a book: this run could not finish it, and the next one goes on."""

UNDONE = "undone"
"""As `INTERRUPTED`, but the next run cannot go on before what `detail` says is mended."""

_RUNS_NAMED = 10


class BookReport(Frozen):
    """One source's line in the report.

    `seconds` run from the book's first slice's start to its last one's end; `stood_before` says
    that it was complete before this run. `reason` is why a book was refused, or what befell most
    of its failed pages.
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
    """The whole run: what it read, from its start to its end; `trouble` is what stopped it, if
    something did, and `unrecorded` is why the event log does not have all of it."""

    books: list[BookReport]
    pages_read: int
    seconds: float
    pages_per_second: float
    trouble: str | None = None
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
    trouble: Undone | None = None
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
                self._books[book_id].trouble = outcome

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
            trouble=trouble,
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
            return BookReport(
                book_id=None, source=source, status=_status_of(found), detail=found.detail
            )
        book = self._books[found]
        seconds = round(book.ended - book.began, 2) if book.began else 0.0
        unmade = book.done and book.done.trouble
        if book.done is None or unmade:
            return BookReport(
                book_id=found,
                source=source,
                status=UNDONE if unmade else _status_of(book.trouble),
                pages=book.pages,
                pages_read=book.pages_read,
                seconds=seconds,
                detail=unmade or (book.trouble.detail if book.trouble else trouble),
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
            reason=book.done.usual_fault,
            detail=f"{_named(dead)} could not be read" if (dead := book.done.dead_pages) else None,
        )


def _status_of(undone: Undone | None) -> str:
    return UNDONE if undone and undone.is_lasting else INTERRUPTED


def _named(pages: Sequence[int]) -> str:
    """Page numbers as a person writes them: `page 3`, `pages 3, 7-9`; many are cut short."""
    consecutive = groupby(enumerate(pages), key=lambda item: item[1] - item[0])
    runs = [[page for _, page in run] for _, run in consecutive]
    named = [f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs[:_RUNS_NAMED]]
    more = ["..."] if len(runs) > _RUNS_NAMED else []
    return f"page{'s' * (len(pages) > 1)} {', '.join(named + more)}"
