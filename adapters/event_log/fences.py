"""Fences: who is the only writer under a name."""

from sqlalchemy import Connection, bindparam, func, select, update

from adapters.event_log.base import Fence
from adapters.event_log.tables import FENCES
from adapters.event_log.upsert import count_up
from domain.errors import FencedOut


def claim(connection: Connection, name: str) -> Fence:
    """Take the next epoch of a fence. Waits for transactions that rely on the present one."""
    return Fence(name, count_up(connection, FENCES.c.epoch, {"name": name}))


def revoke(connection: Connection, prefix: str) -> None:
    """Move on the epochs of all fences whose name starts with `prefix`."""
    beginning = func.substr(FENCES.c.name, 1, len(prefix))
    connection.execute(update(FENCES).where(beginning == prefix).values(epoch=FENCES.c.epoch + 1))


def check_fence(connection: Connection, fence: Fence) -> None:
    """Raise `FencedOut` unless `fence` is the newest claim, and keep it so until the commit."""
    newest = connection.scalars(_EPOCH, {"name": fence.name}).one_or_none()
    if newest != fence.epoch:
        raise FencedOut(
            f"{fence.name} is claimed with epoch {newest}, so epoch {fence.epoch} is void: "
            "drop what was built on it and claim anew"
        )


# SQLite, which has one writer at a time, knows no FOR SHARE and is not asked for it.
_EPOCH = select(FENCES.c.epoch).where(FENCES.c.name == bindparam("name")).with_for_update(read=True)
