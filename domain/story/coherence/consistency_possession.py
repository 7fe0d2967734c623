"""Possession: nobody has what they gave away, what another has, or what is no more."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.story.coherence.material import Material
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import Statement
from domain.story.extraction.told import Told

KIND = "possession"
_EVENTS = ("gives", "takes", "gone", "holds")


class _State(NamedTuple):
    owner: str
    """Nobody's, where it is empty."""
    gone: bool
    since: Statement


def possession(material: Material) -> Iterator[Finding]:
    """Who has or uses a thing in the draft that somebody else has, or that is gone."""
    states: dict[str, _State] = {}
    for statement in material.before:
        _follow(statement, states)
    reported: set[str] = set()
    for statement in material.draft.statements:
        if statement.phrasing not in _EVENTS or not statement.plain or statement.past:
            continue
        thing = _thing(statement)
        state = states.get(thing)
        clashes = state is not None and thing not in reported and _clashes(statement, state)
        if state and clashes and not _handed_on(thing, state, statement, material):
            reported.add(thing)
            yield _finding(thing, state, statement, material)
        _follow(statement, states)


def _thing(statement: Statement) -> str:
    return statement.groups.get("thing", "").lower()


def _follow(statement: Statement, states: dict[str, _State]) -> None:
    """Keeps whose a thing is after a statement."""
    thing = _thing(statement)
    if not thing or not statement.plain:
        return
    if statement.phrasing == "gives":
        states[thing] = _State(statement.groups.get("o", ""), False, statement)
    elif statement.phrasing == "takes":
        states[thing] = _State(statement.subject, False, statement)
    elif statement.phrasing == "gone":
        states[thing] = _State("", True, statement)
    elif thing in states and states[thing].owner != statement.subject:
        del states[thing]


def _clashes(statement: Statement, state: _State) -> bool:
    if statement.phrasing == "gone" or not statement.subject:
        return False
    if state.gone:
        return statement.phrasing in ("holds", "gives")
    return (
        statement.phrasing in ("holds", "gives")
        and bool(state.owner)
        and statement.subject != state.owner
    )


def _handed_on(thing: str, state: _State, statement: Statement, material: Material) -> bool:
    """Whether anything between says that the thing changed hands, or that there is another."""
    transfer = material.language.finder("transfer")
    name = thing.rsplit(maxsplit=1)[-1]
    return any(
        transfer.search(text[max(0, at - 120) : at + 120])
        for told, text in _between(state, statement, material)
        for at in _places(name, text)
    )


def _between(state: _State, statement: Statement, material: Material) -> Iterator[tuple[Told, str]]:
    for told in material.earlier:
        if told.number > state.since.chapter:
            yield told, told.text
        elif told.number == state.since.chapter:
            yield told, told.text[state.since.start + len(state.since.quote) :]
    first = 0
    if state.since.chapter == material.draft.number:
        first = state.since.start + len(state.since.quote)
    yield material.draft, material.draft.text[first : statement.start]


def _places(name: str, text: str) -> Iterator[int]:
    low = text.lower()
    at = low.find(name)
    while at >= 0:
        yield at
        at = low.find(name, at + 1)


def _finding(thing: str, state: _State, statement: Statement, material: Material) -> Finding:
    known = any(thing == entity.name.lower() for entity in material.cast.entities)
    what = "is gone" if state.gone else f"is with {state.owner}"
    return material.finding(
        KIND,
        Severity.BLOCKING if known else Severity.WARNING,
        f"{thing} {what} by what came before; in the draft {statement.subject} has it",
        material.evidence(statement),
        material.evidence(state.since),
    )
