"""Possession: nobody has what they gave away, what another has, or what is no more."""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from domain.story.coherence.material import Material
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import UNKNOWN, Statement
from domain.story.extraction.told import Told
from domain.story.language import Language
from domain.story.text.cast import words_of

KIND = "possession"
_AROUND = 90
"""Characters around a mention of a thing."""
_LIES = 300
_STOPS = ".!?;\n"
_EVENTS = ("gives", "takes", "gone", "stores", "holds", "used")


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
    for statement in (*material.canon, *chain.from_iterable(map(_told, material.earlier))):
        _follow(statement, states)
    reported: set[str] = set()
    taken = {
        (each.start, _thing(each)) for each in material.draft.things if each.phrasing == "takes"
    }
    for statement in _told(material.draft):
        if statement.phrasing not in _EVENTS or not statement.plain or statement.past:
            continue
        thing = _thing(statement)
        state = states.get(thing)
        if (
            state is not None
            and thing not in reported
            and (statement.start, thing) not in taken
            and not statement.speaker
            and _named(thing, statement, material)
            and _clashes(statement, state)
            and _same(statement, state, material)
            and not _handed_on(thing, state, statement, material)
        ):
            reported.add(thing)
            yield _finding(thing, state, statement, material)
        _follow(statement, states)


def _told(told: Told) -> Iterator[Statement]:
    """What a chapter says of things, but for what speakers say who are not plain, or lie."""
    lies = told.prose.cast.language.finder("lies")
    for statement in told.things:
        near = told.text[max(0, statement.start - _LIES) : statement.start + _LIES]
        if not statement.speaker or (statement.speaker != UNKNOWN and not lies.search(near)):
            yield statement


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


def _named(thing: str, statement: Statement, material: Material) -> bool:
    """Whether a sentence names the thing that it is about: an `it` may mean another one."""
    entity = material.cast.named(thing)
    words = {
        word.lower() for name in (entity.names if entity else (thing,)) for word in words_of(name)
    }
    low = statement.quote.lower()
    return any(word in low for word in words - material.language.functional_words)


def _who(statement: Statement) -> str:
    """Who has or does something with a thing, by a statement."""
    return statement.subject or statement.groups.get("whose", "")


def _follow(statement: Statement, states: dict[str, _State]) -> None:
    """Keeps whose a thing is after a statement."""
    thing = _thing(statement)
    if not thing or not statement.plain:
        return
    who, groups = statement.subject, statement.groups
    known = states.get(thing)
    if statement.phrasing == "gives" and who and groups.get("o") == who:
        states[thing] = _State(statement, without=who)  # `she gave her`: somebody else
    elif statement.phrasing == "gives":
        states[thing] = _State(statement, groups.get("o", ""))
    elif statement.phrasing in ("takes", "stores"):
        states[thing] = _State(statement, who)
    elif statement.phrasing == "gone":
        if known is None or known.since.start != statement.start or not known.owner:
            states[thing] = _State(statement, "", who, not who or "lost" in groups)
    elif statement.phrasing == "holds" and known is not None and _clashes(statement, known):
        states.pop(thing if known.since.quote != statement.quote else "", None)


def _clashes(statement: Statement, state: _State | None) -> bool:
    if state is None or statement.phrasing not in ("holds", "gives", "stores", "used"):
        return False
    if state.gone:
        return bool(statement.subject) or statement.phrasing == "used"
    who = _who(statement)
    since = state.since
    if not who or (statement.start, statement.chapter) == (since.start, since.chapter):
        return False
    if who == state.without:
        return True
    return statement.phrasing != "used" and bool(state.owner) and who != state.owner


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
        transfer.search(around) and not _retold(around, state, statement, material)
        for told, text in _between(state, statement, material)
        for at in _places(name, text)
        for around in _around(at, text, material.language)
    )


def _around(at: int, text: str, language: Language) -> Iterator[str]:
    """The sentence around a mention of a thing, and the next one where that says `it`."""
    start = max((text.rfind(stop, 0, at) for stop in _STOPS), default=-1) + 1
    end = _stop(text, at)
    yield text[max(start, at - _AROUND) : min(end, at + _AROUND)]
    following = text[end + 1 : min(_stop(text, end + 1), end + _AROUND)]
    if any(pattern.search(following) for pattern in language.patterns("it")):
        yield following


def _stop(text: str, at: int) -> int:
    """Where the sentence ends that a place is in."""
    return min((found for stop in _STOPS if (found := text.find(stop, at)) >= 0), default=len(text))


def _retold(text: str, state: _State, statement: Statement, material: Material) -> bool:
    """Whether words tell again how the thing came to whoever has it, and of nobody else."""
    named = material.cast.own_words
    if not state.owner or not material.language.finder("perfect").search(text):
        return False
    if not any(word in text for word in named(state.owner)):
        return False
    return not any(word in text for word in named(_who(statement)))


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
    certain = known and not state.since.speaker
    return material.finding(
        KIND,
        Severity.BLOCKING if certain else Severity.WARNING,
        f"{thing} {what} by what came before; in the draft {_who(statement) or 'somebody'} has it",
        material.evidence(statement),
        material.evidence(state.since),
    )
