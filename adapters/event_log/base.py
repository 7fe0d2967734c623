"""The event log port."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from domain.events import NewEvent, Position, RecordedEvent, StreamId


class Fence(NamedTuple):
    """A claim to be the only writer under `name`; the newest epoch holds it."""

    name: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Append:
    """Events for the end of one stream, which must be at `expected_version` (0: it is new)."""

    stream: StreamId
    expected_version: int
    events: Sequence[NewEvent]


@dataclass(frozen=True, slots=True)
class Appended:
    """The events are stored, now or since an earlier call, directly after the expected version;
    they say what was given.

    `version` is that of the last of them.
    """

    version: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Nothing of this append was stored: the stream is at another `version`."""

    version: int


@dataclass(frozen=True, slots=True)
class Repeated:
    """Nothing of this append was stored: events with these ids stand elsewhere in the log, or say
    something else."""

    event_ids: frozenset[UUID]


Outcome = Appended | Conflict | Repeated


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of an entity at a version, as JSON text."""

    version: int
    state_schema: int
    state: str


class Batch(NamedTuple):
    """A stretch of the whole log; `reached` is where the next one starts."""

    events: Sequence[RecordedEvent]
    reached: Position


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that a consumer gave up on; `replay` says that it is to be handled once more."""

    consumer: str
    event: RecordedEvent
    attempts: int
    error: str
    died_at: datetime
    replay: bool = False


@dataclass(frozen=True, slots=True)
class Damage:
    """A place where a stream is not what was written."""

    stream: StreamId
    version: int
    detail: str


class Upgrade(NamedTuple):
    """The revisions of the schema before and after; None before there was one."""

    before: str | None
    after: str


class EventLog(Protocol):
    """Streams of events, each with versions 1, 2, 3, ... and one order over all of them.

    Every method raises `LogUnavailable` when the database cannot be reached, and `RecordDamaged`
    when what it holds cannot be understood. A method that raised `LogUnavailable` may have done
    its work all the same; each may be called again with the same arguments.
    """

    async def append(
        self, appends: Sequence[Append], fence: Fence | None = None
    ) -> Sequence[Outcome]:
        """Store events durably, in one transaction; gives an outcome for each of `appends`.

        Each stream may occur once. An append that conflicts does not keep the others from being
        stored. Raises `FencedOut`, with nothing stored, when `fence` is not the newest claim to
        its name; that is checked in the same transaction.
        """

    async def claim(self, name: str) -> Fence:
        """Become the owner of `name`: earlier claims to it are void once this returns."""

    async def revoke(self, prefix: str) -> None:
        """Void all claims to names that start with `prefix`."""

    async def version(self, stream: StreamId) -> int:
        """The version of a stream, 0 when it has no events."""

    def read(self, stream: StreamId, after: int = 0) -> AsyncIterator[RecordedEvent]:
        """The events of a stream after a version, in order, in bounded memory."""

    async def of_command(self, stream: StreamId, command_id: str) -> Sequence[RecordedEvent]:
        """The events that a command led to, in order."""

    async def read_all(self, after: Position, limit: int) -> Batch:
        """Up to `limit` events of all streams after a position, in the one order.

        An event that is committed late is never skipped: events that an unfinished transaction
        may still precede are not shown yet.
        """

    async def head(self) -> Position:
        """The position of the newest event that `read_all` shows."""

    async def wait(self, seconds: float, since: Position | None = None) -> None:
        """Return when there may be news after a `head` that is known, by default after that at the
        beginning of the call, or after `seconds`: a hint."""

    async def snapshot(self, stream: StreamId) -> Snapshot | None:
        """The newest snapshot of a stream; None when there is none or it is damaged."""

    async def save_snapshot(self, stream: StreamId, snapshot: Snapshot) -> None:
        """Keep a snapshot unless there is one of a later version."""

    def verify(self, stream: StreamId | None = None) -> AsyncIterator[Damage]:
        """Walk one stream or all of them and report where a checksum or version is wrong."""

    async def ping(self) -> None:
        """Raise `LogUnavailable` unless the database answers."""

    async def close(self) -> None:
        """Release connections. May be called twice."""


class ConsumerLog(Protocol):
    """How far each consumer has read the log, and what it gave up on. Errors as in `EventLog`."""

    async def checkpoint(self, consumer: str) -> Position:
        """Up to where a consumer is done, `START` when it never was."""

    async def save_checkpoint(self, consumer: str, position: Position, fence: Fence) -> None:
        """Note that a consumer is done up to `position`. Raises `FencedOut`, with nothing noted,
        when `fence` is not the newest claim to its name."""

    async def count_attempt(self, consumer: str, event_id: UUID) -> int:
        """Note that a consumer begins with an event; gives how often it has by now. A call that
        was repeated may count twice."""

    async def attempts(self, consumer: str) -> Mapping[UUID, int]:
        """How often a consumer has begun with the events whose attempts are not forgotten."""

    async def forget_attempts(self, consumer: str, event_id: UUID | None = None) -> None:
        """Forget how often a consumer has begun with an event, or with any."""

    async def bury(self, letter: DeadLetter) -> None:
        """Keep a dead letter; a second one of the same consumer and event replaces the first."""

    async def dead_letters(
        self, consumer: str | None = None, *, to_replay: bool = False, limit: int = 100
    ) -> Sequence[DeadLetter]:
        """The dead letters of one consumer or of all, or those of them `to_replay`, in the order
        of their events in the log."""

    async def count_dead_letters(self) -> Mapping[str, int]:
        """How many dead letters each consumer has; those without are left out."""

    async def request_replay(self, consumer: str, event_id: UUID | None = None) -> int:
        """Note that one dead letter of a consumer, or all, are to be replayed; gives how many."""

    async def dead_letter(self, consumer: str, event_id: UUID) -> DeadLetter | None:
        """One dead letter."""

    async def discard(self, consumer: str, event_id: UUID) -> bool:
        """Remove a dead letter; False when there is none."""


class Log(EventLog, ConsumerLog, Protocol):
    """Both, as one database keeps them.

    Every method raises `SettingsError` when the database has the schema of another version of
    Scriptorium, or was restored from another server; where there is no schema yet it is made.
    """

    async def upgrade(self) -> Upgrade:
        """Bring what is stored up to date, losing nothing. Nobody else may use the log."""
