import pytest
from pydantic import ValidationError

from domain.book import (
    Block,
    Book,
    BookMetadata,
    BookStatus,
    Line,
    Manifest,
    Page,
    PageError,
    PageFault,
    PageMethod,
    PageStatus,
    ReadingOptions,
    Slice,
    Word,
    assemble,
    words_of,
)

BOOK_ID = "ab" * 32


def manifest(pages: int) -> Manifest:
    return Manifest(
        book_id=BOOK_ID,
        source="shelf/book.pdf",
        metadata=BookMetadata(format="PDF 1.7", size=1234, title="A Letter"),
        pages=pages,
        reading=ReadingOptions(languages="eng+fra"),
    )


def page(
    number: int,
    method: PageMethod = PageMethod.NATIVE,
    status: PageStatus = PageStatus.OK,
    words: tuple[tuple[str, float | None], ...] = (),
    milliseconds: int = 0,
) -> Page:
    line = [Word(text, 0, 0, 10, 10, confidence) for text, confidence in words]
    failed = status is PageStatus.FAILED
    return Page(
        number=number,
        status=status,
        method=method,
        text=" ".join(word.text for word in line),
        languages="eng",
        width=400,
        height=600,
        blocks=[Block(lines=[Line(words=line)])] if line else [],
        milliseconds=milliseconds,
        error=PageError(fault=PageFault.TIMEOUT, detail="late") if failed else None,
    )


def failed(number: int) -> Page:
    return page(number, PageMethod.OCR, PageStatus.FAILED)


def test_pages_come_in_order_whatever_order_they_were_read_in() -> None:
    book = assemble(manifest(3), [page(3), page(1), page(2)])
    assert [part.number for part in book.pages] == [1, 2, 3]
    assert book.model_dump(include={"book_id", "source", "metadata", "reading"}) == manifest(
        3
    ).model_dump(exclude={"pages"})


@pytest.mark.parametrize("numbers", [[], [1, 2], [2, 3], [1, 2, 3, 4], [1, 2, 2], [1, 2, 3, 3]])
def test_each_page_must_be_there_once(numbers: list[int]) -> None:
    with pytest.raises(ValueError, match=BOOK_ID):
        assemble(manifest(3), [page(number) for number in numbers])


@pytest.mark.parametrize(
    ("pages", "status"),
    [
        ([page(1), page(2)], BookStatus.READ),
        ([page(1), page(2, PageMethod.BLANK, PageStatus.BLANK)], BookStatus.READ),
        ([page(1), page(2, PageMethod.OCR, PageStatus.LOW_CONFIDENCE)], BookStatus.READ),
        ([page(1), failed(2)], BookStatus.PARTIAL),
        ([page(1, PageMethod.BLANK, PageStatus.BLANK), failed(2)], BookStatus.PARTIAL),
        ([failed(1), page(2), failed(3)], BookStatus.PARTIAL),
        ([failed(1), failed(2)], BookStatus.FAILED),
    ],
)
def test_the_pages_decide_the_status(pages: list[Page], status: BookStatus) -> None:
    assert assemble(manifest(len(pages)), pages).status is status


def test_statistics_count_pages_words_and_time() -> None:
    pages = [
        page(1, words=(("Own", None), ("text", None)), milliseconds=4),
        page(2, PageMethod.OCR, words=(("sure", 0.9), ("read", 0.8)), milliseconds=1200),
        page(3, PageMethod.REDO, PageStatus.LOW_CONFIDENCE, (("maybe", 0.4),), 2000),
        page(4, PageMethod.BLANK, PageStatus.BLANK, milliseconds=30),
        page(5, PageMethod.OCR, PageStatus.FAILED, milliseconds=500),
        page(6, PageMethod.NATIVE, PageStatus.FAILED),
    ]
    assert assemble(manifest(6), pages).stats.model_dump() == {
        "pages": 6,
        "native": 1,
        "ocr": 2,
        "redone": 1,
        "blank": 1,
        "low_confidence": 1,
        "failed": 2,
        "words": 5,
        "characters": len("Own text") + len("sure read") + len("maybe"),
        "confidence": 0.7,
        "page_seconds": 3.734,
    }


def test_each_page_is_counted_once() -> None:
    methods = [PageMethod.NATIVE, PageMethod.OCR, PageMethod.REDO, PageMethod.OCR]
    pages = [page(number, method) for number, method in enumerate(methods, 1)]
    pages += [page(5, PageMethod.BLANK, PageStatus.BLANK), failed(6)]
    stats = assemble(manifest(6), pages).stats
    assert stats.native + stats.ocr + stats.blank + stats.failed == stats.pages == 6


def test_a_book_read_natively_has_no_confidence() -> None:
    assert assemble(manifest(1), [page(1, words=(("Own", None),))]).stats.confidence is None


def test_text_is_put_together_from_words() -> None:
    lines = [
        Line(words=[Word("two", 0, 0, 1, 1, None), Word("words", 2, 0, 3, 1, None)]),
        Line(words=[Word("below", 0, 2, 1, 3, None)]),
    ]
    block = Block(lines=lines)
    assert block.text == "two words\nbelow"
    assert [word.text for word in words_of([block, block])] == ["two", "words", "below"] * 2


def test_records_survive_json() -> None:
    pages = [page(1, words=(("Zoë", 0.5),)), failed(2)]
    book = assemble(manifest(2), pages)
    assert Book.model_validate_json(book.model_dump_json()) == book
    part = Slice(book_id=BOOK_ID, pages=pages)
    assert Slice.model_validate_json(part.model_dump_json()) == part
    assert Manifest.model_validate_json(manifest(2).model_dump_json()) == manifest(2)


def test_records_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(page(1), "number", 2)  # noqa: B010 -- the type checker forbids it as well


@pytest.mark.parametrize(
    "change",
    [
        {"number": 0},
        {"confidence": 1.01},
        {"confidence": -0.01},
        {"width": -1},
        {"milliseconds": -1},
        {"status": "lost"},
        {"method": "magic"},
        {"invented": 1},
    ],
)
def test_pages_that_cannot_be_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(change))):
        Page.model_validate(page(1).model_dump() | change)


@pytest.mark.parametrize("book_id", ["", "ab", "AB" * 32, "xy" * 32, "ab" * 32 + "\n", "../" * 22])
def test_book_ids_are_hashes(book_id: str) -> None:
    with pytest.raises(ValidationError, match="book_id"):
        Manifest.model_validate(manifest(1).model_dump() | {"book_id": book_id})


def test_a_book_has_pages_and_so_has_a_slice() -> None:
    with pytest.raises(ValidationError, match="pages"):
        Manifest.model_validate(manifest(1).model_dump() | {"pages": 0})
    with pytest.raises(ValidationError, match="pages"):
        Slice(book_id=BOOK_ID, pages=[])
