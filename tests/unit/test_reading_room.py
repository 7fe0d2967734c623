"""The reading room, with batches that end when a test says so."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from queue import Queue

import pytest

from actors.rooms.reading import BatchEnd, ReadingRoom
from domain.errors import ReadingInterrupted

LONG, SHORT = 4096, 8
_SECONDS = 10.0


class Batch:
    """A batch that runs; the test says what becomes of its books."""

    def __init__(self, books: Sequence[str], most: int) -> None:
        self.books = list(books)
        self.most = most
        self._ends: Queue[BatchEnd | Exception | None] = Queue()

    def leave(self, book_id: str, *, trouble: str | None = None, unfinished: bool = False) -> None:
        is_finished = not (trouble or unfinished)
        self._ends.put(BatchEnd(book_id, is_finished=is_finished, trouble=trouble))

    def end(self) -> None:
        self._ends.put(None)

    def fail(self, error: Exception) -> None:
        self._ends.put(error)

    def run(self) -> Iterator[BatchEnd]:
        while (end := self._ends.get(timeout=_SECONDS)) is not None:
            if isinstance(end, Exception):
                raise end
            yield end


class Bench:
    """A reading room whose batches are handed to the test."""

    def __init__(self, places: int, gather_seconds: float) -> None:
        self._begun: asyncio.Queue[Batch] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self.batches: list[Batch] = []
        self.room = ReadingRoom(self._read, batches=places, gather_seconds=gather_seconds)

    def _read(self, books: Sequence[str], most: int) -> Iterator[BatchEnd]:
        batch = Batch(books, most)
        self._loop.call_soon_threadsafe(self._begun.put_nowait, batch)
        return batch.run()

    def ask(self, *books: str) -> list["asyncio.Task[None]"]:
        return [asyncio.create_task(self.room.read(book)) for book in books]

    async def batch(self) -> Batch:
        """The next batch that begins."""
        async with asyncio.timeout(_SECONDS):
            batch = await self._begun.get()
        self.batches.append(batch)
        return batch

    @property
    def waits(self) -> bool:
        """Whether no further batch has begun."""
        return self._begun.empty()


@asynccontextmanager
async def reading_room(places: int = 4, gather_seconds: float = 0.0) -> AsyncIterator[Bench]:
    bench = Bench(places, gather_seconds)
    try:
        yield bench
    finally:
        for batch in bench.batches:
            batch.end()
        await bench.room.close()


async def settled(*tasks: Awaitable[None]) -> None:
    async with asyncio.timeout(_SECONDS):
        await asyncio.gather(*tasks)


async def test_a_book_is_read() -> None:
    async with reading_room() as bench:
        (asked,) = bench.ask("a")
        batch = await bench.batch()
        assert batch.books == ["a"]
        assert not asked.done()
        batch.leave("a")
        await settled(asked)


async def test_books_that_come_together_share_a_batch() -> None:
    async with reading_room(gather_seconds=0.05) as bench:
        asked = bench.ask("a", "b", "c")
        batch = await bench.batch()
        assert batch.books == ["a", "b", "c"]
        batch.leave("b")
        await settled(asked[1])  # before the others
        assert [task.done() for task in asked] == [False, True, False]


async def test_a_book_is_read_once_for_all_who_ask() -> None:
    async with reading_room() as bench:
        first = bench.ask("a")
        batch = await bench.batch()
        others = bench.ask("a", "a")
        bench.ask("b")
        assert (await bench.batch()).books == ["b"]
        batch.leave("a")
        await settled(*first, *others)
        bench.ask("a")
        assert (await bench.batch()).books == ["a"]


async def test_a_book_that_comes_while_another_is_read_does_not_wait() -> None:
    async with reading_room() as bench:
        bench.ask("long")
        await bench.batch()
        (asked,) = bench.ask("short")
        batch = await bench.batch()
        assert batch.books == ["short"]
        batch.leave("short")
        await settled(asked)


async def test_only_so_many_batches_run_and_the_last_is_short() -> None:
    async with reading_room(places=2) as bench:
        bench.ask("a")
        first = await bench.batch()
        bench.ask("b")
        second = await bench.batch()
        bench.ask("c", "d")
        assert (first.most, second.most) == (SHORT * 8, SHORT)
        assert bench.waits
        second.leave("b", unfinished=True)
        second.end()
        third = await bench.batch()
        assert third.books == ["c", "d", "b"]
        assert third.most == SHORT


async def test_in_an_empty_room_a_batch_may_be_long() -> None:
    async with reading_room(places=16) as bench:
        bench.ask("a")
        assert (await bench.batch()).most == LONG


async def test_an_unfinished_book_is_gone_on_with() -> None:
    async with reading_room() as bench:
        (asked,) = bench.ask("a")
        for _ in range(3):
            batch = await bench.batch()
            assert batch.books == ["a"]
            batch.leave("a", unfinished=True)
            batch.end()
        (await bench.batch()).leave("a")
        await settled(asked)


async def test_new_books_come_before_those_that_were_begun() -> None:
    async with reading_room(places=1) as bench:
        bench.ask("begun")
        first = await bench.batch()
        first.leave("begun", unfinished=True)
        bench.ask(*(f"new {number}" for number in range(SHORT)))
        await asyncio.sleep(0)
        first.end()
        second = await bench.batch()
        assert second.books == [f"new {number}" for number in range(SHORT)]
        second.end()
        assert (await bench.batch()).books == ["begun"]


async def test_trouble_with_a_book_is_told_to_those_who_asked_for_it() -> None:
    async with reading_room(gather_seconds=0.05) as bench:
        good, bad = bench.ask("good", "bad")
        batch = await bench.batch()
        batch.leave("bad", trouble="the store is away")
        with pytest.raises(ReadingInterrupted, match=r"book bad: the store is away"):
            await bad
        batch.leave("good")
        await settled(good)
        (again,) = bench.ask("bad")
        (await bench.batch()).leave("bad")
        await settled(again)


def _break_off(batch: Batch) -> None:
    batch.fail(RuntimeError("the cluster is gone"))


@pytest.mark.parametrize(
    ("stop", "reason"), [(_break_off, "the cluster is gone"), (Batch.end, "said nothing")]
)
async def test_a_batch_that_breaks_off_takes_only_its_own_books_along(
    stop: Callable[[Batch], None], reason: str
) -> None:
    async with reading_room(gather_seconds=0.05) as bench:
        done, lost = bench.ask("done", "lost")
        batch = await bench.batch()
        (other,) = bench.ask("other")
        others = await bench.batch()
        batch.leave("done")
        stop(batch)
        await settled(done)
        with pytest.raises(ReadingInterrupted, match=reason):
            await lost
        others.leave("other")
        await settled(other)


async def test_who_goes_away_stops_nobody() -> None:
    async with reading_room(gather_seconds=0.05) as bench:
        gone, stays, alone, other = bench.ask("a", "a", "b", "c")
        batch = await bench.batch()
        gone.cancel()
        alone.cancel()
        batch.leave("b", trouble="nobody hears this")
        batch.leave("a")
        batch.leave("c")
        await settled(stays, other)
        bench.ask("b")
        assert (await bench.batch()).books == ["b"]
