"""One entity's turn: its waiting commands, decided one after another on a working copy."""

import json
from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from actors.faults import faults_named
from actors.sharding.requests import Request
from adapters.event_log.base import Append
from adapters.event_log.rows import check_appends
from domain.book import Frozen
from domain.entity import EntityKind, Event, Executed
from domain.errors import RecordDamaged, ScriptoriumError, VersionMismatch
from domain.events import Metadata, NewEvent, StreamId

_EVENTS = UUID("5f0bd1a6-6a0c-5d0f-9a3e-3f6e0d3f4b7c")


class Carried(NamedTuple):
    """A command that led to events; its answer holds once they are durable."""

    request: Request
    answer: Executed
    event_ids: frozenset[UUID]


class Doubt(NamedTuple):
    """A command that led to nothing at `version`: perhaps because it was carried out before."""

    request: Request
    version: int
    answer: Executed | ScriptoriumError


class Turn:
    """Decides commands of one entity, whose state is `state` at `version`.

    Nothing is durable yet and nobody has been answered: `append` is what is to be written.
    `again` are copies of commands in this turn, to be taken up once the first is settled.
    """

    def __init__(
        self, kind: EntityKind[Any], stream: StreamId, version: int, state: Frozen
    ) -> None:
        self.stream = stream
        self.base = version
        self.state = state
        self.requests: list[Request] = []
        self.carried: list[Carried] = []
        self.doubts: list[Doubt] = []
        self.again: list[Request] = []
        self._kind = kind
        self._events: list[NewEvent] = []
        self._carried_ids: set[str] = set()

    @property
    def version(self) -> int:
        """The version of the working copy."""
        return self.base + len(self._events)

    @property
    def size(self) -> int:
        """The characters of the events' data."""
        return sum(len(event.data) for event in self._events)

    @property
    def append(self) -> Append | None:
        """The events to be written, None without any."""
        return Append(self.stream, self.base, self._events) if self._events else None

    def take(self, request: Request, now: datetime) -> None:
        """Decide the next command."""
        self.requests.append(request)
        if request.command.command_id in self._carried_ids:
            self.again.append(request)
            return
        try:
            with faults_named(self.stream):
                self._decide(request, now)
        except ScriptoriumError as error:
            self.doubts.append(Doubt(request, self.version, error))

    def split(self, event_ids: Set[UUID]) -> tuple[list[Doubt], list[Request]]:
        """The commands, and copies of them, whose events stand in the log already; the others."""
        earlier = {
            each.request.command.command_id for each in self.carried if each.event_ids & event_ids
        }
        stray = RecordDamaged(f"events of {self.stream} stand in another stream: verify the log")
        doubts, others = [], []
        for request in self.requests:
            if request.command.command_id in earlier:
                doubts.append(Doubt(request, self.base, stray))
            else:
                others.append(request)
        return doubts, others

    def fail(self, error: ScriptoriumError) -> None:
        """Answer all commands with an error."""
        for request in self.requests:
            request.settle(error)

    def _decide(self, request: Request, now: datetime) -> None:
        if request.expected_version not in {None, self.version}:
            raise VersionMismatch(request.expected_version or 0, self.version)
        decided = self._kind.decide(self.state, request.command)
        if not decided:
            self.doubts.append(Doubt(request, self.version, Executed(version=self.version)))
            return
        state = self._kind.replay(decided, self.state)
        events = self._written_down(request, decided, now)
        # Here, so that what cannot be stored fails alone.
        check_appends([Append(self.stream, self.version, events)])
        self._events += events
        self.state = state
        self._carried_ids.add(request.command.command_id)
        answer = Executed(version=self.version, events=tuple(event.type for event in events))
        ids = frozenset(event.event_id for event in events)
        self.carried.append(Carried(request, answer, ids))

    def _written_down(
        self, request: Request, decided: Sequence[Event], now: datetime
    ) -> list[NewEvent]:
        metadata = _metadata(request)
        return [
            NewEvent(
                _event_id(self.stream, metadata.command_id, index),
                *self._kind.encode(event),
                metadata,
                now,
            )
            for index, event in enumerate(decided)
        ]


def _event_id(stream: StreamId, command_id: str, index: int) -> UUID:
    """The same for every run of a command, so that a second run collides with the first.

    As JSON, so that no two commands share a name whatever their ids consist of.
    """
    return uuid5(_EVENTS, json.dumps([*stream, command_id, index]))


def _metadata(request: Request) -> Metadata:
    command_id, origin = request.command.command_id, request.origin
    return Metadata(
        command_id=command_id,
        correlation_id=origin.correlation_id or command_id,
        causation_id=origin.causation_id,
        traceparent=origin.traceparent,
        principal=origin.principal,
    )
