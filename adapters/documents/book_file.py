"""A book file opened with PyMuPDF: pages, metadata, text layer, page images.

PyMuPDF is not thread-safe and its parser meets hostile files, so a `BookFile` belongs in a page
reader's child process.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import pymupdf
from PIL import Image

from adapters.documents.archive import check_has_pages, check_unlocked
from domain.book import Block, BookFault, BookMetadata, Line, OutlineEntry, PageSignals, Word
from domain.errors import BookRefused
from domain.text_layer import readable_share

_POINTS_PER_INCH = 72
_OUTLINE_ENTRIES = 5_000
_METADATA_LENGTH = 2_000
_INVISIBLE = 3
_BY_CONTENT = "application/octet-stream"  # else MuPDF believes a name such as notes.txt
_WEB_PAGES = frozenset({"HTML5", "XHTML"})
_NO_CHAPTER = "ERROR: cannot find chapter "  # all that MuPDF then shows in its place
_LOOKS_LIKE_A_BOOK = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"II*\x00",
    b"MM\x00*",
    b"<svg",
)
_WORD_FLAGS = (
    pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP | pymupdf.TEXT_PRESERVE_IMAGES
)  # ligatures are spelled out, and unknown glyphs stay U+FFFD instead of posing as their codes


RawWord = tuple[float, float, float, float, str, int, int, int]
"""MuPDF's word: box, text, block, line, word number."""


class PageDamaged(Exception):
    """MuPDF could not load or draw a page."""


class TextLayer(NamedTuple):
    """A page's own text. Boxes are points on the page as displayed."""

    blocks: list[Block]
    signals: PageSignals


class BookFile:
    """An open book file. Page numbers start at 1."""

    def __init__(self, document: pymupdf.Document) -> None:
        self._document = document

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a file by its content; its name does not matter.

        Raises:
            BookRefused: encrypted, damaged, empty, a web page, or nothing PyMuPDF opens as pages.
            MemoryError: the process's memory cap was reached.
        """
        pymupdf.TOOLS.mupdf_display_errors(False)
        pymupdf.TOOLS.mupdf_display_warnings(False)
        if path.stat().st_size == 0:
            raise BookRefused(BookFault.EMPTY, "the file has no bytes")
        try:
            document = pymupdf.open(path, filetype=_BY_CONTENT)
        except (pymupdf.FileDataError, pymupdf.mupdf.FzErrorBase) as error:
            check_memory(error)
            check_unlocked(path)
            check_has_pages(path)
            raise _refusal(path) from error
        if document.needs_pass:
            raise BookRefused(
                BookFault.ENCRYPTED, "a password is needed; save the file without one and try again"
            )
        check_unlocked(path)
        if (document.metadata or {}).get("format") in _WEB_PAGES:
            raise BookRefused(BookFault.NOT_A_BOOK, "a web page, perhaps sent instead of the book")
        try:
            pages = document.page_count
        except (RuntimeError, pymupdf.mupdf.FzErrorBase) as error:
            check_memory(error)
            raise BookRefused(BookFault.DAMAGED, f"its pages cannot be counted: {error}") from error
        if pages == 0 and document.is_repaired:
            raise BookRefused(BookFault.DAMAGED, "the file is cut off before its pages")
        if pages == 0:
            raise BookRefused(BookFault.EMPTY, "the file has no pages")
        return cls(document)

    @property
    def pages(self) -> int:
        """Number of pages."""
        return int(self._document.page_count)

    def close(self) -> None:
        """Let go of the file and of MuPDF's caches."""
        self._document.close()
        pymupdf.TOOLS.store_shrink(100)

    def metadata(self, size: int) -> BookMetadata:
        """What the file says about itself; `size` in bytes."""
        found: dict[str, str | None] = self._document.metadata or {}
        try:
            outline = self._document.get_toc(simple=True)[:_OUTLINE_ENTRIES]
        except (
            *(RuntimeError, ValueError, IndexError, TypeError),
            pymupdf.mupdf.FzErrorBase,
        ) as error:
            check_memory(error)
            outline = []  # a broken outline says nothing about the pages
        return BookMetadata(
            format=found.get("format") or "unknown",
            size=size,
            title=_clean(found.get("title")),
            author=_clean(found.get("author")),
            subject=_clean(found.get("subject")),
            keywords=_clean(found.get("keywords")),
            producer=_clean(found.get("producer")),
            created=_clean(found.get("creationDate")),
            modified=_clean(found.get("modDate")),
            outline=[
                OutlineEntry(level, _clean(title) or "", page)
                for level, title, page in outline
                if page >= 1  # others lead out of the book or nowhere
            ],
        )

    def page_size(self, number: int) -> tuple[float, float]:
        """Width and height in points, as displayed. Raises `PageDamaged`."""
        with self._page(number) as page:
            width, height = page.rect.width, page.rect.height
        if not (0.1 <= width < math.inf and 0.1 <= height < math.inf):
            raise PageDamaged(f"a page of {width:g} by {height:g} points cannot be drawn")
        return width, height

    def text_layer(self, number: int) -> TextLayer:
        """The page's own words and what there is to judge them by. Raises `PageDamaged`."""
        with self._page(number) as page:
            textpage = page.get_textpage(flags=_WORD_FLAGS)
            words = _without_surrogates(textpage.extractWORDS())
            blocks = _blocks(words, page.rotation_matrix if page.rotation else None)
            text = " ".join(word[4] for word in words)
            if text.startswith(_NO_CHAPTER) and self._document.is_reflowable:
                raise PageDamaged(text.removeprefix("ERROR: "))
            cover = _image_cover(page.cropbox, textpage.extractIMGINFO())
            return TextLayer(
                blocks,
                PageSignals(
                    characters=len(text) - text.count(" "),
                    readable=round(readable_share(text), 3),
                    # Only a page under an image can hide its text in a way that matters.
                    hidden=round(_hidden_share(page), 3) if words and cover else 0.0,
                    image_cover=round(cover, 3),
                ),
            )

    def render(self, number: int, dpi: float) -> Image.Image:
        """Draw the page in grey, as displayed.

        Raises:
            PageDamaged: MuPDF could not draw it.
            MemoryError: the process's memory cap was reached.
        """
        with self._page(number) as page:
            zoom = dpi / _POINTS_PER_INCH
            pixmap = page.get_pixmap(
                matrix=pymupdf.Matrix(zoom, zoom), colorspace=pymupdf.csGRAY, alpha=False
            )
            return Image.frombytes(
                "L", (pixmap.width, pixmap.height), pixmap.samples_mv, "raw", "L", pixmap.stride
            )

    def largest_image(self, number: int) -> int:
        """Bytes that the largest image on the page takes once unpacked, as its header says."""
        with self._page(number) as page:
            sizes = (
                image["width"] * image["height"] * max(1, image["colorspace"])
                for image in page.get_image_info()
            )
            return max(sizes, default=0)

    def lost_content(self) -> str | None:
        """What MuPDF complained of on the last page; where a page is empty, it may be why."""
        return pymupdf.TOOLS.mupdf_warnings(reset=False)[:_METADATA_LENGTH] or None

    @contextmanager
    def _page(self, number: int) -> Iterator[pymupdf.Page]:
        pymupdf.TOOLS.mupdf_warnings()  # forgets them, also how often the last one was repeated
        try:
            yield self._document.load_page(number - 1)
        except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as error:
            check_memory(error)
            raise PageDamaged(str(error)) from error


def check_memory(error: Exception) -> None:
    """Raise MemoryError if MuPDF failed for want of memory, which it tells in words alone."""
    if "alloc (" in f"{error} {error.__cause__}":
        raise MemoryError(str(error)) from error


def _refusal(path: Path) -> BookRefused:
    with path.open("rb") as file:
        start = file.read(1024)
    if any(mark in start for mark in _LOOKS_LIKE_A_BOOK):
        return BookRefused(BookFault.DAMAGED, "the file is broken beyond repair or cut off")
    return BookRefused(
        BookFault.NOT_A_BOOK, "not a PDF, EPUB, CBZ, TIFF or other file that opens as pages"
    )


def _clean(value: str | None) -> str | None:
    if not value:
        return None
    return value.encode("utf-8", "replace").decode()[:_METADATA_LENGTH].strip() or None


def _without_surrogates(words: list[RawWord]) -> list[RawWord]:
    """Broken fonts map glyphs to halves of characters, which no UTF-8 text can hold."""
    try:
        "".join(word[4] for word in words).encode()
    except UnicodeEncodeError:
        return [
            (
                *word[:4],
                word[4].encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
                *word[5:],
            )
            for word in words
        ]
    return words


def _blocks(words: list[RawWord], turn: pymupdf.Matrix | None) -> list[Block]:
    boxes = [pymupdf.Rect(word[:4]) * turn if turn else word[:4] for word in words]
    rounded = iter(np.round(np.array(boxes), 1).tolist())

    def placed(word: RawWord) -> Word:
        x0, y0, x1, y1 = next(rounded)
        return Word(word[4], x0, y0, x1, y1, None)

    return [
        Block(
            lines=[
                Line(words=[placed(word) for word in line])
                for _, line in groupby(block, key=lambda word: word[6])
            ]
        )
        for _, block in groupby(words, key=lambda word: word[5])
    ]


def _image_cover(crop: pymupdf.Rect, images: list[dict[str, tuple[float, ...]]]) -> float:
    visible = pymupdf.Rect(0, 0, crop.width, crop.height)  # a page's own coordinates begin there
    area = abs(visible)
    if not area:
        return 0.0
    covered = sum(abs(pymupdf.Rect(image["bbox"]) & visible) for image in images)
    return min(1.0, float(covered / area))


def _hidden_share(page: pymupdf.Page) -> float:
    hidden = total = 0
    for span in page.get_texttrace():
        total += len(span["chars"])
        hidden += len(span["chars"]) * (span["type"] == _INVISIBLE or span["opacity"] == 0)
    return hidden / total if total else 0.0
