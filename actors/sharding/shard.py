"""A shard: the place where the commands of its entities are decided."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from datetime import UTC, datetime
from typing import Any

from actors.faults import faults_named
from actors.sharding.limits import Limits
from actors.sharding.requests import Request
from actors.sharding.writer import Writer
from adapters.event_log.base import EventLog
from domain.entity import Answer, Command, EntityKind, Executed, Origin, Query
from domain.errors import FencedOut, ShardBusy, ShardUnavailable, UsageError
from domain.events import StreamId

_ID_LENGTH = 200  # what the log keeps
_NOBODY = Origin()
_log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class Shard:
    """Carries out commands on entities; implements `actors.entities.Entities` in one event loop.

    The commands of an entity are decided one after another. What arrives during an append goes
    into the next one together (group commit), and is answered once that is durable. The state of
    an entity is only ever what the log makes of it, so that another writer of its events costs a
    second attempt and no more. With a `fence_name` the shard claims to be the only one of that
    name before it first writes, and ends when another claims it: `ended` is set then.
    """

    def __init__(
        self,
        log: EventLog,
        kinds: Mapping[str, EntityKind[Any]],
        *,
        fence_name: str | None = None,
        clock: Callable[[], datetime] = _now,
        limits: Limits | None = None,
    ) -> None:
        self.ended = asyncio.Event()
        self._kinds = kinds
        self._limits = limits or Limits()
        self._writer = Writer(log, kinds, fence_name=fence_name, clock=clock, limits=self._limits)
        self._residents = self._writer.residents
        self._writing: asyncio.Task[None] | None = None
        self._calls = 0

    @property
    def entities(self) -> int:
        """How many are in memory."""
        return len(self._residents)

    async def execute(
        self,
        kind: str,
        entity_id: str,
        command: Command,
        *,
        origin: Origin | None = None,
        expected_version: int | None = None,
    ) -> Executed:
        """See `Entities`. A command that led to no event leaves no trace, so that a repetition of
        it is decided anew."""
        stream = self._stream(kind, entity_id)
        with self._admitted():
            if self._writing is None:
                self._writing = asyncio.create_task(self._write())
            answer: asyncio.Future[Executed] = asyncio.get_running_loop().create_future()
            self._writer.put(stream, Request(command, origin or _NOBODY, expected_version, answer))
            return await answer

    async def query(self, kind: str, entity_id: str, query: Query) -> Answer:
        """See `Entities`. The answer holds for the log as it is when the question comes."""
        stream = self._stream(kind, entity_id)
        with self._admitted():
            with faults_named(stream):
                resident = await self._residents.current(stream)
                answer, state = self._kinds[kind].answer, resident.state
                version = resident.version
                if query.LONG:  # states never change, so that any thread may look at one
                    value = await asyncio.to_thread(answer, state, query)
                else:
                    value = answer(state, query)
            self._residents.forget_if_new(stream)
            return Answer(version=version, value=value)

    async def close(self) -> None:
        """Finish the append under way and refuse all else. The log stays open."""
        self._writer.stop(ShardUnavailable("the shard is closing: send the command again"))
        if self._writing:
            await self._writing
        await self._writer.close()
        await self._residents.close()

    async def _write(self) -> None:
        try:
            await self._writer.run()
        except FencedOut as error:
            _log.warning("the shard ends: %s", error)
        except Exception:
            # Nothing is lost: whoever waited is told, and what takes the shard's place starts
            # from the log.
            _log.exception("the shard ends")
        finally:
            self.ended.set()

    def _stream(self, kind: str, entity_id: str) -> StreamId:
        if kind not in self._kinds:
            raise UsageError(f"no entity is a {kind!r}; there are {', '.join(sorted(self._kinds))}")
        if not 0 < len(entity_id) <= _ID_LENGTH:
            raise UsageError(f"the id of a {kind} has 1 to {_ID_LENGTH} characters")
        return StreamId(kind, entity_id)

    @contextmanager
    def _admitted(self) -> Iterator[None]:
        """Count a call in; there is a bound to those that wait."""
        if self._writer.stopped:
            raise copy(self._writer.stopped)
        if self._calls >= self._limits.queue:
            raise ShardBusy(f"{self._calls} calls wait for the shard already: try again later")
        self._calls += 1
        try:
            yield
        finally:
            self._calls -= 1
