"""The load of a soak: clients that repeat what they want until it is acknowledged."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from random import Random
from typing import Protocol, cast

from tenacity import AsyncRetrying, retry_if_exception_type, wait_random

from actors.entities import Entities
from actors.sharding.placement import shard_of
from domain.book import BookStats, ReadingOptions
from domain.entities.book import (
    BookState,
    FinishReading,
    RecordSlice,
    StartReading,
    UploadBook,
    WholeBook,
)
from domain.entity import Answer, Command, Executed
from domain.errors import Retryable
from domain.events import StreamId
from domain.slices import PageRange
from tests.faults.soak_ledger import Acknowledged, Ledger

PAUSE_SECONDS = 0.15
_HOT_SECONDS = 0.5  # its effects are had one after the other: they are to keep up
_STOP_SECONDS = 60.0
_AT_ONCE = 4  # commands of a hot book
_HOT_SLICES = 400
_MANY_BOOKS = 100
_PAGES = 1000
_STATS = BookStats(
    pages=_PAGES,
    native=_PAGES,
    ocr=0,
    redone=0,
    blank=0,
    low_confidence=0,
    failed=0,
    words=0,
    characters=0,
    confidence=None,
    page_seconds=1.0,
)


class Client(Protocol):
    """Somebody who asks, is answered, and asks again."""

    name: str
    pause: float
    """Seconds from one answer to the next question, on average."""

    async def step(self) -> None:
        """Ask for something, however long it takes to get it."""


@asynccontextmanager
async def under_load(
    clients: Sequence[Client], ledger: Ledger, random: Random
) -> AsyncIterator[None]:
    """Let clients ask all the time. In the end all of them get what they asked for last."""
    enough = asyncio.Event()

    async def keep_asking(client: Client) -> None:
        while not enough.is_set():
            try:
                await client.step()
            except Exception as error:  # whatever a client does not wait out is a finding
                ledger.problems.append(f"{client.name} met {type(error).__name__}: {error}")
            await asyncio.sleep(random.uniform(0, 2 * client.pause))

    for client in clients:
        ledger.enlist(client.name)
    running = [asyncio.create_task(keep_asking(client)) for client in clients]
    try:
        yield
        enough.set()
        _, waiting = await asyncio.wait(running, timeout=_STOP_SECONDS)
        if waiting:
            ledger.problems.append(f"{len(waiting)} clients waited in vain at the end")
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class Commander:
    """A client's way to the entities."""

    def __init__(self, name: str, entities: Entities, ledger: Ledger) -> None:
        self.name = name
        self._entities = entities
        self._ledger = ledger
        self._numbers = count(1)
        # At an even pace: how long an outage is to the client is to be seen.
        self._retrying = AsyncRetrying(
            retry=retry_if_exception_type(Retryable), wait=wait_random(0.02, 0.2), reraise=True
        )

    async def open(self, stream: StreamId) -> None:
        """Bring a book to where it is being read."""
        reading = ReadingOptions()
        await self.do(
            stream,
            lambda id, _: UploadBook(command_id=id, source="soak.pdf", size=1, reading=reading),
        )
        await self.do(stream, lambda id, _: StartReading(command_id=id, pages=_PAGES))

    async def record_slice(self, stream: StreamId) -> int:
        """Record a slice; gives its first page, which no other slice has.

        Other pages at each attempt: nothing but its id tells that the command is a repeated one.
        """
        first = next(self._numbers)
        await self.do(
            stream,
            lambda id, attempt: RecordSlice(
                command_id=id, pages=PageRange(first, first + attempt), failed=0
            ),
        )
        return first

    async def finish(self, stream: StreamId) -> None:
        """End the reading of a book, by a command with two events."""
        await self.do(stream, lambda id, _: FinishReading(command_id=id, stats=_STATS))

    async def do(self, stream: StreamId, command: Callable[[str, int], Command]) -> Executed:
        """Repeat a command, made of its id and the attempt's number, until it is acknowledged."""
        began, attempts = time.monotonic(), count()
        command_id = f"{self.name}-{next(self._numbers)}"

        async def attempt() -> Executed:
            asked = command(command_id, next(attempts))
            return await self._entities.execute(*stream, asked)

        executed: Executed = await self._retrying.copy()(attempt)
        known = Acknowledged(stream, command_id, executed.version, executed.events)
        await self._ledger.note(self.name, began, known)
        if not executed.events:
            self._ledger.problems.append(f"{command_id} on {stream} was answered without events")
        return executed

    async def check_slice(self, stream: StreamId, first: int) -> None:
        """A slice that was acknowledged is seen by whoever asks."""
        began = time.monotonic()
        ask = self._entities.query
        answer: Answer = await self._retrying.copy()(ask, *stream, WholeBook())
        state = cast(BookState, answer.value)
        if all(pages.first != first for pages in state.slices):
            self._ledger.problems.append(f"{stream} at {answer.version} does not know its slice")
        await self._ledger.note(self.name, began)


class HotBook:
    """Several commands at once on one book, which lies on a certain shard; then on another."""

    pause = _HOT_SECONDS

    def __init__(self, commander: Commander, shard: int, shards: int) -> None:
        self.name = commander.name
        self._commander = commander
        streams = (StreamId("book", f"{self.name}-{number}") for number in count())
        self._streams = (each for each in streams if shard_of(each, shards) == shard)
        self._stream = next(self._streams)
        self._slices = 0

    async def step(self) -> None:
        """See `Client`."""
        if self._slices == 0:
            await self._commander.open(self._stream)
        recording = (self._commander.record_slice(self._stream) for _ in range(_AT_ONCE))
        await asyncio.gather(*recording)
        self._slices += _AT_ONCE
        if self._slices >= _HOT_SLICES:
            self._stream, self._slices = next(self._streams), 0


class ManyBooks:
    """One command on one of many books, and a look at what came of it."""

    pause = PAUSE_SECONDS

    def __init__(self, commander: Commander, random: Random) -> None:
        self.name = commander.name
        self._commander = commander
        self._random = random
        self._open: set[StreamId] = set()

    async def step(self) -> None:
        """See `Client`."""
        number = self._random.randrange(_MANY_BOOKS)
        stream = StreamId("book", f"{self.name}-{number}")
        if stream not in self._open:
            await self._commander.open(stream)
            self._open.add(stream)
        first = await self._commander.record_slice(stream)
        await self._commander.check_slice(stream, first)


class NewBooks:
    """The whole life of a small book."""

    pause = PAUSE_SECONDS

    def __init__(self, commander: Commander) -> None:
        self.name = commander.name
        self._commander = commander
        self._books = count(1)

    async def step(self) -> None:
        """See `Client`."""
        stream = StreamId("book", f"{self.name}-{next(self._books)}")
        await self._commander.open(stream)
        for _ in range(3):
            await self._commander.record_slice(stream)
        await self._commander.finish(stream)
