"""A PDF that looks like the book, with the recognised words invisibly over their pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pymupdf

from adapters.documents.book_file import check_memory
from adapters.exports.invisible_font import InvisibleFont
from adapters.exports.old_text import remove_text
from adapters.exports.pdf_page import append_content, turn
from adapters.exports.text_layer import text_layer
from domain.book import Book, BookFault, BookMetadata, Page, PageMethod, PageStatus, words_of
from domain.errors import BookRefused, UsageError

_FONT_NAME = "ScriptoriumInvisible"
_READ_BY_OCR = (PageMethod.OCR, PageMethod.REDO)


def write(book: Book, source: Path | None, target: Path) -> None:
    """Write the searchable PDF.

    Native, blank and failed pages stay as they are in `source`; recognised pages get their words,
    redone pages lose the text they had. Pages that had to be turned are shown upright. The result
    is in memory once, compressed.

    Raises:
        UsageError: `source` is missing or not the file this book was read from.
        BookRefused: `source` cannot be opened, or not be written as a PDF.
        OSError: `target` cannot be written.
        MemoryError: the process's memory cap was reached.
    """
    if source is None:
        raise UsageError("a PDF is made from the book's source file; hand it over")
    with (
        TemporaryDirectory(dir=target.parent, prefix=".export-") as scratch,
        _opened_as_pdf(source, Path(scratch) / "pages.pdf", book.metadata) as document,
    ):
        if document.page_count != len(book.pages):
            raise UsageError(
                f"{source.name} has {document.page_count} pages, the book {len(book.pages)}; "
                "export with the file the book was read from"
            )
        _add_words(document, book)
        _describe(document, book.metadata)
        document.save(target, garbage=2, deflate=True, use_objstms=1)


@contextmanager
def _opened_as_pdf(
    source: Path, scratch: Path, metadata: BookMetadata
) -> Iterator[pymupdf.Document]:
    """The source as an open PDF; what is none is first made one, at `scratch` if it is large."""
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    try:
        with pymupdf.open(source) as document:
            if document.needs_pass:
                raise BookRefused(BookFault.ENCRYPTED, "a password is needed to export this file")
            if document.is_pdf:
                yield document
            else:
                with _converted(document, scratch) as pdf:
                    _restore_outline(pdf, metadata)
                    yield pdf
    except pymupdf.mupdf.FzErrorSystem as error:
        check_memory(error)
        raise OSError(f"the PDF could not be read or written: {error}") from error
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as error:
        check_memory(error)
        raise BookRefused(BookFault.DAMAGED, f"cannot be written as a PDF: {error}") from error
    finally:
        pymupdf.TOOLS.store_shrink(100)


def _converted(document: pymupdf.Document, scratch: Path) -> pymupdf.Document:
    if document.is_reflowable:  # mostly small, and only this way keeps links
        return pymupdf.open("pdf", document.convert_to_pdf())
    mupdf = pymupdf.mupdf
    writer = pymupdf.DocumentWriter(scratch, "compress")
    for page in document:
        device = writer.begin_page(page.rect)
        mupdf.fz_run_page(page.this, device.this, mupdf.FzMatrix(), mupdf.FzCookie())
        writer.end_page()
    writer.close()
    return pymupdf.open(scratch)


def _add_words(document: pymupdf.Document, book: Book) -> None:
    recognised = [page for page in book.pages if _is_recognised(page)]
    words = (word.text for page in recognised for word in words_of(page.blocks))
    font = InvisibleFont({" ", *(character for word in words for character in word)})
    number = font.embed(document) if recognised else 0
    for page in book.pages:
        turned_or_read = page.rotation or page.method in _READ_BY_OCR
        if page.status is PageStatus.FAILED or not turned_or_read:
            continue
        shown = document[page.number - 1]
        turn(shown, page.rotation)
        if page.method is PageMethod.REDO:
            remove_text(document, shown)
        if _is_recognised(page):
            content = text_layer(page.blocks, font, _FONT_NAME)
            append_content(document, shown, content, {_FONT_NAME: number})


def _is_recognised(page: Page) -> bool:
    return (
        page.status is not PageStatus.FAILED
        and page.method in _READ_BY_OCR
        and bool(words_of(page.blocks))
    )


def _describe(document: pymupdf.Document, metadata: BookMetadata) -> None:
    document.set_metadata(
        {
            "title": metadata.title,
            "author": metadata.author,
            "subject": metadata.subject,
            "keywords": metadata.keywords,
        }
    )


def _restore_outline(document: pymupdf.Document, metadata: BookMetadata) -> None:
    """Give a converted file its table of contents back; a level may only go one deeper."""
    outline: list[list[int | str]] = []
    level = 0
    for entry in metadata.outline:
        if 1 <= entry.page <= document.page_count:
            level = max(1, min(entry.level, level + 1))
            outline.append([level, entry.title, entry.page])
    document.set_toc(outline)
