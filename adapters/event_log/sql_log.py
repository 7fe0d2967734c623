"""The event log in an SQL database: what all databases share."""

import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from adapters.event_log import consumers, fences, reading, snapshots
from adapters.event_log.appending import append
from adapters.event_log.base import (
    Append,
    Batch,
    Damage,
    DeadLetter,
    Fence,
    Outcome,
    Snapshot,
    Upgrade,
)
from adapters.event_log.rows import check_appends, check_names
from adapters.event_log.verifying import StreamCheck, streams_after
from domain.errors import LogRaced, RecordDamaged
from domain.events import Position, RecordedEvent, StreamId

READ_LIMIT = 10_000
"""Most events that one call gives."""

_PAGES = (64, 1024)  # events: of the first page of a stream, and of the largest
_PAGE_CHARACTERS = 4 * 1024**2  # pages stop growing when one has this much data
_RACES = 5  # times an append may collide with others before it is given up

P = ParamSpec("P")
T = TypeVar("T")


class SqlLog(ABC):
    """See `EventLog` and `ConsumerLog`.

    The SQL is in plain functions of a `Connection`; a database says how they are run. The first
    call creates the schema where there is none, and raises `SettingsError` where it is another.
    """

    def __init__(self, whole: reading.WholeLog, poll_seconds: float) -> None:
        self._whole = whole
        self._poll_seconds = poll_seconds

    @abstractmethod
    async def query(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run queries, each of which sees what is committed by then. Raises as `EventLog`."""

    @abstractmethod
    async def transact(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run statements in one transaction, durable when this returns. Raises as `EventLog`,
        `LogRaced` among them."""

    @abstractmethod
    async def upgrade(self) -> Upgrade:
        """See `Log`."""

    @abstractmethod
    async def close(self) -> None:
        """Release connections. May be called twice."""

    async def append(
        self, appends: Sequence[Append], fence: Fence | None = None
    ) -> Sequence[Outcome]:
        """See `EventLog`."""
        check_appends(appends)
        return await self._append(appends, fence)

    async def _append(self, appends: Sequence[Append], fence: Fence | None) -> Sequence[Outcome]:
        compare_ids = False
        for _ in range(_RACES):
            with contextlib.suppress(LogRaced):
                return await self.transact(append, appends, fence, compare_ids=compare_ids)
            # Somebody stored a stream or an event of ours first: look at what stands there.
            compare_ids = True
        raise LogRaced("other writers were faster, again and again: append once more")

    async def claim(self, name: str) -> Fence:
        """See `EventLog`."""
        check_names(name)
        return await self.transact(fences.claim, name)

    async def revoke(self, prefix: str) -> None:
        """See `EventLog`."""
        await self.transact(fences.revoke, prefix)

    async def version(self, stream: StreamId) -> int:
        """See `EventLog`."""
        return await self.query(reading.version, stream)

    async def read(self, stream: StreamId, after: int = 0) -> AsyncIterator[RecordedEvent]:
        """See `EventLog`."""
        limit, largest = _PAGES
        while True:
            page = await self.query(reading.page, stream, after, limit)
            for event in page:
                yield event
            if len(page) < limit:
                return
            after = page[-1].version
            long = sum(len(event.event.data) for event in page) > _PAGE_CHARACTERS
            limit = max(1, limit // 4) if long else min(limit * 4, largest)

    async def of_command(self, stream: StreamId, command_id: str) -> Sequence[RecordedEvent]:
        """See `EventLog`."""
        return await self.query(reading.of_command, stream, command_id, READ_LIMIT)

    async def read_all(self, after: Position, limit: int) -> Batch:
        """See `EventLog`."""
        events = await self.query(self._whole.read, after, max(1, min(limit, READ_LIMIT)))
        return Batch(events, events[-1].position if events else after)

    async def head(self) -> Position:
        """See `EventLog`."""
        return await self.query(self._whole.head)

    async def wait(self, seconds: float, since: Position | None = None) -> None:
        """See `EventLog`."""
        deadline = time.monotonic() + seconds
        watch = self._watch()
        head = await self.head()
        known = head if since is None else since
        while head == known and (left := deadline - time.monotonic()) > 0:
            await watch(min(left, self._poll_seconds))
            watch = self._watch()
            head = await self.head()

    @abstractmethod
    def _watch(self) -> Callable[[float], Awaitable[None]]:
        """Begin to watch for signs of an append; what it gives waits for one, or for so many
        seconds."""

    async def snapshot(self, stream: StreamId) -> Snapshot | None:
        """See `EventLog`."""
        return await self.query(snapshots.load, stream)

    async def save_snapshot(self, stream: StreamId, snapshot: Snapshot) -> None:
        """See `EventLog`."""
        check_names(*stream)
        await self.transact(snapshots.save, stream, snapshot)

    async def verify(self, stream: StreamId | None = None) -> AsyncIterator[Damage]:
        """See `EventLog`."""
        if stream is not None:
            async for damage in self._verify(stream):
                yield damage
            return
        for ended in (True, False):
            last: StreamId | None = None
            while streams := await self.query(streams_after, last, _PAGES[0], ended=ended):
                for each in streams:
                    async for damage in self._verify(each):
                        yield damage
                last = streams[-1]

    async def _verify(self, stream: StreamId) -> AsyncIterator[Damage]:
        check = StreamCheck(stream)
        done = False
        while not done:
            try:
                damages, done = await self.query(check.step, _PAGES[0])
            except RecordDamaged as error:
                # Not even a row can be had: there is no way on in this stream.
                damages, done = [Damage(stream, check.reached + 1, str(error))], True
            for damage in damages:
                yield damage

    async def ping(self) -> None:
        """See `EventLog`."""
        await self.query(reading.version, StreamId("", ""))

    async def checkpoint(self, consumer: str) -> Position:
        """See `ConsumerLog`."""
        return await self.query(consumers.checkpoint, consumer)

    async def save_checkpoint(self, consumer: str, position: Position, fence: Fence) -> None:
        """See `ConsumerLog`."""
        check_names(consumer)
        await self.transact(consumers.save_checkpoint, consumer, position, fence)

    async def count_attempt(self, consumer: str, event_id: UUID) -> int:
        """See `ConsumerLog`."""
        return await self.transact(consumers.count_attempt, consumer, event_id)

    async def attempts(self, consumer: str) -> Mapping[UUID, int]:
        """See `ConsumerLog`."""
        return await self.query(consumers.attempts, consumer)

    async def forget_attempts(self, consumer: str, event_id: UUID | None = None) -> None:
        """See `ConsumerLog`."""
        await self.transact(consumers.forget_attempts, consumer, event_id)

    async def bury(self, letter: DeadLetter) -> None:
        """See `ConsumerLog`."""
        check_names(letter.consumer)
        await self.transact(consumers.bury, letter)

    async def dead_letters(
        self, consumer: str | None = None, *, to_replay: bool = False, limit: int = 100
    ) -> Sequence[DeadLetter]:
        """See `ConsumerLog`."""
        limit = max(1, min(limit, READ_LIMIT))
        return await self.query(consumers.dead_letters, consumer, limit, to_replay=to_replay)

    async def count_dead_letters(self) -> Mapping[str, int]:
        """See `ConsumerLog`."""
        return await self.query(consumers.count_dead_letters)

    async def request_replay(self, consumer: str, event_id: UUID | None = None) -> int:
        """See `ConsumerLog`."""
        return await self.transact(consumers.request_replay, consumer, event_id)

    async def dead_letter(self, consumer: str, event_id: UUID) -> DeadLetter | None:
        """See `ConsumerLog`."""
        return await self.query(consumers.dead_letter, consumer, event_id)

    async def discard(self, consumer: str, event_id: UUID) -> bool:
        """See `ConsumerLog`."""
        return await self.transact(consumers.discard, consumer, event_id)
