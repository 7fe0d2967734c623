"""The rules of a book, beyond what runs of the job show (test_chronicle.py)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.book import BookFault, ReadingOptions
from domain.entities.book import (
    BOOK,
    BookState,
    FinishReading,
    ReadingRequested,
    RecordSlice,
    RefuseBook,
    RetryDeadPages,
    Stage,
    StartReading,
    UploadBook,
)
from domain.entity import Command, Event
from domain.errors import CommandRefused
from domain.slices import PageRange
from tests.unit.recorded_books import book_done, registered

UPLOAD = UploadBook(command_id="1", source="a.pdf", size=7, reading=ReadingOptions())
LEFT = UPLOAD.model_copy(update={"read_by_sender": True})
START = StartReading(command_id="2", pages=16, title=None)
REFUSE = RefuseBook(command_id="3", fault=BookFault.ENCRYPTED, detail="a password is needed")
RETRY = RetryDeadPages(command_id="4")


def read(first: int, last: int, attempt: int | None = None) -> RecordSlice:
    return RecordSlice(command_id="5", pages=PageRange(first, last), failed=0, attempt=attempt)


def finish(*dead_pages: int, attempt: int | None = None) -> FinishReading:
    stats = book_done(registered(pages=16), dead_pages).stats
    return FinishReading(command_id="6", stats=stats, dead_pages=dead_pages, attempt=attempt)


def after(*commands: Command) -> tuple[BookState, list[Event]]:
    state, happened = BOOK.initial, []
    for command in commands:
        events = BOOK.decide(state, command)
        state = BOOK.replay(events, state)
        happened += events
    return state, happened


def test_overlapping_slices_count_each_page_once() -> None:
    state, _ = after(UPLOAD, START, read(1, 8), read(5, 10), read(9, 16))
    assert state.pages_done == 16


@pytest.mark.parametrize("late", [read(1, 8, 0), finish(attempt=0)])
def test_what_belongs_to_an_earlier_attempt_comes_too_late(late: Command) -> None:
    retried = (UPLOAD, START, read(1, 8, 0), read(9, 16, 0), finish(3, attempt=0), RETRY)
    assert after(*retried, late) == after(*retried)


def test_a_retry_reads_the_dead_slices_again() -> None:
    retried = (UPLOAD, START, read(1, 8), read(9, 16), finish(3), RETRY)
    state, _ = after(*retried)
    assert (state.stage, state.retries, state.slices) == (Stage.READING, 1, (PageRange(9, 16),))
    state, _ = after(*retried, read(1, 8, 1), finish(attempt=1))
    assert (state.stage, state.dead_pages, state.pages_done) == (Stage.READY, (), 16)


def test_a_refused_file_may_be_read_after_all() -> None:
    refused = after(UPLOAD, REFUSE)[0]
    assert (refused.stage, refused.was_refused, refused.is_open) == (Stage.FAILED, True, False)
    state = after(UPLOAD, REFUSE, START)[0]
    assert (state.stage, state.reason, state.detail) == (Stage.READING, None, None)


def test_a_book_without_a_readable_page_is_not_started_again() -> None:
    failed = (UPLOAD, START, finish(*range(1, 17)))
    assert not after(*failed)[0].was_refused
    assert after(*failed, START) == after(*failed)


def test_what_is_read_to_its_end_cannot_be_retried() -> None:
    with pytest.raises(CommandRefused):
        after(UPLOAD, START, finish(), RETRY)


def test_a_book_left_by_who_was_to_read_it_is_asked_for_once_when_handed_in_again() -> None:
    left = (LEFT, START, read(1, 8))
    assert after(*left, LEFT) == after(*left)
    state, happened = after(*left, UPLOAD)
    assert happened[-1] == ReadingRequested()
    assert (state.stage, state.slices) == (Stage.READING, (PageRange(1, 8),))
    assert after(*left, UPLOAD, UPLOAD) == (state, happened)
    assert after(UPLOAD, START, UPLOAD) == after(UPLOAD, START)


def test_a_refused_file_that_is_tried_again_may_be_refused_again() -> None:
    state, _ = after(UPLOAD, REFUSE, RETRY)
    assert (state.stage, state.reason, state.is_open) == (Stage.UPLOADED, None, True)
    assert after(UPLOAD, REFUSE, RETRY, REFUSE)[0].was_refused
    assert after(UPLOAD, REFUSE, RETRY, START, finish())[0].stage is Stage.READY


slices = st.builds(
    read, st.sampled_from([1, 5, 9]), st.sampled_from([9, 16]), st.sampled_from([None, 0, 1])
)
ends = st.lists(st.integers(1, 16), unique=True, max_size=16).map(lambda dead: finish(*dead))
commands = st.sampled_from([UPLOAD, LEFT, START, REFUSE, RETRY]) | slices | ends


@given(st.lists(commands, max_size=30))
def test_whatever_comes_is_decided_and_can_be_written_down(sent: list[Command]) -> None:
    state, happened = BOOK.initial, list[Event]()
    for command in sent:
        try:
            events = BOOK.decide(state, command)
        except CommandRefused:
            continue
        state = BOOK.replay(events, state)
        happened += events
    assert BOOK.replay(BOOK.decode(*BOOK.encode(event)) for event in happened) == state
    assert BOOK.restore(state.model_dump_json()) == state
    assert state.pages is None or state.pages_done <= state.pages
