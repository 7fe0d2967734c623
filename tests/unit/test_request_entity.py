from datetime import UTC, datetime, timedelta

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

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
BEGIN = BeginRequest(command_id="begin", fingerprint="one", now=NOW, expires_at=LATER)
ANSWER = RecordAnswer(
    command_id="answer", round=1, status=202, headers=(("etag", '"1"'),), body="{}"
)


def after(*commands: Command) -> RequestState:
    state = REQUEST.initial
    for command in commands:
        state = REQUEST.replay(REQUEST.decide(state, command), state)
    return state


def test_it_is_registered() -> None:
    assert KINDS["request"] is REQUEST


def test_a_request_begins_and_is_answered() -> None:
    assert REQUEST.decide(after(), BEGIN) == [RequestBegun(fingerprint="one", expires_at=LATER)]
    answer = AnswerRecorded(status=202, headers=(("etag", '"1"'),), body="{}")
    assert REQUEST.decide(after(BEGIN), ANSWER) == [answer]
    assert after(BEGIN, ANSWER) == RequestState(
        round=1, fingerprint="one", expires_at=LATER, answer=answer
    )


def test_a_key_holds_until_it_expires() -> None:
    state = after(BEGIN, ANSWER)
    just_before = LATER - timedelta(microseconds=1)
    assert REQUEST.decide(state, BEGIN.model_copy(update={"now": just_before})) == []
    anew = BeginRequest(
        command_id="anew", fingerprint="two", now=LATER, expires_at=LATER + timedelta(days=1)
    )
    again = after(BEGIN, ANSWER, anew)
    assert again == RequestState(round=2, fingerprint="two", expires_at=anew.expires_at)
    assert REQUEST.decide(again, ANSWER) == []  # it is late
    assert REQUEST.decide(again, ANSWER.model_copy(update={"round": 2}))


def test_a_key_of_earlier_versions_holds_for_ever() -> None:
    state = REQUEST.replay([RequestBegun(fingerprint="one")], REQUEST.initial)
    assert REQUEST.decide(state, BEGIN.model_copy(update={"now": LATER})) == []


def test_the_longest_answer_fits_into_an_event() -> None:
    headers = (("x" * 1000, "\x01" * 1000),) * 20
    answer = RecordAnswer(
        round=1, status=200, headers=headers, body="\x01" * BODY_LIMIT, command_id="answer"
    )
    (event,) = REQUEST.decide(after(BEGIN), answer)
    assert len(event.model_dump_json()) <= DATA_LIMIT


def test_another_payload_is_refused() -> None:
    other = BEGIN.model_copy(update={"fingerprint": "two"})
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
            BEGIN.model_copy(update={"command_id": f"{number}", "fingerprint": str(value)})
            if step == "begin"
            else RecordAnswer(command_id=f"{number}", round=1, status=value, body="")
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
