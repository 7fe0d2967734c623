"""Snapshots of entities: a copy to start from, never the truth."""

import hashlib
import json

from sqlalchemy import Connection, bindparam, select

from adapters.event_log.base import Snapshot
from adapters.event_log.tables import SNAPSHOTS
from adapters.event_log.upsert import upsert
from domain.events import StreamId


def load(connection: Connection, stream: StreamId) -> Snapshot | None:
    """The snapshot of a stream; None when there is none or its checksum is not its own."""
    row = connection.execute(_LOAD, stream._asdict()).one_or_none()
    if row is None:
        return None
    *values, checksum = row
    snapshot = Snapshot(*values)
    return snapshot if checksum == _checksum(stream, snapshot) else None


def save(connection: Connection, stream: StreamId, snapshot: Snapshot) -> None:
    """Keep a snapshot unless there is an intact one of a later version."""
    kept = load(connection, stream)
    if kept is not None and kept.version > snapshot.version:
        return
    values = {
        "version": snapshot.version,
        "state_schema": snapshot.state_schema,
        "state": snapshot.state,
        "checksum": _checksum(stream, snapshot),
    }
    upsert(connection, SNAPSHOTS, stream._asdict(), values)


def _checksum(stream: StreamId, snapshot: Snapshot) -> str:
    record = (*stream, snapshot.version, snapshot.state_schema, snapshot.state)
    return hashlib.sha256(json.dumps(record).encode()).hexdigest()


_LOAD = select(
    SNAPSHOTS.c.version, SNAPSHOTS.c.state_schema, SNAPSHOTS.c.state, SNAPSHOTS.c.checksum
).where(SNAPSHOTS.c.kind == bindparam("kind"), SNAPSHOTS.c.id == bindparam("id"))
