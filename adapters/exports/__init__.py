"""A finished book in the formats other programs read."""

from pathlib import Path

from adapters.exports import alto, hocr, markdown, text
from adapters.exports.base import Exporter
from domain.book import Book
from domain.errors import UsageError


def _write_pdf(book: Book, source: Path | None, target: Path) -> None:
    # Only this format needs PyMuPDF, which takes half a second to import.
    from adapters.exports import searchable_pdf

    searchable_pdf.write(book, source, target)


EXPORTERS: dict[str, Exporter] = {
    "txt": Exporter("txt", "text/plain; charset=utf-8", text.write),
    "md": Exporter("md", "text/markdown; charset=utf-8", markdown.write),
    "hocr": Exporter("hocr", "text/vnd.hocr+html; charset=utf-8", hocr.write),
    "alto": Exporter("alto.xml", "application/xml", alto.write),
    "pdf": Exporter("pdf", "application/pdf", _write_pdf, needs_source=True),
}


def exporter(format: str) -> Exporter:
    """The exporter of a format. Raises `UsageError` for an unknown one."""
    if format not in EXPORTERS:
        raise UsageError(f"unknown export format {format!r}; known are {', '.join(EXPORTERS)}")
    return EXPORTERS[format]


def export(book: Book, format: str, source: Path | None, target: Path) -> None:
    """Write `book` to the file `target`, page by page.

    `source` is the file the book was read from; only formats with `needs_source` look at it. A
    `target` left behind by an error is incomplete.

    Raises:
        UsageError: unknown format, no source for a format that needs one, or another book's.
        BookRefused: the source cannot be opened or written as a PDF.
    """
    exporter(format).write(book, source, target)
