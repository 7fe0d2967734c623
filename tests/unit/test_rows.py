import json

import pytest
from pydantic import ValidationError

from domain.book import BookFault, BookStats, BookStatus, ReadingOptions, TextMode
from domain.slices import PageRange
from jobs.ingestion.rows import (
    BookDone,
    CompletionTask,
    Message,
    Refused,
    Registered,
    SliceDone,
    SliceTask,
    Source,
    Undone,
    pack,
    unpack,
)

BOOK = Registered(
    book_id="ab" * 32,
    source='s3://shelf/A "small" book — Zoë.pdf',
    pages=300,
    reading=ReadingOptions(languages="eng+fra", text=TextMode.OCR, engine="pytesseract"),
    exports=("md", "pdf"),
)
STATS = BookStats(
    pages=300,
    native=100,
    ocr=199,
    redone=3,
    blank=0,
    low_confidence=4,
    failed=1,
    words=90_000,
    characters=500_000,
    confidence=0.9312,
    page_seconds=312.455,
)
MESSAGES: list[Message] = [
    Source(uri="/shelf/line\nbreak.pdf"),
    SliceTask(book=BOOK, pages=PageRange(9, 16), last=PageRange(297, 300)),
    CompletionTask(book=BOOK),
    SliceDone(
        book=BOOK,
        slice=PageRange(9, 16),
        pages=8,
        failed=1,
        began=1e9 + 0.25,
        ended=1e9 + 9.5,
        read_now=True,
    ),
    BookDone(
        book=BOOK,
        status=BookStatus.PARTIAL,
        stats=STATS,
        dead_pages=(9,),
        is_new=True,
        trouble="too_large: it cannot be exported",
    ),
    Undone(source="a.pdf", book_id="cd" * 32, detail="the store did not answer"),
    Undone(source="a.pdf", detail="the file is gone"),
    Refused(source="a.pdf", fault=BookFault.ENCRYPTED, detail="a password is needed"),
    Refused(source="a.pdf", book_id="cd" * 32, fault=BookFault.EMPTY, detail="no bytes"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.kind)
def test_messages_come_back_as_they_went(message: Message) -> None:
    copy = unpack(pack(message))
    assert copy == message
    assert type(copy) is type(message)


def test_page_ranges_stay_page_ranges() -> None:
    task = unpack(pack(SliceTask(book=BOOK, pages=PageRange(9, 16), last=PageRange(297, 300))))
    assert isinstance(task, SliceTask)
    assert isinstance(task.pages, PageRange)
    assert (task.pages.first, task.pages.last) == (9, 16)


def test_every_row_has_the_same_columns_of_text() -> None:
    rows = [pack(message) for message in MESSAGES]
    assert len({tuple(row) for row in rows}) == 1
    assert {type(value) for row in rows for value in row.values()} == {str}


def test_each_kind_of_message_has_a_name_of_its_own() -> None:
    assert len({message.kind for message in MESSAGES}) == len({type(each) for each in MESSAGES})


@pytest.mark.parametrize("change", [{"kind": "magic"}, {"invented": 1}, {"pages": "all"}])
def test_rows_that_are_no_messages_are_refused(change: dict[str, object]) -> None:
    row = pack(SliceTask(book=BOOK, pages=PageRange(9, 16), last=PageRange(297, 300)))
    ((column, text),) = row.items()
    with pytest.raises(ValidationError):
        unpack({column: json.dumps(json.loads(text) | change)})
