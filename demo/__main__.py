"""`python -m demo`: typeset a book, scan it, read both on a local Ray, show what came out."""

import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from adapters.ocr.accuracy import pooled_error_rate
from cluster.ray_connection import connected
from cluster.settings import Settings, load_settings
from demo import SAMPLE
from demo.picture import draw
from demo.scan import scan
from demo.typeset import typeset
from domain import library
from domain.book import Book, ReadingOptions
from jobs.ingest import Request, ingest
from jobs.ingestion.screen import print_table
from jobs.ingestion.sources import find_sources
from jobs.ingestion.tally import BookReport, Tally

_ROTATED = {3: 90}
_BLANK = [2]
_SHOWN_PAGE, _SHOWN_LINES = 5, 6


def main() -> int:
    """Run the demonstration; 0 if both books were read."""
    console = Console()
    settings = load_settings(dashboard=True)
    folder = settings.data_dir / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings = load_settings(dashboard=True, store=f"file:{folder / 'library'}")

    digital, scanned = folder / "born-digital.pdf", folder / "scanned.pdf"
    truths = {str(digital): typeset(SAMPLE.read_text("utf-8"), digital)}
    truths[str(scanned)] = scan(digital, scanned, rotate=_ROTATED, blank_pages=_BLANK)
    console.print(f"A book of {len(truths[str(digital)])} pages is typeset and scanned: {folder}")
    console.print("Starting Ray with its dashboard ...")
    with connected(settings) as dashboard:
        console.print(f"Ray dashboard: http://{dashboard}\n")
        started = time.monotonic()
        tally = Tally()
        sources = find_sources([str(digital), str(scanned)], settings)
        ingest(Request(sources, ReadingOptions(), ["md", "pdf"], settings), tally, console)
        report = tally.report(time.monotonic() - started)
        print_table(report, console)
        for line in report.books:
            _show(line, truths[line.source], settings, console)
        if sys.stdin.isatty() and console.is_terminal:
            console.input(f"\nRay dashboard: http://{dashboard} - press Enter to stop Ray. ")
    return 0 if report.all_read else 1


def _show(line: BookReport, truth: Sequence[str], settings: Settings, console: Console) -> None:
    """One book: where it lies, how well it was read, and a few of its lines beside the truth."""
    if line.book_id is None:
        return
    root = Path(settings.store_uri.removeprefix("file:"))
    path = root / library.book_key(line.book_id)
    book = Book.model_validate_json(path.read_bytes())
    read = [page.text for page in book.pages]
    rate = pooled_error_rate(list(zip(truth, read, strict=True)))
    console.print(f"\n[bold]{Path(line.source).name}[/bold]: character error rate {rate:.2%}")
    console.print(f"  {path}", soft_wrap=True, highlight=False)
    console.print(f"  {path.parent / 'exports'}/book.md, book.pdf", soft_wrap=True, highlight=False)
    if not line.ocr:
        return
    table = Table(title=f"page {_SHOWN_PAGE}", title_justify="left", box=None, pad_edge=False)
    table.add_column("truth")
    table.add_column("read")
    lines = zip(_lines(truth), _lines(read), strict=False)
    for true, recognised in list(lines)[:_SHOWN_LINES]:
        table.add_row(true, recognised)
    console.print(table)
    picture = Path(line.source).with_suffix(".png")
    draw(Path(line.source), book.pages[_SHOWN_PAGE - 1], picture)
    console.print(f"  the page and what was read on it, drawn: {picture}", soft_wrap=True)


def _lines(pages: Sequence[str]) -> list[str]:
    return [line for line in pages[_SHOWN_PAGE - 1].splitlines() if line.strip()]


if __name__ == "__main__":
    sys.exit(main())
