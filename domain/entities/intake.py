"""The entity `intake`: an object that a bucket announced, until it is a book or refused.

received -> taken | refused
"""

import hashlib
from enum import StrEnum

from pydantic import Field

from domain.book import BookId, Frozen
from domain.entity import Command, EntityKind, Event, Query
from domain.errors import CommandRefused

_URI_PATTERN = r"^s3://[^/]+/."  # a hook must not name files of this machine


def intake_id(uri: str, etag: str) -> str:
    """The id of one content under one name: SHA-256 in hexadecimal."""
    return hashlib.sha256(f"{uri}\n{etag}".encode()).hexdigest()


class IntakeStage(StrEnum):
    """Where an announced object stands."""

    RECEIVED = "received"
    TAKEN = "taken"
    REFUSED = "refused"


class ReceiveObject(Command):
    """A bucket says that an object of `size` bytes was put at `s3://bucket/key`."""

    uri: str = Field(max_length=4096, pattern=_URI_PATTERN)
    size: int = Field(ge=0)
    etag: str = Field(max_length=1024)


class TakeObject(Command):
    """The object is in the library as the source of a book."""

    book_id: BookId


class RefuseObject(Command):
    """The object does not become a book; `reason` is a stable word."""

    reason: str = Field(min_length=1, max_length=100)
    detail: str = Field(max_length=10_000)


class ObjectReceived(Event):
    """See `ReceiveObject`."""

    uri: str
    size: int
    etag: str


class ObjectTaken(Event):
    """See `TakeObject`."""

    book_id: str


class ObjectRefused(Event):
    """See `RefuseObject`."""

    reason: str
    detail: str


class WholeIntake(Query):
    """Everything the entity knows."""


class IntakeState(Frozen):
    """What is known of an announced object; `stage` is None before it is announced."""

    stage: IntakeStage | None = None
    uri: str = ""
    size: int = 0
    etag: str = ""
    book_id: str | None = None
    reason: str | None = None
    detail: str | None = None


def decide(state: IntakeState, command: Command) -> list[Event]:
    """What follows from a command. What was taken or refused stays so.

    Raises:
        CommandRefused: nobody announced the object, or the command is none of an intake's.
    """
    if isinstance(command, ReceiveObject):
        if state.stage is not None:
            return []
        return [ObjectReceived(uri=command.uri, size=command.size, etag=command.etag)]
    if state.stage is None:
        raise CommandRefused("unknown_object", "no such object was announced")
    is_open = state.stage is IntakeStage.RECEIVED
    match command:
        case TakeObject():
            return [ObjectTaken(book_id=command.book_id)] if is_open else []
        case RefuseObject():
            refusal = ObjectRefused(reason=command.reason, detail=command.detail)
            return [refusal] if is_open else []
    raise CommandRefused("unknown_command", f"an intake knows no {type(command).__name__}")


def evolve(state: IntakeState, event: Event) -> IntakeState:
    """The state after an event."""
    match event:
        case ObjectReceived():
            return IntakeState(
                stage=IntakeStage.RECEIVED, uri=event.uri, size=event.size, etag=event.etag
            )
        case ObjectTaken():
            change: dict[str, object] = {"stage": IntakeStage.TAKEN, "book_id": event.book_id}
        case ObjectRefused():
            change = {
                "stage": IntakeStage.REFUSED,
                "reason": event.reason,
                "detail": event.detail,
            }
        case _:
            return state
    return state.model_copy(update=change)


def answer(state: IntakeState, query: Query) -> Frozen:
    """What is so.

    Raises:
        CommandRefused: an intake does not know that question.
    """
    if isinstance(query, WholeIntake):
        return state
    raise CommandRefused("unknown_query", f"an intake knows no {type(query).__name__}")


INTAKE = EntityKind(
    name="intake",
    initial=IntakeState(),
    events=(ObjectReceived, ObjectTaken, ObjectRefused),
    decide=decide,
    evolve=evolve,
    answer=answer,
)
