"""What every event log must do: append and read."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from adapters.event_log.base import Append, Appended, Conflict, Log, Repeated
from domain.errors import LogUnavailable, UsageError
from domain.events import START, Position, StreamId, chained
from tests.contract.event_log_databases import Database
from tests.contract.sample_events import (
    BOOK,
    OTHER,
    TIME,
    an_event,
    events,
    everything,
    stored,
    whole,
)

ELSEWHERE = TIME.astimezone(timezone(timedelta(hours=2)))
NOWHERE = TIME.replace(tzinfo=None)
UNICODE = StreamId("книга", "日本語/😀 'x\" %_\\")


class LogContract:
    @pytest.fixture
    def database(self) -> Database:
        raise NotImplementedError("each database's class says what it is")

    @pytest.fixture
    async def log(self, database: Database) -> AsyncIterator[Log]:
        log = database.open()
        yield log
        await log.close()

    @pytest.fixture
    async def second(self, database: Database) -> AsyncIterator[Log]:
        """Another process's view of the same log, as it were."""
        log = database.open()
        yield log
        await log.close()


class EventLogCases(LogContract):
    async def test_a_new_log_is_empty(self, log: Log) -> None:
        assert await log.version(BOOK) == 0
        assert await whole(log, BOOK) == []
        assert await log.read_all(START, 10) == ([], START)
        assert await log.head() == START
        assert await log.append([]) == []
        await log.ping()

    async def test_what_is_appended_is_read_again(self, log: Log) -> None:
        new = events(3)
        assert await log.append([Append(BOOK, 0, new)]) == [Appended(3)]
        found = await whole(log, BOOK)
        assert [event.event for event in found] == new
        assert [event.version for event in found] == [1, 2, 3]
        assert {event.stream for event in found} == {BOOK}
        assert found == sorted(found, key=lambda event: event.position)
        assert await log.version(BOOK) == 3
        assert [event.version async for event in log.read(BOOK, after=1)] == [2, 3]
        assert [event.version async for event in log.read(BOOK, after=3)] == []

    async def test_each_checksum_covers_the_one_before(self, log: Log) -> None:
        await stored(log, BOOK, 2)
        await stored(log, BOOK, 1)
        previous = ""
        for event in await whole(log, BOOK):
            assert event.checksum == chained(previous, BOOK, event.version, event.event)
            previous = event.checksum

    async def test_data_is_kept_byte_for_byte(self, log: Log) -> None:
        data = ' {"a" :\t"\\u0000 é 日本 😀 \u2028\r\n\'\\"",  "b":1.0, "b": 1e400}\n'
        new = [an_event(data), an_event('"' + "ß" * 3_000_000 + '"'), an_event("")]
        await log.append([Append(UNICODE, 0, new)])
        assert [event.event for event in await whole(log, UNICODE)] == new
        assert [event.stream for event in await everything(log)] == [UNICODE] * 3

    @pytest.mark.parametrize(
        "append",
        {
            "NUL in data": Append(BOOK, 0, [an_event('"a\0b"')]),
            "surrogate in data": Append(BOOK, 0, [an_event('"\ud800"')]),
            "NUL in the stream": Append(StreamId("book", "a\0b"), 0, events(1)),
            "NUL in the command": Append(BOOK, 0, [an_event(command_id="a\0b")]),
            "no id": Append(StreamId("book", ""), 0, events(1)),
            "long id": Append(StreamId("book", "x" * 201), 0, events(1)),
            "big data": Append(BOOK, 0, [an_event(" " * (8 * 1024**2 + 1))]),
            "many events": Append(BOOK, 0, [an_event()] * 10_001),
            "time elsewhere": Append(BOOK, 0, [replace(an_event(), occurred_at=ELSEWHERE)]),
            "time nowhere": Append(BOOK, 0, [replace(an_event(), occurred_at=NOWHERE)]),
            "negative version": Append(BOOK, -1, events(1)),
        }.items(),
        ids=lambda case: case[0],
    )
    async def test_what_cannot_be_kept_is_refused(
        self, log: Log, append: tuple[str, Append]
    ) -> None:
        good = Append(OTHER, 0, events(1))
        with pytest.raises(UsageError):
            await log.append([good, append[1]])
        assert await everything(log) == []

    async def test_a_stream_may_occur_only_once(self, log: Log) -> None:
        with pytest.raises(UsageError, match="once"):
            await log.append([Append(BOOK, 0, events(1)), Append(BOOK, 1, events(1))])

    async def test_one_append_may_be_for_many_streams(self, log: Log) -> None:
        streams = [StreamId("book", f"b{n:04}") for n in range(1200)]
        outcomes = await log.append([Append(stream, 0, events(2)) for stream in streams])
        assert outcomes == [Appended(2)] * len(streams)
        assert [event.stream for event in await everything(log)] == [
            stream for stream in streams for _ in range(2)
        ]
        outcomes = await log.append([Append(stream, 2, events(1)) for stream in reversed(streams)])
        assert outcomes == [Appended(3)] * len(streams)

    @pytest.mark.parametrize("expected", [0, 1, 3])
    async def test_another_version_conflicts(self, log: Log, expected: int) -> None:
        first = await stored(log, BOOK, 2)
        assert await log.append([Append(BOOK, expected, events(1))]) == [Conflict(2)]
        assert [event.event for event in await whole(log, BOOK)] == first

    async def test_a_stream_that_is_not_there_conflicts(self, log: Log) -> None:
        assert await log.append([Append(BOOK, 1, events(1))]) == [Conflict(0)]
        assert await log.version(BOOK) == 0

    async def test_a_conflict_keeps_nothing_else_from_being_stored(self, log: Log) -> None:
        await stored(log, BOOK, 1)
        third = StreamId("book", "b3")
        outcomes = await log.append(
            [Append(OTHER, 0, events(1)), Append(BOOK, 0, events(1)), Append(third, 0, events(2))]
        )
        assert outcomes == [Appended(1), Conflict(1), Appended(2)]
        assert [await log.version(stream) for stream in (BOOK, OTHER, third)] == [1, 1, 2]

    async def test_an_append_without_events_only_compares(self, log: Log) -> None:
        await stored(log, BOOK, 1)
        assert await log.append([Append(BOOK, 1, []), Append(OTHER, 3, [])]) == [
            Appended(1),
            Conflict(0),
        ]
        assert await log.version(OTHER) == 0

    async def test_a_repeated_append_stores_nothing_and_succeeds(
        self, log: Log, second: Log
    ) -> None:
        append = Append(BOOK, 0, events(3))
        await log.append([append])
        assert await log.append([append]) == [Appended(3)]
        assert await second.append([append]) == [Appended(3)]
        await stored(log, BOOK, 1)
        assert await log.append([append, Append(OTHER, 0, events(1))]) == [Appended(3), Appended(1)]
        assert await log.version(BOOK) == 4

    @pytest.mark.parametrize("change", [{"data": '{"other": 1}'}, {"type": "OtherHappened"}])
    async def test_a_repeated_append_that_says_something_else_is_told_so(
        self, log: Log, change: dict[str, str]
    ) -> None:
        first, *others = await stored(log, BOOK, 2)
        changed = replace(first, **change)  # type: ignore[arg-type]
        outcomes = await log.append([Append(BOOK, 0, [changed, *others])])
        assert outcomes == [Repeated(frozenset(each.event_id for each in (first, *others)))]
        assert [event.event for event in await whole(log, BOOK)] == [first, *others]

    @pytest.mark.parametrize("expected", [0, 1, 2, 3])
    async def test_events_that_stand_elsewhere_are_not_stored_again(
        self, log: Log, expected: int
    ) -> None:
        old = await stored(log, BOOK, 2)
        new = an_event()
        outcomes = await log.append([Append(BOOK, expected, [old[1], new])])
        assert outcomes == [Repeated(frozenset({old[1].event_id}))]
        assert await log.version(BOOK) == 2

    async def test_events_of_another_stream_are_not_stored_again(self, log: Log) -> None:
        old = await stored(log, BOOK, 1)
        third = StreamId("book", "b3")
        outcomes = await log.append([Append(OTHER, 0, old), Append(third, 0, events(1))])
        assert outcomes == [Repeated(frozenset({old[0].event_id})), Appended(1)]
        assert await log.version(OTHER) == 0

    async def test_an_event_is_stored_once_in_a_call(self, log: Log) -> None:
        event = an_event()
        third = StreamId("book", "b3")
        outcomes = await log.append(
            [
                Append(BOOK, 0, [event]),
                Append(OTHER, 0, [event]),
                Append(third, 0, [twice := an_event(), twice]),
            ]
        )
        assert outcomes == [
            Appended(1),
            Repeated(frozenset({event.event_id})),
            Repeated(frozenset({twice.event_id})),
        ]
        assert [event.stream for event in await everything(log)] == [BOOK]

    async def test_the_events_of_a_command_are_found(self, log: Log) -> None:
        await log.append(
            [
                Append(BOOK, 0, [*events(2, "first"), *events(1, "second"), *events(1, "first")]),
                Append(OTHER, 0, events(1, "first")),
            ]
        )
        found = await log.of_command(BOOK, "first")
        assert [event.version for event in found] == [1, 2, 4]
        assert {event.stream for event in found} == {BOOK}
        assert await log.of_command(BOOK, "third") == []

    @pytest.mark.parametrize("limit", [1, 2, 1000])
    async def test_all_events_are_read_in_the_order_they_came(self, log: Log, limit: int) -> None:
        for round_ in range(3):
            for stream in (OTHER, BOOK):
                await log.append([Append(stream, round_, events(1))])
        found = await everything(log, limit)
        assert [(event.stream, event.version) for event in found] == [
            (stream, version) for version in (1, 2, 3) for stream in (OTHER, BOOK)
        ]
        assert found == sorted(found, key=lambda event: event.position)
        assert found[-1].position == await log.head()
        assert await log.read_all(found[2].position, limit) == (
            found[3 : 3 + limit],
            found[3 : 3 + limit][-1].position,
        )
        assert await log.read_all(await log.head(), limit) == ([], found[-1].position)

    async def test_positions_that_cannot_be_are_refused(self, log: Log) -> None:
        with pytest.raises(UsageError):
            await log.read_all(Position(0, 2**63), 1)

    async def test_a_long_stream_is_read_in_pages(self, log: Log) -> None:
        new = events(1500)
        await log.append([Append(BOOK, 0, new)])
        assert [event.event for event in await whole(log, BOOK)] == new

    async def test_a_waiter_hears_of_an_append(self, log: Log, second: Log) -> None:
        waiting = asyncio.create_task(log.wait(60))
        while not waiting.done():
            # Until the waiter has begun to look, there is nothing new to it.
            await stored(second, BOOK, 1)
            await asyncio.wait([waiting], timeout=0.05)
        await waiting
        assert (await log.read_all(START, 1)).events

    async def test_a_waiter_misses_nothing_after_what_it_knows(self, log: Log, second: Log) -> None:
        known = await log.head()
        await stored(second, BOOK, 1)
        async with asyncio.timeout(60):
            await log.wait(3600, known)

    async def test_a_waiter_does_not_wait_longer_than_asked(self, log: Log) -> None:
        await stored(log, BOOK, 1)
        async with asyncio.timeout(60):
            await log.wait(0.01)

    async def test_writers_at_once_leave_no_gaps(self, log: Log, second: Log) -> None:
        async def write(log: Log, stream: StreamId) -> None:
            for event in events(10):
                version = await log.version(stream)
                while (outcome := (await log.append([Append(stream, version, [event])]))[0]) != (
                    Appended(version + 1)
                ):
                    assert isinstance(outcome, Conflict)
                    version = outcome.version

        await asyncio.gather(
            *(write(each, stream) for each in (log, second) for stream in (BOOK, OTHER) * 2)
        )
        for stream in (BOOK, OTHER):
            assert [event.version for event in await whole(log, stream)] == list(range(1, 41))
        versions = [event.version for event in await everything(log) if event.stream == BOOK]
        assert versions == list(range(1, 41))
        assert [damage async for damage in log.verify()] == []

    async def test_a_closed_log_says_so(self, database: Database) -> None:
        log = database.open()
        await stored(log, BOOK, 1)
        await log.close()
        await log.close()
        with pytest.raises(LogUnavailable, match="closed"):
            await log.version(BOOK)
