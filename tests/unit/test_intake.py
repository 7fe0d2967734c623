import hashlib

import pytest
from pydantic import ValidationError

from domain.entities import KINDS
from domain.entities.book import WholeBook
from domain.entities.intake import (
    INTAKE,
    IntakeStage,
    IntakeState,
    ObjectReceived,
    ObjectRefused,
    ObjectTaken,
    ReceiveObject,
    RefuseObject,
    TakeObject,
    WholeIntake,
    intake_id,
)
from domain.entity import Command, Event
from domain.errors import CommandRefused

URI = "s3://shelf/in/a book.pdf"
BOOK = "ab" * 32
RECEIVE = ReceiveObject(command_id="1", uri=URI, size=7, etag="e")
TAKE = TakeObject(command_id="2", book_id=BOOK)
REFUSE = RefuseObject(command_id="3", reason="too_large", detail="7 bytes are too many")


def after(*commands: Command) -> tuple[IntakeState, list[Event]]:
    """Where an intake stands after commands, and what happened."""
    state, happened = INTAKE.initial, []
    for command in commands:
        events = INTAKE.decide(state, command)
        state = INTAKE.replay(events, state)
        happened += events
    return state, happened


def test_an_object_is_received_and_taken() -> None:
    state, happened = after(RECEIVE, TAKE)
    assert happened == [ObjectReceived(uri=URI, size=7, etag="e"), ObjectTaken(book_id=BOOK)]
    assert (state.stage, state.uri, state.book_id) == (IntakeStage.TAKEN, URI, BOOK)


def test_an_object_is_received_and_refused() -> None:
    state, happened = after(RECEIVE, REFUSE)
    assert happened[1:] == [ObjectRefused(reason="too_large", detail="7 bytes are too many")]
    assert (state.stage, state.reason) == (IntakeStage.REFUSED, "too_large")


@pytest.mark.parametrize("end", [TAKE, REFUSE])
@pytest.mark.parametrize("again", [RECEIVE, TAKE, REFUSE])
def test_what_has_ended_stays_so(end: Command, again: Command) -> None:
    assert after(RECEIVE, end, again) == after(RECEIVE, end)


def test_an_announcement_may_come_twice() -> None:
    assert after(RECEIVE, RECEIVE) == after(RECEIVE)


@pytest.mark.parametrize("command", [TAKE, REFUSE])
def test_nothing_becomes_of_what_nobody_announced(command: Command) -> None:
    with pytest.raises(CommandRefused) as refused:
        after(command)
    assert refused.value.reason == "unknown_object"


def test_an_intake_knows_its_own_commands_and_queries_only() -> None:
    with pytest.raises(CommandRefused, match="Command"):
        after(RECEIVE, Command(command_id="4"))
    with pytest.raises(CommandRefused, match="WholeBook"):
        INTAKE.answer(INTAKE.initial, WholeBook())
    assert INTAKE.answer(INTAKE.initial, WholeIntake()) == INTAKE.initial


@pytest.mark.parametrize("uri", ["/etc/passwd", "file:///etc/passwd", "s3://shelf", "s3://shelf/"])
def test_only_objects_of_buckets_are_received(uri: str) -> None:
    with pytest.raises(ValidationError):
        ReceiveObject(command_id="1", uri=uri, size=7, etag="e")


def test_an_id_stands_for_a_name_and_a_content() -> None:
    assert intake_id(URI, "e") == hashlib.sha256(f"{URI}\ne".encode()).hexdigest()
    assert len({intake_id(URI, "e"), intake_id(URI, "f"), intake_id(URI + "e", "")}) == 3


def test_the_kind_is_known() -> None:
    assert KINDS["intake"] is INTAKE
    for event in after(RECEIVE, TAKE)[1] + after(RECEIVE, REFUSE)[1]:
        assert INTAKE.decode(*INTAKE.encode(event)) == event
