"""Bringing an entity's state to memory: its snapshot, and the events after it."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from adapters.event_log.base import EventLog
from domain.book import Frozen
from domain.entity import EntityKind
from domain.errors import RecordDamaged
from domain.events import StreamId

_YIELD_EVENTS = 100
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Resident:
    """An entity in memory. Its state is always what its first `version` events make of it, so that
    it may lag behind the log but never contradicts it; `snapshot` is the version last kept.

    `size` says about how large it is: the characters of its newest snapshot and of the data of the
    events after it.
    """

    version: int
    state: Frozen
    snapshot: int
    size: int

    def advance(self, version: int, state: Frozen, size: int) -> None:
        """Go to a later version, by events of `size` characters; an earlier one is no news."""
        if version > self.version:
            self.version, self.state = version, state
            self.size += size


async def activate(log: EventLog, kind: EntityKind[Any], stream: StreamId) -> Resident:
    """An entity as it stands in the log.

    Raises:
        LogUnavailable: the log does not answer.
        RecordDamaged: its events cannot be understood.
    """
    resident = await _from_snapshot(log, kind, stream)
    await _read_on(log, kind, stream, resident)
    return resident


async def catch_up(
    log: EventLog, kind: EntityKind[Any], stream: StreamId, resident: Resident
) -> bool:
    """Bring a resident up to the log; False when it is ahead of a log that was set back.

    Raises as `activate`.
    """
    known = resident.version  # it may advance while the log is asked
    version = await log.version(stream)
    if version > resident.version:
        await _read_on(log, kind, stream, resident)
    return version >= known


async def _from_snapshot(log: EventLog, kind: EntityKind[Any], stream: StreamId) -> Resident:
    snapshot = await log.snapshot(stream)
    if snapshot is not None and snapshot.state_schema == kind.state_schema:
        try:
            state, version = kind.restore(snapshot.state), snapshot.version
            return Resident(version, state, snapshot=version, size=len(snapshot.state))
        except RecordDamaged as error:
            _log.warning("the snapshot of %s is not used: %s", stream, error)
    return Resident(0, kind.initial, snapshot=0, size=0)


async def _read_on(
    log: EventLog, kind: EntityKind[Any], stream: StreamId, resident: Resident
) -> None:
    version, state, size = resident.version, resident.state, 0
    async for recorded in log.read(stream, after=version):
        if recorded.version != version + 1:
            raise RecordDamaged(f"{stream} has no event {version + 1}: verify the log")
        event = recorded.event
        state = kind.evolve(state, kind.decode(event.type, event.schema_version, event.data))
        version += 1
        size += len(event.data)
        if version % _YIELD_EVENTS == 0:
            await asyncio.sleep(0)  # a long history must not keep the other entities waiting
    resident.advance(version, state, size)
