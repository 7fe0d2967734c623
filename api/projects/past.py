"""A project as it was at an earlier version."""

import asyncio
from collections.abc import Sequence

from adapters.event_log.base import EventLog
from api.projects.found import PROJECT
from domain.entities.project import PROJECT as KIND
from domain.entities.project.state import ProjectState
from domain.errors import RecordDamaged
from domain.events import NewEvent, StreamId

_BATCH = 200  # events; each takes long enough that others must not wait for all of them


async def state_at(log: EventLog, project_id: str, version: int) -> ProjectState:
    """From the snapshot, where there is one that is old enough, and the events up to a version.

    Raises:
        LogUnavailable: the log does not answer.
        RecordDamaged: an event cannot be understood.
    """
    stream = StreamId(PROJECT, project_id)
    state, reached = KIND.initial, 0
    snapshot = await log.snapshot(stream)
    if snapshot and snapshot.version <= version and snapshot.state_schema == KIND.state_schema:
        try:
            state = await asyncio.to_thread(KIND.restore, snapshot.state)
            reached = snapshot.version
        except RecordDamaged:
            pass  # a snapshot is a copy to start from, never the truth
    events: list[NewEvent] = []
    async for recorded in log.read(stream, reached):
        if recorded.version > version:
            break
        events.append(recorded.event)
        if len(events) == _BATCH:
            state = await asyncio.to_thread(_after, state, events)
            events = []
    return await asyncio.to_thread(_after, state, events)


def _after(state: ProjectState, events: Sequence[NewEvent]) -> ProjectState:
    decoded = (KIND.decode(each.type, each.schema_version, each.data) for each in events)
    return KIND.replay(decoded, state)
