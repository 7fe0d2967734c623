"""What happens to the processes of a soak."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from random import Random

import psutil

from actors.dispatcher import NAME as DISPATCHER
from actors.sharding.placement import SHARD_PREFIX, shard_name, shard_of
from actors.sharding.shard import Shard
from adapters.event_log.base import Log
from domain.book import ReadingOptions
from domain.entities import KINDS
from domain.entities.book import UploadBook
from domain.errors import FencedOut, Retryable
from domain.events import StreamId
from tests.faults.soak_database import Database, Fault
from tests.faults.soak_ledger import Acknowledged, Ledger
from tests.faults.soak_server import System

_REPLICA = "SERVE_REPLICA"
_SECONDS = 60.0


class Faults:
    """Does harm, and comes back when it is done: things are on their way up again."""

    def __init__(
        self, system: System, database: Database, log: Log, ledger: Ledger, random: Random
    ) -> None:
        self._settings = system.settings
        self._processes = system.processes
        self._database = database
        self._log = log
        self._ledger = ledger
        self._random = random
        self._numbers = count(1)
        self.refused = 0
        """How many writers that had lost their place were refused."""
        self.by_name: Mapping[str, Fault] = {
            "kill shard": lambda: self._kill_one(SHARD_PREFIX),
            "pause shard": lambda: self._pause(SHARD_PREFIX, 2.0, 9.0),
            "supersede shard": self._supersede_shard,
            "kill dispatcher": lambda: self._kill_one(DISPATCHER),
            "pause dispatcher": lambda: self._pause(DISPATCHER, 0.5, 4.0),
            "kill HTTP replica": lambda: self._kill_one(_REPLICA),
            "pause HTTP replica": lambda: self._pause(_REPLICA, 0.5, 6.0),
            "kill all of these": self._kill_all,
            **database.faults(random),
        }

    async def _kill_one(self, prefix: str) -> None:
        _kill(self._random.choice(await self._alive(prefix)))

    async def _kill_all(self) -> None:
        for prefix in (SHARD_PREFIX, DISPATCHER, _REPLICA):
            for process in await self._alive(prefix):
                _kill(process)

    async def _pause(self, prefix: str, shortest: float, longest: float) -> None:
        """Stop a process for some seconds; it wakes up unless it was found out and killed."""
        with _stopped(self._random.choice(await self._alive(prefix))):
            await asyncio.sleep(self._random.uniform(shortest, longest))

    async def _supersede_shard(self) -> None:
        """A paused shard loses its place to another writer and wakes up; then that one loses it."""
        shards = self._settings.shards
        index = self._random.randrange(shards)
        name = shard_name(index, shards)
        ids = (f"superseded-{number}" for number in self._numbers)
        stream = next(each for each in _books(ids) if shard_of(each, shards) == index)
        (process,) = await self._alive(name)
        other = Shard(self._log, KINDS, fence_name=name)
        try:
            if await self._take_its_place(process, other, stream):
                # By now its successor, which Ray has started, has claimed the place and written.
                await self._ledger.everybody_is_served(time.monotonic())
                await self._check_refused(other, stream)
        finally:
            await other.close()

    async def _take_its_place(
        self, process: psutil.Process, other: Shard, stream: StreamId
    ) -> bool:
        """False when the other could not: the paused shard held it up, in the midst of a write."""
        began = time.monotonic()
        command = UploadBook(command_id="first", source="", size=0, reading=ReadingOptions())
        with ExitStack() as asleep:
            with self._database.at_rest():
                asleep.enter_context(_stopped(process))
            try:
                executed = await other.execute(*stream, command)
            except Retryable:
                return False
        known = Acknowledged(stream, command.command_id, executed.version, executed.events)
        self._ledger.acknowledged.append(known)
        in_time = time.monotonic() - began < self._settings.shard_hang_seconds
        try:
            await asyncio.to_thread(process.wait, _SECONDS)
        except psutil.TimeoutExpired:
            self._ledger.problems.append("a shard that had lost its place did not end")
        else:
            self.refused += in_time  # else it may have been killed for being silent
        return True

    async def _check_refused(self, other: Shard, stream: StreamId) -> None:
        """A writer whose claim is void writes nothing, and is told so."""
        command = UploadBook(command_id="stale", source="", size=0, reading=ReadingOptions())
        stale = StreamId(stream.kind, f"{stream.id}-stale")
        self._ledger.forbidden.append((stale, command.command_id))
        try:
            await other.execute(*stale, command)
        except (FencedOut, Retryable):
            async with asyncio.timeout(_SECONDS):
                await other.ended.wait()
            self.refused += 1
        else:
            self._ledger.problems.append(f"a void claim to {stream} was let write")

    async def _alive(self, prefix: str) -> list[psutil.Process]:
        """The processes of actors whose names start so, once there are any."""
        async with asyncio.timeout(_SECONDS):
            while not (found := self._processes(prefix)):  # noqa: ASYNC110 -- no event says so
                await asyncio.sleep(0.1)
        return found


def _books(ids: Iterator[str]) -> Iterator[StreamId]:
    return (StreamId("book", id) for id in ids)


def _kill(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        process.kill()


@contextmanager
def _stopped(process: psutil.Process) -> Iterator[None]:
    """Keep a process from running."""
    process.suspend()
    try:
        yield
    finally:
        with suppress(psutil.NoSuchProcess):
            process.resume()
