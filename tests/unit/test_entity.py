"""How events and states of entities are written down and read again."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from domain.entities import KINDS
from domain.entity import Command, EntityKind
from domain.errors import CommandRefused, RecordDamaged
from tests.unit.sample_account import ACCOUNT, Account, Closed, Deposit, Deposited, Withdrawn

DEPOSITED = Deposited(amount=5)


def test_an_event_survives_being_written_down() -> None:
    written = ACCOUNT.encode(DEPOSITED)
    assert written == ("Deposited", 2, '{"amount":5}')
    assert ACCOUNT.decode(*written) == DEPOSITED


def test_an_event_of_an_earlier_schema_is_brought_up_to_date() -> None:
    assert ACCOUNT.decode("Deposited", 1, '{"sum": 5}') == DEPOSITED


def test_events_are_brought_up_to_date_step_by_step() -> None:
    class Deposited(Withdrawn):
        SCHEMA = 3

    newer = replace(
        ACCOUNT,
        events=(Deposited,),
        upcasters={
            **ACCOUNT.upcasters,
            ("Deposited", 2): lambda old: {"amount": int(str(old["amount"])) * 100},
        },
    )
    assert newer.decode("Deposited", 1, '{"sum": 5}') == Deposited(amount=500)
    assert newer.decode("Deposited", 2, '{"amount": 5}') == Deposited(amount=500)


@pytest.mark.parametrize(
    ("type_name", "schema", "data"),
    [
        ("Robbed", 1, "{}"),
        ("Deposited", 3, '{"amount": 5}'),
        ("Deposited", 2, '{"amount": "much"}'),
        ("Deposited", 2, '{"amount": 5, "by": "anna"}'),
        ("Deposited", 2, '{"amount": 5'),
        ("Deposited", 1, '{"amount": 5}'),
        ("Deposited", 1, "[]"),
        ("Deposited", 0, "{}"),
    ],
)
def test_what_cannot_be_understood_is_damage(type_name: str, schema: int, data: str) -> None:
    with pytest.raises(RecordDamaged, match=type_name):
        ACCOUNT.decode(type_name, schema, data)


def test_a_replay_goes_on_from_a_state() -> None:
    events = [DEPOSITED, DEPOSITED, Withdrawn(amount=3), Closed()]
    whole = ACCOUNT.replay(events)
    assert whole == Account(balance=7, closed=True, movements=4)
    assert ACCOUNT.replay(events[2:], ACCOUNT.replay(events[:2])) == whole


@pytest.mark.parametrize("state", ['{"balance": "much"}', '{"colour": "red"}', "{", ""])
def test_a_state_that_cannot_be_understood_is_damage(state: str) -> None:
    with pytest.raises(RecordDamaged, match="a state of account"):
        ACCOUNT.restore(state)


@pytest.mark.parametrize("command_id", ["", "x" * 201])
def test_command_ids_are_bounded(command_id: str) -> None:
    with pytest.raises(ValidationError):
        Deposit(command_id=command_id, amount=1)


def test_nothing_that_happened_can_be_changed() -> None:
    with pytest.raises(ValidationError):
        DEPOSITED.amount = 6  # type: ignore[misc]  # that is the point


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_kind_can_be_written_down(kind: EntityKind[Any]) -> None:
    assert KINDS[kind.name] is kind
    names = [event.__name__ for event in kind.events]
    assert len(set(names)) == len(names)
    assert kind.restore(kind.initial.model_dump_json()) == kind.initial
    missing = {
        (event.__name__, schema) for event in kind.events for schema in range(1, event.SCHEMA)
    } - set(kind.upcasters)
    assert not missing


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_kind_refuses_commands_of_others(kind: EntityKind[Any]) -> None:
    with pytest.raises(CommandRefused):
        kind.decide(kind.initial, Command(command_id="1"))
