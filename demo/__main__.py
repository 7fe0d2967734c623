"""`python -m demo`: a book typeset, scanned, read by a job and over HTTP; a short story written."""

import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from rich.console import Console
from rich.table import Table

from adapters.ocr.accuracy import pooled_error_rate
from cluster.settings import Settings, load_settings
from demo import SAMPLE
from demo.picture import draw
from demo.post import post
from demo.scan import Scanner, scan
from demo.story import tell
from demo.typeset import typeset
from domain import library
from domain.book import Book, ReadingOptions
from jobs.ingest import Request, ingest
from jobs.ingestion.screen import print_table
from jobs.ingestion.sources import find_sources
from jobs.ingestion.tally import BookReport, RunReport
from serving.front import serving

_ROTATED = {3: 90}
_BLANK = [2]
_ANOTHER_SCANNER = Scanner(dpi=200, seed=2)
_SHOWN_PAGE, _SHOWN_LINES = 5, 6


def main() -> int:
    """Run the demonstration; 0 if all books were read and the story was written as it should."""
    console = Console()
    folder = load_settings().data_dir / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings = load_settings(data_dir=folder, dashboard=True)

    digital, scanned = folder / "born-digital.pdf", folder / "scanned.pdf"
    posted = folder / "posted.pdf"
    truths = {str(digital): typeset(SAMPLE.read_text("utf-8"), digital)}
    truths[str(scanned)] = scan(digital, scanned, rotate=_ROTATED, blank_pages=_BLANK)
    scan(digital, posted, scanner=_ANOTHER_SCANNER)
    console.print(f"A book of {len(truths[str(digital)])} pages is typeset and scanned: {folder}")
    console.print("Starting Ray with its dashboard, and the HTTP API ...")
    with serving(settings, Event()) as dashboard:
        console.print(f"Ray dashboard: http://{dashboard}\n")
        report = _read([digital, scanned], settings, console)
        for line in report.books:
            _show(line, truths[line.source], settings, console)
        api = f"http://{settings.http_host}:{settings.http_port}"
        is_ready = post(posted, api, console)
        is_told = tell(api, folder, console)
        if sys.stdin.isatty() and console.is_terminal:
            console.input(f"\nRay dashboard: http://{dashboard} - press Enter to stop Ray. ")
    return 0 if report.all_read and is_ready and is_told else 1


def _read(paths: Sequence[Path], settings: Settings, console: Console) -> RunReport:
    """Read books by the job, and print its table."""
    started = time.monotonic()
    sources = find_sources(map(str, paths), settings)
    report = ingest(Request(sources, ReadingOptions(), ["md", "pdf"], settings), console, started)
    print_table(report, console)
    return report


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
