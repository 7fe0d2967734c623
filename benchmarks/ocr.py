"""Speed and accuracy of reading scanned books: `python -m benchmarks.ocr CORPUS...`.

The same pages are read in one run by the job, by the engine in a bare loop on as many processes,
by a plain pytesseract loop and by OCRmyPDF; then a born-digital book by the job and by a bare
PyMuPDF loop. Nothing else should be running on the machine.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from adapters.ocr.accuracy import pooled_error_rate
from benchmarks import born_digital, readers
from benchmarks.corpus import TrueBook, copies, find_books
from benchmarks.machine import describe

_Read = Callable[[Sequence[TrueBook], int], readers.Texts]


class Result(NamedTuple):
    """How one reader did: wall-clock seconds for all pages, pooled character error rate."""

    name: str
    pages: int
    seconds: float
    error_rate: float

    @property
    def speed(self) -> float:
        """Pages a second."""
        return self.pages / self.seconds


def main() -> int:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ocr", description=__doc__)
    parser.add_argument("corpus", nargs="*", type=Path, help="folders or files, with truth")
    parser.add_argument("--pages", type=int, default=432, help="least number of pages to read")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--digital-pages", type=int, default=600)
    parser.add_argument("--only", nargs="+", help="readers to run: job raw pytesseract ocrmypdf")
    options = parser.parse_args()
    console = Console(width=110)
    console.print(f"{describe()}, {options.processes} processes\n")
    if options.corpus:
        _scanned(options, console)
    if options.digital_pages:
        born_digital.compare(options.digital_pages, console)
    return 0


def _scanned(options: argparse.Namespace, console: Console) -> None:
    chosen: dict[str, tuple[str, _Read]] = {
        "job": ("python -m jobs.ingest", readers.job),
        "raw": ("tesserocr loop, 200 dpi", readers.raw_loop),
        "ocrmypdf": ("OCRmyPDF", readers.ocrmypdf),
        "pytesseract": ("pytesseract loop, 1 process", readers.pytesseract_loop),
    }
    if options.only:
        chosen = {key: chosen[key] for key in options.only}
    if "ocrmypdf" in chosen:
        console.print(f"OCRmyPDF {readers.install_ocrmypdf()}")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        books = copies(find_books(options.corpus), options.pages, Path(folder))
        results = []
        for name, read in chosen.values():
            results.append(_measure(name, read, books, options.processes))
            console.print(f"{name}: {results[-1].seconds:.1f} s")
    _print_scanned(results, console)


def _measure(name: str, read: _Read, books: Sequence[TrueBook], processes: int) -> Result:
    started = time.perf_counter()
    texts = read(books, processes)
    seconds = time.perf_counter() - started
    pairs = [
        pair
        for book, pages in zip(books, texts, strict=True)
        for pair in zip(book.pages, pages, strict=True)
    ]
    return Result(name, len(pairs), seconds, pooled_error_rate(pairs))


def _print_scanned(results: Sequence[Result], console: Console) -> None:
    table = Table(title="Scanned pages, start-up included", title_justify="left")
    for heading in ("reader", "pages", "seconds", "pages/s", "CER"):
        table.add_column(heading, justify="left" if heading == "reader" else "right")
    for rival in results[1:]:
        table.add_column(f"{results[0].name.split()[-1]} / {rival.name.split(',')[0]}")
    for result in results:
        ratios = [f"{results[0].speed / rival.speed:.2f}" for rival in results[1:]]
        table.add_row(
            result.name,
            str(result.pages),
            f"{result.seconds:.1f}",
            f"{result.speed:.2f}",
            f"{result.error_rate:.2%}",
            *(ratios if result is results[0] else [""] * len(ratios)),
        )
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
