"""Small books for the export tests."""

from domain.book import (
    Block,
    Book,
    BookMetadata,
    Line,
    Manifest,
    OutlineEntry,
    Page,
    PageError,
    PageFault,
    PageMethod,
    PageStatus,
    ReadingOptions,
    Word,
    assemble,
)

WIDTH, HEIGHT = 400.0, 600.0


def a_book(
    *pages: Page,
    title: str | None = None,
    author: str | None = None,
    outline: list[OutlineEntry] | None = None,
) -> Book:
    metadata = BookMetadata(
        format="PDF 1.7", size=1, title=title, author=author, outline=outline or []
    )
    manifest = Manifest(
        book_id="ab" * 32,
        source='shelf/A "small" book.pdf',
        metadata=metadata,
        pages=len(pages),
        reading=ReadingOptions(languages="eng+fra"),
    )
    return assemble(manifest, pages)


def a_page(
    number: int = 1,
    *lines: list[Word],
    text: str = "",
    method: PageMethod = PageMethod.OCR,
    size: tuple[float, float] = (WIDTH, HEIGHT),
    rotation: int = 0,
) -> Page:
    blocks = [Block(lines=[Line(words=words) for words in lines])] if lines else []
    return Page(
        number=number,
        status=PageStatus.OK,
        method=method,
        text=text,
        confidence=None if method is PageMethod.NATIVE else 0.9,
        engine=None if method is PageMethod.NATIVE else "tesseract 5.5",
        languages="eng+fra",
        width=size[0],
        height=size[1],
        rotation=rotation,
        blocks=blocks,
    )


def a_blank_page(number: int) -> Page:
    page = a_page(number, method=PageMethod.BLANK)
    return page.model_copy(update={"status": PageStatus.BLANK, "engine": None, "confidence": None})


def a_failed_page(number: int) -> Page:
    error = PageError(fault=PageFault.TIMEOUT, detail="60 s were not enough")
    page = a_page(number)
    return page.model_copy(update={"status": PageStatus.FAILED, "error": error, "confidence": None})
