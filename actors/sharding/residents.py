"""The entities that a shard has in memory."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Container, Mapping
from typing import Any

from actors.faults import faults_named
from actors.sharding.activation import Resident, activate, catch_up
from actors.sharding.limits import Limits
from adapters.event_log.base import EventLog, Snapshot
from domain.book import Frozen
from domain.entity import EntityKind
from domain.errors import ScriptoriumError
from domain.events import StreamId

_log = logging.getLogger(__name__)


class Residents:
    """Holds the `busy` entities, and others within the limits of their number and of their size
    together: those not used for longest go first.

    Snapshots are written in the background, one for so many events of an entity.
    """

    def __init__(
        self,
        log: EventLog,
        kinds: Mapping[str, EntityKind[Any]],
        *,
        busy: Container[StreamId],
        limits: Limits,
    ) -> None:
        self._log = log
        self._kinds = kinds
        self._busy = busy
        self._limits = limits
        self._reads = asyncio.Semaphore(limits.reads)
        self._used: OrderedDict[StreamId, Resident] = OrderedDict()
        self._counted: dict[StreamId, int] = {}
        self._size = 0  # the sum of what is counted
        self._activations: dict[StreamId, asyncio.Task[Resident]] = {}
        self._snapshots: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._used)

    def __contains__(self, stream: StreamId) -> bool:
        return stream in self._used

    def __getitem__(self, stream: StreamId) -> Resident:
        """An entity that is in memory; it counts as used now."""
        self._used.move_to_end(stream)
        return self._used[stream]

    async def current(self, stream: StreamId) -> Resident:
        """The entity as the log has it now.

        Raises:
            LogUnavailable: the log does not answer.
            RecordDamaged: its events cannot be understood.
            EntityFailed: its rules fail on its events.
        """
        seen = stream in self._used or stream in self._activations
        resident = await self._resident(stream)
        if not seen or await self._caught_up(stream, resident):
            return resident
        self.drop(stream)
        return await self._resident(stream)

    def advance(self, stream: StreamId, version: int, state: Frozen, size: int) -> None:
        """Note what events of `size` characters that are stored by now have made of an entity, if
        it is still here."""
        if stream in self._used:
            resident = self[stream]
            resident.advance(version, state, size)
            self._keep_snapshot(stream, resident)
            self._make_room(stream)

    def forget_if_new(self, stream: StreamId) -> None:
        """Let go of an entity without events: asking for what is not there must not fill memory."""
        resident = self._used.get(stream)
        if resident and resident.version == 0 and stream not in self._busy:
            self.drop(stream)

    def drop(self, stream: StreamId) -> None:
        """Let go of an entity."""
        self._used.pop(stream, None)
        self._size -= self._counted.pop(stream, 0)

    async def close(self) -> None:
        """Let go of all, once what is under way has ended."""
        await asyncio.gather(*self._activations.values(), *self._snapshots, return_exceptions=True)
        for stream in list(self._used):
            self.drop(stream)

    async def _resident(self, stream: StreamId) -> Resident:
        """The entity, brought to memory once however many wait for it."""
        if stream in self._used:
            return self[stream]
        task = self._activations.get(stream)
        if task is None:
            task = self._activations[stream] = asyncio.create_task(self._activate(stream))
            task.add_done_callback(lambda done: self._activated(stream, done))
        return await asyncio.shield(task)

    async def _activate(self, stream: StreamId) -> Resident:
        async with self._reads:
            with faults_named(stream):
                return await activate(self._log, self._kinds[stream.kind], stream)

    def _activated(self, stream: StreamId, task: "asyncio.Task[Resident]") -> None:
        del self._activations[stream]
        if task.cancelled() or task.exception():
            return
        resident = self._used[stream] = task.result()
        self._keep_snapshot(stream, resident)
        self._make_room(stream)

    def _make_room(self, newest: StreamId) -> None:
        """Count an entity as it is now, and let go of others that are too many or too large."""
        if newest in self._used:
            size = self._used[newest].size
            self._size += size - self._counted.get(newest, 0)
            self._counted[newest] = size
        while len(self._used) > self._limits.entities or self._size > self._limits.characters:
            idle = next((each for each in self._used if each not in self._busy), newest)
            if idle == newest:
                return
            self.drop(idle)

    async def _caught_up(self, stream: StreamId, resident: Resident) -> bool:
        async with self._reads:
            with faults_named(stream):
                is_current = await catch_up(self._log, self._kinds[stream.kind], stream, resident)
        self._make_room(stream)
        return is_current

    def _keep_snapshot(self, stream: StreamId, resident: Resident) -> None:
        if resident.version - resident.snapshot < self._limits.snapshot_events:
            return
        resident.snapshot = resident.version
        schema = self._kinds[stream.kind].state_schema
        task = asyncio.create_task(self._save(stream, resident, schema))
        self._snapshots.add(task)
        task.add_done_callback(self._snapshots.discard)

    async def _save(self, stream: StreamId, resident: Resident, schema: int) -> None:
        version = resident.version
        snapshot = Snapshot(version, schema, resident.state.model_dump_json())
        resident.size = len(snapshot.state)
        self._make_room(stream)
        try:
            await self._log.save_snapshot(stream, snapshot)
        except ScriptoriumError as error:
            _log.warning("no snapshot of %s at version %d: %s", stream, version, error)
