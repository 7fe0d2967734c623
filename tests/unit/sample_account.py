"""An entity made up for the tests: an account that cannot be overdrawn."""

from typing import ClassVar

from domain.book import Frozen
from domain.entity import Command, EntityKind, Event, Query
from domain.errors import CommandRefused


class Deposit(Command):
    amount: int
    slips: int = 1


class Withdraw(Command):
    amount: int


class Close(Command):
    pass


class Misfire(Command):
    pass


class Deposited(Event):
    SCHEMA: ClassVar[int] = 2
    amount: int


class Withdrawn(Event):
    amount: int


class Closed(Event):
    pass


class Balance(Query):
    pass


class Account(Frozen):
    balance: int = 0
    closed: bool = False
    movements: int = 0


def decide(state: Account, command: Command) -> list[Event]:
    match command:
        case Deposit():
            return [Deposited(amount=command.amount)] * command.slips
        case Withdraw():
            if state.balance < command.amount:
                raise CommandRefused("overdrawn", f"there are {state.balance} left")
            return [Withdrawn(amount=command.amount)]
        case Close():
            return [] if state.closed else [Closed()]
    raise ZeroDivisionError("a fault in the rules")


def evolve(state: Account, event: Event) -> Account:
    match event:
        case Deposited():
            change: dict[str, object] = {"balance": state.balance + event.amount}
        case Withdrawn():
            change = {"balance": state.balance - event.amount}
        case _:
            change = {"closed": True}
    return state.model_copy(update={**change, "movements": state.movements + 1})


def answer(state: Account, query: Query) -> Frozen:
    if isinstance(query, Balance):
        return state
    raise ZeroDivisionError("a fault in the rules")


def upcast(old: dict[str, object]) -> dict[str, object]:
    return {"amount": old["sum"]}


ACCOUNT = EntityKind(
    name="account",
    initial=Account(),
    events=(Deposited, Withdrawn, Closed),
    decide=decide,
    evolve=evolve,
    answer=answer,
    upcasters={("Deposited", 1): upcast},
)
KINDS = {"account": ACCOUNT}
