"""Possession: nobody has what they gave away, what another has, or what is no more."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.story.coherence.material import Material
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import Statement
from domain.story.extraction.told import Told
from domain.story.language import Language

KIND = "possession"
_AROUND = 90
"""Characters around a mention of a thing."""
_EVENTS = ("gives", "takes", "gone", "holds")


class _State(NamedTuple):
    """Where a thing is, as far as the story says."""

    since: Statement
    owner: str = ""
    """Nobody's that is known, where it is empty."""
    without: str = ""
    """Who no longer has it."""
    gone: bool = False


def possession(material: Material) -> Iterator[Finding]:
    """Who has or uses a thing in the draft that somebody else has, or that is gone."""
    states = dict(_laid_down(material))
    for statement in material.before:
        _follow(statement, states)
    reported: set[str] = set()
    for statement in material.draft.statements:
        if statement.phrasing not in _EVENTS or not statement.plain or statement.past:
            continue
        thing = _thing(statement)
        state = states.get(thing)
        if (
            state is not None
            and thing not in reported
            and _clashes(statement, state)
            and _same(statement, state, material)
            and not _handed_on(thing, state, statement, material)
        ):
            reported.add(thing)
            yield _finding(thing, state, statement, material)
        _follow(statement, states)


def _laid_down(material: Material) -> Iterator[tuple[str, _State]]:
    """What the bible's attributes say of things: whose they are, and that they are no more."""
    language, bible = material.language, material.case.bible
    gone = language.finder("gone_values")
    for item in bible.items:
        name = item.name.lower()
        for key, value in item.attributes.items():
            owner = material.cast.named(value) if _owning(key, language) else None
            if gone.search(value):
                yield name, _State(_stated(name, value), gone=True)
            elif owner is not None:
                yield name, _State(_stated(name, value), owner.name)
    for person in bible.characters:
        for key, value in person.attributes.items():
            for item in bible.items if _owning(key, language) else ():
                name = item.name.lower()
                if name in value.lower():
                    yield name, _State(_stated(name, value), person.name)


def _owning(key: str, language: Language) -> bool:
    """Whether an attribute says whose things are."""
    return language.predicates.get(key.lower().replace("_", " ").strip()) == "possesses"


def _stated(thing: str, value: str) -> Statement:
    """A value of the bible's as a statement."""
    none = frozenset[str]()
    return Statement("gives", "", "", none, thing, value, 0, 0, groups={"thing": thing})


def _thing(statement: Statement) -> str:
    return statement.groups.get("thing", "").lower()


def _follow(statement: Statement, states: dict[str, _State]) -> None:
    """Keeps whose a thing is after a statement."""
    thing = _thing(statement)
    if not thing or not statement.plain:
        return
    if statement.phrasing == "gives":
        states[thing] = _State(statement, statement.groups.get("o", ""))
    elif statement.phrasing == "takes":
        states[thing] = _State(statement, statement.subject)
    elif statement.phrasing == "gone":
        states[thing] = _State(statement, without=statement.subject, gone=not statement.subject)
    elif statement.phrasing == "holds" and _clashes(statement, states.get(thing)):
        states.pop(thing, None)


def _clashes(statement: Statement, state: _State | None) -> bool:
    if state is None or statement.phrasing not in ("holds", "gives") or not statement.subject:
        return False
    if state.gone or statement.subject == state.without:
        return True
    return bool(state.owner) and statement.subject != state.owner


def _same(statement: Statement, state: _State, material: Material) -> bool:
    """Whether it can be the same thing, and not one of somebody's own or of another make."""
    now, before = statement.groups, state.since.groups
    if state.owner and now.get("whose") == state.owner:
        return False
    name = before.get("thing", "").lower()
    whole = name in statement.quote.lower()
    if " " in name and not whole and "whose" in now and not now.get("kind"):
        return False
    kinds = [set(groups.get("kind", "").lower().split()) for groups in (now, before)]
    if name in material.language.lists["everyday"] and "whose" in now and not all(kinds):
        return False
    return not all(kinds) or bool(kinds[0] & kinds[1])


def _handed_on(thing: str, state: _State, statement: Statement, material: Material) -> bool:
    """Whether anything between says that the thing changed hands, or that there is another."""
    transfer = material.language.finder("transfer")
    name = thing.rsplit(maxsplit=1)[-1]
    if material.language.finder("regained").search(statement.quote):
        return True
    if material.language.finder("undone").search(state.since.quote):
        return True
    return any(
        transfer.search(text[max(0, at - _AROUND) : at + _AROUND])
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
    what = f"is with {state.owner}" if state.owner else "is gone"
    return material.finding(
        KIND,
        Severity.BLOCKING if known else Severity.WARNING,
        f"{thing} {what} by what came before; in the draft {statement.subject} has it",
        material.evidence(statement),
        material.evidence(state.since),
    )
