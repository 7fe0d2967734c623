"""How far consumers have read, and what they gave up on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, update

from adapters.event_log.base import DeadLetter, Fence
from adapters.event_log.fences import check_fence
from adapters.event_log.rows import EVENT_COLUMNS, recorded
from adapters.event_log.tables import ATTEMPTS, CONSUMERS, DEAD_LETTERS, EVENTS
from adapters.event_log.upsert import count_up, upsert
from domain.errors import RecordDamaged
from domain.events import START, Position

ERROR_LIMIT = 10_000
"""Most characters that are kept of what a consumer failed with."""


def checkpoint(connection: Connection, consumer: str) -> Position:
    """Up to where a consumer is done."""
    row = connection.execute(_CHECKPOINT, {"name": consumer}).one_or_none()
    return START if row is None else Position(*row)


def save_checkpoint(
    connection: Connection, consumer: str, position: Position, fence: Fence
) -> None:
    """Note how far a consumer is. Raises `FencedOut` when the fence is not the newest claim."""
    check_fence(connection, fence)
    upsert(connection, CONSUMERS, {"name": consumer}, position._asdict())


def count_attempt(connection: Connection, consumer: str, event_id: UUID) -> int:
    """Note that a consumer begins with an event; gives how often it has."""
    key = {"consumer": consumer, "event_id": str(event_id)}
    return count_up(connection, ATTEMPTS.c.attempts, key)


def attempts(connection: Connection, consumer: str) -> Mapping[UUID, int]:
    """How often a consumer has begun with events."""
    known = select(ATTEMPTS.c.event_id, ATTEMPTS.c.attempts).where(ATTEMPTS.c.consumer == consumer)
    return {UUID(event_id): count for event_id, count in connection.execute(known)}


def forget_attempts(connection: Connection, consumer: str, event_id: UUID | None) -> None:
    """Forget how often a consumer has begun with an event, or with any."""
    forgotten = delete(ATTEMPTS).where(ATTEMPTS.c.consumer == consumer)
    if event_id is not None:
        forgotten = forgotten.where(ATTEMPTS.c.event_id == str(event_id))
    connection.execute(forgotten)


def bury(connection: Connection, letter: DeadLetter) -> None:
    """Keep a dead letter, instead of an earlier one."""
    values = {
        **letter.event.position._asdict(),
        "attempts": letter.attempts,
        "error": letter.error.replace("\0", "\N{REPLACEMENT CHARACTER}")[:ERROR_LIMIT],
        "died_at": letter.died_at.isoformat(),
        "replay": letter.replay,
    }
    key = {"consumer": letter.consumer, "event_id": str(letter.event.event.event_id)}
    upsert(connection, DEAD_LETTERS, key, values)


def dead_letters(
    connection: Connection, consumer: str | None, limit: int, *, to_replay: bool
) -> Sequence[DeadLetter]:
    """The first dead letters, in the order of their events."""
    wanted = _LETTERS.order_by(
        DEAD_LETTERS.c.transaction, DEAD_LETTERS.c.sequence, DEAD_LETTERS.c.consumer
    ).limit(limit)
    if consumer is not None:
        wanted = wanted.where(DEAD_LETTERS.c.consumer == consumer)
    if to_replay:
        wanted = wanted.where(DEAD_LETTERS.c.replay)
    return [_letter(row) for row in connection.execute(wanted)]


def count_dead_letters(connection: Connection) -> Mapping[str, int]:
    """How many dead letters each consumer has."""
    counted = select(DEAD_LETTERS.c.consumer, func.count()).group_by(DEAD_LETTERS.c.consumer)
    return dict(connection.execute(counted).all())


def request_replay(connection: Connection, consumer: str, event_id: UUID | None) -> int:
    """Mark one dead letter of a consumer, or all of them; gives how many."""
    marked = update(DEAD_LETTERS).where(DEAD_LETTERS.c.consumer == consumer).values(replay=True)
    if event_id is not None:
        marked = marked.where(DEAD_LETTERS.c.event_id == str(event_id))
    return connection.execute(marked).rowcount


def dead_letter(connection: Connection, consumer: str, event_id: UUID) -> DeadLetter | None:
    """One dead letter."""
    row = connection.execute(_LETTERS.where(*_key(consumer, event_id))).one_or_none()
    return None if row is None else _letter(row)


def discard(connection: Connection, consumer: str, event_id: UUID) -> bool:
    """Remove a dead letter."""
    removed = delete(DEAD_LETTERS).where(*_key(consumer, event_id))
    return connection.execute(removed).rowcount > 0


def _key(consumer: str, event_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return DEAD_LETTERS.c.consumer == consumer, DEAD_LETTERS.c.event_id == str(event_id)


def _letter(row: Sequence[Any]) -> DeadLetter:  # whatever the database gives
    consumer, attempts, error, died_at, replay, *event = row
    try:
        time = datetime.fromisoformat(died_at)
    except (ValueError, TypeError) as problem:
        raise RecordDamaged(f"a dead letter of {consumer} has no time: {problem}") from problem
    return DeadLetter(consumer, recorded(event), attempts, error, time, replay)


_CHECKPOINT = select(CONSUMERS.c.transaction, CONSUMERS.c.sequence).where(
    CONSUMERS.c.name == bindparam("name")
)
_LETTERS = select(
    DEAD_LETTERS.c.consumer,
    DEAD_LETTERS.c.attempts,
    DEAD_LETTERS.c.error,
    DEAD_LETTERS.c.died_at,
    DEAD_LETTERS.c.replay,
    *EVENT_COLUMNS,
).join(EVENTS, EVENTS.c.event_id == DEAD_LETTERS.c.event_id)
