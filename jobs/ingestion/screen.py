"""What a person sees of a run: a bar while it goes on, a table at its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from jobs.ingestion.tally import BookReport, RunReport

_COLOURS = {
    "read": "green",
    "partial": "yellow",
    "failed": "red",
    "interrupted": "magenta",
    "undone": "red",
}


class Bar:
    """A line that says what is going on, and how far it is."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def begin(self, what: str, total: int | None) -> None:
        """Start on something that has `total` steps, if that is known."""
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(what, total=total)

    def reach(self, completed: int) -> None:
        """So many steps are done."""
        if self._task is not None:
            self._progress.update(self._task, completed=completed)


@contextmanager
def bar(console: Console) -> Iterator[Bar]:
    """A bar on `console` that is gone in the end; silent where nobody watches."""
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with progress:
        yield Bar(progress)


def print_table(report: RunReport, console: Console) -> None:
    """One line a source, and the sum of them."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("book", overflow="fold")
    table.add_column("status")
    for heading in ("pages", "native", "OCR", "failed", "seconds", "pages/s"):
        table.add_column(heading, justify="right")
    for book in report.books:
        table.add_row(
            Text(PurePath(book.source).name),
            Text(book.status, style=_COLOURS[book.status]),
            *(str(count) for count in (book.pages, book.native, book.ocr, book.failed)),
            f"{book.seconds:.1f}",
            f"{book.pages_read / book.seconds:.1f}" if book.seconds else "-",
        )
    console.print(table)
    for book in report.books:
        if remark := _remark(book):
            line = f"{PurePath(book.source).name}: {remark}"
            console.print(line, soft_wrap=True, highlight=False, markup=False)
    if report.unrecorded:
        line = f"not in the event log, run the command again: {report.unrecorded}"
        console.print(line, style="red", soft_wrap=True, highlight=False, markup=False)
    console.print(
        f"{report.pages_read} pages in {report.seconds:.1f} s, start-up included: "
        f"{report.pages_per_second:.2f} pages/s"
    )


def _remark(book: BookReport) -> str:
    if book.reason or book.detail:
        return ": ".join(part for part in (book.reason, book.detail) if part)
    if book.stood_before:
        return "read before, nothing to do"
    return f"resumed, {book.pages_read} pages read now" if book.pages_read < book.pages else ""
