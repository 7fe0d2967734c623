import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists, sampled_from, tuples

from adapters.event_log.rows import DATA_LIMIT
from domain.entities import KINDS
from domain.entities.request import (
    BODY_LIMIT,
    REQUEST,
    AnswerRecorded,
    BeginRequest,
    RecordAnswer,
    RequestBegun,
    RequestState,
    WholeRequest,
    request_id,
)
from domain.entity import Command, Event, Query
from domain.errors import CommandRefused

BEGIN = BeginRequest(command_id="begin", fingerprint="one")
ANSWER = RecordAnswer(command_id="answer", status=202, headers=(("etag", '"1"'),), body="{}")


def after(*commands: Command) -> RequestState:
    state = REQUEST.initial
    for command in commands:
        state = REQUEST.replay(REQUEST.decide(state, command), state)
    return state


def test_it_is_registered() -> None:
    assert KINDS["request"] is REQUEST


def test_a_request_begins_and_is_answered() -> None:
    assert REQUEST.decide(after(), BEGIN) == [RequestBegun(fingerprint="one")]
    answer = AnswerRecorded(status=202, headers=(("etag", '"1"'),), body="{}")
    assert REQUEST.decide(after(BEGIN), ANSWER) == [answer]
    assert after(BEGIN, ANSWER) == RequestState(fingerprint="one", answer=answer)


def test_the_longest_answer_fits_into_an_event() -> None:
    headers = (("x" * 1000, "\x01" * 1000),) * 20
    answer = RecordAnswer(
        status=200, headers=headers, body="\x01" * BODY_LIMIT, command_id="answer"
    )
    (event,) = REQUEST.decide(after(BEGIN), answer)
    assert len(event.model_dump_json()) <= DATA_LIMIT


def test_another_payload_is_refused() -> None:
    other = BeginRequest(command_id="other", fingerprint="two")
    for state in (after(BEGIN), after(BEGIN, ANSWER)):
        with pytest.raises(CommandRefused) as caught:
            REQUEST.decide(state, other)
        assert caught.value.reason == "key_reused"


def test_an_answer_needs_a_request() -> None:
    with pytest.raises(CommandRefused) as caught:
        REQUEST.decide(after(), ANSWER)
    assert caught.value.reason == "not_begun"


@given(lists(tuples(sampled_from(["begin", "answer"]), integers(min_value=200, max_value=204))))
def test_the_first_payload_and_the_first_answer_stand(steps: list[tuple[str, int]]) -> None:
    state, events = REQUEST.initial, list[Event]()
    claimed: str | None = None
    answered: int | None = None
    for number, (step, value) in enumerate(steps):
        command: Command = (
            BeginRequest(command_id=f"{number}", fingerprint=str(value))
            if step == "begin"
            else RecordAnswer(command_id=f"{number}", status=value, body="")
        )
        try:
            happened = REQUEST.decide(state, command)
        except CommandRefused:
            continue
        if happened and step == "begin":
            assert claimed is None
            claimed = str(value)
        elif happened:
            assert claimed is not None
            assert answered is None
            answered = value
        events += happened
        state = REQUEST.replay(happened, state)
    assert state.fingerprint == claimed
    assert (state.answer and state.answer.status) == answered
    written = [REQUEST.encode(event) for event in events]
    assert REQUEST.replay(REQUEST.decode(*each) for each in written) == state


def test_what_a_request_does_not_know() -> None:
    with pytest.raises(CommandRefused):
        REQUEST.decide(after(), Command(command_id="x"))
    with pytest.raises(CommandRefused):
        REQUEST.answer(after(), Query())
    assert REQUEST.answer(after(BEGIN), WholeRequest()) == after(BEGIN)
    assert REQUEST.evolve(after(BEGIN), Event()) == after(BEGIN)


def test_an_id_stands_for_method_path_and_key() -> None:
    first = request_id("POST", "/v1/books", "key")
    assert first == request_id("POST", "/v1/books", "key")
    others = {
        request_id("PUT", "/v1/books", "key"),
        request_id("POST", "/v1/hooks", "key"),
        request_id("POST", "/v1/books", "other"),
    }
    assert len(others) == 3
    assert first not in others
    assert len(first) == 64
