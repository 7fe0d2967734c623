"""Entities: everything that has state is a pure machine that decides and evolves.

`decide` holds the rules, `evolve` applies what happened, `answer` tells what is so. None of them
does I/O, asks a clock or draws a random number: times and ids come in the command.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, ClassVar, Generic, Self, TypeVar

from pydantic import Field, ValidationError

from domain.book import Frozen
from domain.errors import RecordDamaged
from domain.events import RecordedEvent

CommandId = Annotated[str, Field(min_length=1, max_length=200)]


class Command(Frozen):
    """What somebody wants. A repeated `command_id` is the same wish, and is answered as before."""

    command_id: CommandId


class Event(Frozen):
    """What happened. `SCHEMA` counts the incompatible shapes an event type has had."""

    SCHEMA: ClassVar[int] = 1


class Query(Frozen):
    """What somebody wants to know. A `LONG` one computes so much that others must not wait."""

    LONG: ClassVar[bool] = False


S = TypeVar("S", bound=Frozen)

Upcaster = Callable[[dict[str, object]], dict[str, object]]
"""Turns an event's data of one schema version into that of the next."""


@dataclass(frozen=True)
class EntityKind(Generic[S]):
    """One kind of entity: its machine, and how its events are written down.

    `upcasters` are keyed by event type and the schema version they start from. A snapshot of
    another `state_schema` is not used.
    """

    name: str
    initial: S
    events: Sequence[type[Event]]
    decide: Callable[[S, Command], list[Event]]
    evolve: Callable[[S, Event], S]
    answer: Callable[[S, Query], Frozen]
    state_schema: int = 1
    upcasters: Mapping[tuple[str, int], Upcaster] = field(default_factory=dict)

    def encode(self, event: Event) -> tuple[str, int, str]:
        """An event as its type, schema version and JSON data."""
        return type(event).__name__, event.SCHEMA, event.model_dump_json()

    def decode(self, type_name: str, schema_version: int, data: str) -> Event:
        """The event that was written down, brought up to today's schema.

        Raises:
            RecordDamaged: the type is unknown, the schema is newer than ours or the data is not
                what the schema says.
        """
        kind = self._types.get(type_name)
        if kind is None or schema_version > kind.SCHEMA:
            raise RecordDamaged(
                f"{self.name} has an event {type_name} of schema {schema_version}, which this "
                "version of Scriptorium does not know: run a newer one"
            )
        try:
            if schema_version == kind.SCHEMA:
                return kind.model_validate_json(data)
            old = json.loads(data)
            for version in range(schema_version, kind.SCHEMA):
                old = self.upcasters[type_name, version](old)
            return kind.model_validate(old)
        except (ValidationError, ValueError, KeyError, TypeError) as error:
            raise RecordDamaged(
                f"an event {type_name} of {self.name} cannot be understood: {error}"
            ) from error

    def restore(self, state: str) -> S:
        """The state that was written down as JSON text.

        Raises:
            RecordDamaged: it is none of this kind.
        """
        try:
            return type(self.initial).model_validate_json(state)
        except ValidationError as error:
            raise RecordDamaged(f"a state of {self.name} cannot be understood: {error}") from error

    def replay(self, events: Iterable[Event], state: S | None = None) -> S:
        """The state after `events`, from the initial one or another."""
        reached = self.initial if state is None else state
        for event in events:
            reached = self.evolve(reached, event)
        return reached

    @cached_property
    def _types(self) -> Mapping[str, type[Event]]:
        return {event.__name__: event for event in self.events}


class Executed(Frozen):
    """A command that was carried out; durable when this is answered.

    `version` is the entity's version after it, `events` the types of what happened, none when
    there was nothing to do. `repeated` says that it had been carried out before.
    """

    version: int
    events: tuple[str, ...] = ()
    repeated: bool = False


class Answer(Frozen):
    """The answer to a query, and the version of the entity it holds for."""

    version: int
    value: Frozen


class Origin(Frozen):
    """Who asks, and because of what: goes into the metadata of the events."""

    correlation_id: str | None = None
    causation_id: str | None = None
    traceparent: str | None = None
    principal: str | None = None

    @classmethod
    def because_of(cls, cause: RecordedEvent, principal: str) -> Self:
        """That of what somebody does who has heard of an event."""
        metadata = cause.event.metadata
        return cls(
            correlation_id=metadata.correlation_id,
            causation_id=str(cause.event.event_id),
            traceparent=metadata.traceparent,
            principal=principal,
        )
