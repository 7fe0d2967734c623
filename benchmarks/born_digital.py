"""A born-digital book read by the job and by a bare PyMuPDF loop."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pymupdf
from rich.console import Console
from rich.table import Table

from demo import SAMPLE
from demo.typeset import typeset


def compare(pages: int, console: Console) -> None:
    """Typeset a book of at least `pages` pages, read it both ways, print the comparison."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        book = Path(folder) / "book.pdf"
        made = _typeset_pages(pages, book)
        started = time.perf_counter()
        _bare_loop(book)
        bare = time.perf_counter() - started
        whole, reading = _job(book, Path(folder) / "store")
    table = Table(title="Born-digital pages", title_justify="left")
    for heading in ("reader", "pages", "seconds", "pages/s", "of the bare loop"):
        table.add_column(heading, justify="left" if heading == "reader" else "right")
    for name, seconds in (
        ("PyMuPDF loop, 1 process", bare),
        ("python -m jobs.ingest, its workers", reading),
        ("python -m jobs.ingest, start-up included", whole),
    ):
        table.add_row(
            name, str(made), f"{seconds:.2f}", f"{made / seconds:.0f}", f"{bare / seconds:.2f}"
        )
    console.print(table)


def _typeset_pages(pages: int, target: Path) -> int:
    text = SAMPLE.read_text("utf-8")
    once = len(typeset(text, target))
    return len(typeset("\n\n".join([text] * -(-pages // (once - 1))), target))


def _bare_loop(book: Path) -> None:
    with pymupdf.open(book) as document:
        for page in document:
            page.get_text()


def _job(book: Path, store: Path) -> tuple[float, float]:
    """Seconds from the command's start to its end, and from its first slice's to the book's."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "jobs.ingest", "--json", "--store", f"file:{store}", str(book)],
        stdout=subprocess.PIPE,
        env=os.environ | {"SCRIPTORIUM_DATA_DIR": str(store.parent)},
        check=True,
    )
    whole = time.perf_counter() - started
    report = json.loads(done.stdout.splitlines()[-1])
    return whole, report["books"][0]["seconds"]
