"""Commands on books, as many at once as clients would send."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import NamedTuple

from actors.entities import Entities
from actors.sharding.limits import Limits
from actors.sharding.shard import Shard
from adapters.event_log.sqlite import SqliteLog
from domain.book import ReadingOptions
from domain.entities import KINDS
from domain.entities.book import RecordSlice, StartReading, UploadBook, WholeBook
from domain.entity import Command
from domain.slices import PageRange

_AT_ONCE = 256
_ENTITIES = 1_000
_SLICES = 500  # of one book: as many as a long book has
_ACTIVATIONS = 11


class Load(NamedTuple):
    """What a load took: wall-clock seconds for all, and for each command."""

    commands: int
    seconds: float
    latencies: list[float]

    def quantile(self, share: float) -> float:
        """The latency that this share of the commands did not exceed."""
        return sorted(self.latencies)[min(int(share * self.commands), self.commands - 1)]


def book_id(number: int) -> str:
    """A made-up book's id."""
    return sha256(f"book {number}".encode()).hexdigest()


def upload(number: int) -> UploadBook:
    """The first command of a book."""
    return UploadBook(
        command_id=f"{number}:upload", source="book.pdf", size=1, reading=ReadingOptions()
    )


def slices(number: int, first: int, last: int) -> Iterable[Command]:
    """Commands that a book which is being read carries out, each with an event."""
    for index in range(first, last):
        pages = PageRange(4 * index + 1, 4 * index + 4)
        yield RecordSlice(command_id=f"{number}:slice {index}", pages=pages, failed=0)


async def hot_entity(entities: Entities, commands: int) -> Load:
    """All commands on one entity at a time; a book is finished after some hundreds."""
    total = Load(0, 0.0, [])
    for number in range(-(-commands // _SLICES)):
        await _begin(entities, number)
        load = await _measured(
            entities, ((number, command) for command in slices(number, 0, _SLICES))
        )
        total = Load(
            total.commands + load.commands,
            total.seconds + load.seconds,
            total.latencies + load.latencies,
        )
    return total


async def many_entities(entities: Entities, commands: int) -> Load:
    """The commands spread over a thousand entities, in turn."""
    numbers = range(10_000, 10_000 + _ENTITIES)
    await asyncio.gather(*(_begin(entities, number) for number in numbers))
    rounds = range(-(-commands // _ENTITIES))
    return await _measured(
        entities,
        (
            (number, command)
            for turn in rounds
            for number in numbers
            for command in slices(number, turn, turn + 1)
        ),
    )


async def _begin(entities: Entities, number: int) -> None:
    await entities.execute("book", book_id(number), upload(number))
    start = StartReading(command_id=f"{number}:start", pages=4 * _SLICES)
    await entities.execute("book", book_id(number), start)


async def _measured(entities: Entities, work: Iterable[tuple[int, Command]]) -> Load:
    async def one(number: int, command: Command) -> None:
        await entities.execute("book", book_id(number), command)

    return await in_parallel((one, number, command) for number, command in work)


async def in_parallel(
    work: Iterable[tuple[Callable[[int, Command], Awaitable[None]], int, Command]],
) -> Load:
    """Send the commands, a bounded number of them at once, and time each."""
    queue = iter(work)
    latencies: list[float] = []

    async def client() -> None:
        for send, number, command in queue:
            began = time.perf_counter()
            await send(number, command)
            latencies.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(_AT_ONCE)))
    return Load(len(latencies), time.perf_counter() - began, latencies)


async def activation_seconds(path: Path, events: int, has_snapshot: bool) -> float:
    """The median time until a shard that knows nothing of a book answers a query about it, with
    snapshots as often as they are made by default, or without any."""
    never = 10 * events
    await _write_book(path, events, Limits().snapshot_events if has_snapshot else never)
    taken = []
    for _ in range(_ACTIVATIONS):
        log = SqliteLog(path)
        await log.ping()
        shard = Shard(log, KINDS, limits=Limits(snapshot_events=never))
        began = time.perf_counter()
        answer = await shard.query("book", book_id(0), WholeBook())
        taken.append(time.perf_counter() - began)
        if answer.version != events:
            raise RuntimeError("the book lacks events")
        await shard.close()
        await log.close()
    return median(taken)


async def _write_book(path: Path, events: int, snapshot_events: int) -> None:
    log = SqliteLog(path)
    shard = Shard(log, KINDS, limits=Limits(snapshot_events=snapshot_events))
    await _begin(shard, 0)
    for first in range(0, events - 2, _AT_ONCE):
        commands = slices(0, first, min(first + _AT_ONCE, events - 2))
        await asyncio.gather(*(shard.execute("book", book_id(0), each) for each in commands))
    await shard.close()
    await log.close()
