"""A book as Scriptorium publishes it: `books/<id>/book.json` is one `Book`.

Lengths are PDF points (1/72 inch) in the frame of the upright page: origin at the top left,
right-angle rotation undone. Confidences run from 0 to 1. Page numbers start at 1.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field

BookId = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of the source file, in hexadecimal."""


class BookFault(StrEnum):
    """Why a file cannot be read as a book."""

    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NOT_A_BOOK = "not_a_book"
    TOO_LARGE = "too_large"
    EMPTY = "empty"


class BookStatus(StrEnum):
    """Where a book stands once nothing more will happen to it by itself."""

    READ = "read"
    PARTIAL = "partial"
    FAILED = "failed"


class PageStatus(StrEnum):
    """How a page ended."""

    OK = "ok"
    LOW_CONFIDENCE = "low_confidence"
    FAILED = "failed"
    BLANK = "blank"


class PageMethod(StrEnum):
    """How a page was read: its own text, recognition, recognition in place of a bad text layer."""

    NATIVE = "native"
    OCR = "ocr"
    REDO = "redo"
    BLANK = "blank"


class PageFault(StrEnum):
    """Why a page could not be read."""

    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASH = "crash"
    TOO_LARGE = "too_large"
    DAMAGED = "damaged"
    NO_TEXT_LAYER = "no_text_layer"


class TextMode(StrEnum):
    """Which way of reading is allowed: decide by content, always recognise, never recognise."""

    AUTO = "auto"
    OCR = "ocr"
    NATIVE = "native"


class Frozen(BaseModel):
    """Immutable, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Word(NamedTuple):
    """One word with its box; in JSON an array in this order. Native words have no confidence."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    confidence: float | None


class Line(Frozen):
    """Words from left to right."""

    words: list[Word]

    @property
    def text(self) -> str:
        """The words separated by single spaces."""
        return " ".join(word.text for word in self.words)


class Block(Frozen):
    """A paragraph: lines from top to bottom."""

    lines: list[Line]

    @property
    def text(self) -> str:
        """The lines, one a line."""
        return "\n".join(line.text for line in self.lines)


def words_of(blocks: Iterable[Block]) -> list[Word]:
    """All words of the blocks, in reading order."""
    return [word for block in blocks for line in block.lines for word in line.words]


class PageSignals(Frozen):
    """What was seen on a page before deciding how to read it. Shares run from 0 to 1."""

    characters: int = Field(description="visible characters in the text layer, without spaces")
    readable: float = Field(description="share of the text layer that looks like language")
    hidden: float = Field(description="share of the text layer that is drawn invisibly")
    image_cover: float = Field(description="share of the page's area covered by images")
    ink: float | None = Field(default=None, description="share of dark pixels, where rendered")


class PageError(Frozen):
    """The last thing that went wrong on a failed page."""

    fault: PageFault
    detail: str


class Page(Frozen):
    """One page, read to a terminal status."""

    number: int = Field(ge=1)
    status: PageStatus
    method: PageMethod
    text: str = Field(description="reading order; lines end in \\n, paragraphs in \\n\\n")
    confidence: float | None = Field(
        default=None, ge=0, le=1, description="mean over recognised words; null when not recognised"
    )
    engine: str | None = Field(default=None, description="engine and version; null when native")
    languages: str = Field(description="languages recognition was set to, e.g. eng+fra")
    width: float = Field(ge=0, description="points, rotation undone")
    height: float = Field(ge=0, description="points, rotation undone")
    rotation: int = Field(default=0, description="clockwise turn that made the page upright")
    skew: float = Field(default=0.0, description="degrees of tilt that were corrected")
    dpi: int | None = Field(default=None, description="resolution that was recognised")
    blocks: list[Block] = Field(default_factory=list)
    reason: str = Field(default="", description="why this method, in words")
    signals: PageSignals | None = None
    attempts: int = Field(default=1, ge=0)
    milliseconds: int = Field(default=0, ge=0)
    error: PageError | None = None

    @classmethod
    def unread(cls, number: int, languages: str) -> Self:
        """A page of which nothing is known yet."""
        return cls(
            number=number,
            status=PageStatus.FAILED,
            method=PageMethod.OCR,
            text="",
            languages=languages,
            width=0,
            height=0,
        )

    def failed(self, fault: PageFault, detail: str) -> Self:
        """The page as known so far, given up on."""
        error = PageError(fault=fault, detail=detail)
        return self.model_copy(update={"status": PageStatus.FAILED, "error": error})


class OutlineEntry(NamedTuple):
    """One line of the table of contents: depth from 1, title, page number from 1."""

    level: int
    title: str
    page: int


class BookMetadata(Frozen):
    """What the file says about itself."""

    format: str = Field(description="e.g. PDF 1.7, EPUB, Image")
    size: int = Field(ge=0, description="bytes")
    title: str | None = None
    author: str | None = None
    subject: str | None = None
    keywords: str | None = None
    producer: str | None = None
    created: str | None = None
    modified: str | None = None
    outline: list[OutlineEntry] = Field(default_factory=list)


class ReadingOptions(Frozen):
    """How a book is to be read. The first run that registers a book decides."""

    languages: str = "eng"
    text: TextMode = TextMode.AUTO
    engine: str = "tesserocr"


class Manifest(Frozen):
    """Written once when a book is registered, so that any later run resumes it the same way."""

    book_id: BookId
    source: str
    metadata: BookMetadata
    pages: int = Field(ge=1)
    reading: ReadingOptions


class Slice(Frozen):
    """A run of pages read together: done marker and result in one."""

    book_id: BookId
    pages: list[Page] = Field(min_length=1)


class BookStats(Frozen):
    """Counts over a book's pages; `ocr` includes the redone pages."""

    pages: int
    native: int
    ocr: int
    redone: int
    blank: int
    low_confidence: int
    failed: int
    words: int
    characters: int
    confidence: float | None = Field(description="mean over recognised words; null without any")
    page_seconds: float = Field(description="reading time summed over the pages")


class Book(Frozen):
    """One complete book: every page terminal."""

    book_id: BookId
    source: str
    status: BookStatus
    metadata: BookMetadata
    reading: ReadingOptions
    pages: list[Page]
    stats: BookStats


def assemble(manifest: Manifest, pages: Iterable[Page]) -> Book:
    """Put a fully read book together.

    Raises:
        ValueError: a page is missing, doubled or out of range.
    """
    ordered = sorted(pages, key=lambda page: page.number)
    if [page.number for page in ordered] != list(range(1, manifest.pages + 1)):
        raise ValueError(f"book {manifest.book_id} does not have each of its pages exactly once")
    return Book(
        book_id=manifest.book_id,
        source=manifest.source,
        status=_status(ordered),
        metadata=manifest.metadata,
        reading=manifest.reading,
        pages=ordered,
        stats=_stats(ordered),
    )


def _status(pages: list[Page]) -> BookStatus:
    failed = sum(page.status is PageStatus.FAILED for page in pages)
    if not failed:
        return BookStatus.READ
    return BookStatus.FAILED if failed == len(pages) else BookStatus.PARTIAL


def _stats(pages: list[Page]) -> BookStats:
    methods = [page.method for page in pages if page.status is not PageStatus.FAILED]
    statuses = [page.status for page in pages]
    words = [word for page in pages for word in words_of(page.blocks)]
    confidences = [word.confidence for word in words if word.confidence is not None]
    redone = methods.count(PageMethod.REDO)
    return BookStats(
        pages=len(pages),
        native=methods.count(PageMethod.NATIVE),
        ocr=methods.count(PageMethod.OCR) + redone,
        redone=redone,
        blank=statuses.count(PageStatus.BLANK),
        low_confidence=statuses.count(PageStatus.LOW_CONFIDENCE),
        failed=statuses.count(PageStatus.FAILED),
        words=len(words),
        characters=sum(len(page.text) for page in pages),
        confidence=round(sum(confidences) / len(confidences), 4) if confidences else None,
        page_seconds=round(sum(page.milliseconds for page in pages) / 1000, 3),
    )
