"""Where each thing of a story is: whose, or no more."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.extraction.statements import UNKNOWN, Statement
from domain.story.extraction.told import Told
from domain.story.keys import plain_key
from domain.story.language import Language
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import every_sentence

_LIES = 300
_STOPS = re.compile(r"[.;]\s*")


class State(NamedTuple):
    """Where a thing is, as far as the story says."""

    since: Statement
    owner: str = ""
    """Nobody's that is known, where it is empty."""
    without: str = ""
    """Who no longer has it."""
    gone: bool = False
    none: bool = False
    """Whether `without` has no such thing at all."""
    destroyed: bool = False
    """Whether it is so that nobody can take it up again."""


def states_before(material: Material) -> dict[str, State]:
    """Where things are when the draft begins."""
    states = {**dict(_laid_down(material)), **dict(_not_owned(material))}
    values = {value for item in material.case.bible.items for value in item.attributes.values()}
    canon = (each for each in material.canon if each.quote not in values)
    for statement in (*canon, *chain.from_iterable(map(told_of, material.earlier))):
        known = states.get(thing_of(statement))
        early = statement.chapter < material.draft.number - 1
        if known is None or known.since.chapter or statement.phrasing != "holds" or not early:
            follow(statement, states, material.language)
    return states


def told_of(told: Told) -> Iterator[Statement]:
    """What a chapter says of things, but for what speakers say who are not plain, or lie."""
    lies = told.prose.cast.language.finder("lies")
    for statement in told.things:
        near = told.text[max(0, statement.start - _LIES) : statement.start + _LIES]
        if not statement.speaker or (statement.speaker != UNKNOWN and not lies.search(near)):
            yield statement


def _laid_down(material: Material) -> Iterator[tuple[str, State]]:
    """What the bible's attributes say of things: whose they are, and that they are no more."""
    language, bible = material.language, material.case.bible
    for item in bible.items:
        name = item.name.lower()
        for key, value in item.attributes.items():
            owner = material.cast.named(value) if _owning(key, language) else None
            if _no_more(key, value, language):
                yield name, State(_stated(name, value), gone=True)
            elif owner is not None:
                yield name, State(_stated(name, value), owner.name)
    for person in bible.characters:
        for key, value in person.attributes.items():
            for item in bible.items if _owning(key, language) else ():
                name = item.name.lower()
                if name in value.lower():
                    yield name, State(_stated(name, value), person.name)


def _not_owned(material: Material) -> Iterator[tuple[str, State]]:
    """Things that somebody has none of, by the bible or a chapter."""
    bible = material.case.bible
    texts = [(fact.text, fact.text) for fact in bible.facts]
    for entry in bible.characters:
        parts = ((value, part) for value in entry.attributes.values() for part in _parts(value))
        texts += [(f"{entry.name} {part}", value) for value, part in parts]
    for text, quote in texts:
        for sentence in material.read(text).sentences:
            yield from _none_had(sentence, quote[:QUOTE], 0, material)
    yield from material.of_earlier(_none_told)


def _none_told(told: Told, material: Material) -> Iterator[tuple[str, State]]:
    for sentence in every_sentence(told.prose):
        quote = sentence.span.of(told.text)[:QUOTE]
        yield from _none_had(sentence, quote, told.number, material)


def _parts(value: str) -> Sequence[str]:
    return [part for part in _STOPS.split(value) if part]


def _none_had(
    sentence: Sentence, quote: str, chapter: int, material: Material
) -> Iterator[tuple[str, State]]:
    language = material.language
    for pattern in language.patterns("owns_none"):
        for match in pattern.finditer(sentence.marked):
            if language.finder("unreal").search(sentence.marked):
                return
            who, thing = material.cast.by_char[match["s"]].name, match["word"].lower()
            start, groups = sentence.span.start, {"thing": thing}
            since = replace(_stated(thing, quote), start=start, chapter=chapter, groups=groups)
            yield thing, State(since, without=who, none=True)


def _owning(key: str, language: Language) -> bool:
    """Whether an attribute says whose things are."""
    return language.predicates.get(plain_key(key, language)) == "possesses"


def _no_more(key: str, value: str, language: Language) -> bool:
    """Whether an attribute says that a thing is lost or destroyed, and not found since."""
    fate = plain_key(key, language) in language.lists["fate_keys"]
    told = language.finder("gone_values" if fate else "gone_told").search(value)
    return told is not None and language.finder("regained").search(value) is None


def _stated(thing: str, value: str) -> Statement:
    """A value of the bible's as a statement."""
    none = frozenset[str]()
    return Statement("gives", "", "", none, thing, value, 0, 0, groups={"thing": thing})


def thing_of(statement: Statement) -> str:
    """What a statement is about, lower case."""
    return statement.groups.get("thing", "").lower()


def who_has(statement: Statement) -> str:
    """Who has or does something with a thing, by a statement."""
    return statement.subject or statement.groups.get("whose", "")


def follow(statement: Statement, states: dict[str, State], language: Language) -> None:
    """Keeps whose a thing is after a statement."""
    thing = thing_of(statement)
    if not thing or not statement.plain:
        return
    if not statement.chapter and language.finder("whenever").search(statement.quote):
        return  # what would happen to it, by the bible
    who, groups = statement.subject, statement.groups
    known = states.get(thing)
    if statement.phrasing == "gives" and who and groups.get("o") == who:
        states[thing] = State(statement, without=who)  # `she gave her`: somebody else
    elif statement.phrasing == "gives":
        states[thing] = State(statement, groups.get("o", ""))
    elif known is not None and known.destroyed and statement.phrasing != "gone":
        return
    elif statement.phrasing in ("takes", "stores"):
        states[thing] = State(statement, who)
    elif statement.phrasing == "gone":
        if known is not None and known.gone and not who and known.since.chapter:
            return
        if known is None or _place(known.since) != _place(statement) or not known.owner:
            for_good = language.finder("for_good").search(statement.quote) is not None
            gone = not who or "lost" in groups or for_good
            destroyed = language.finder("destroyed").search(groups.get("lost", "")) is not None
            states[thing] = State(statement, "", who, gone, destroyed=destroyed)
    elif statement.phrasing == "holds" and known is not None and clashes(statement, known):
        states.pop(thing if known.since.quote != statement.quote else "", None)


def clashes(statement: Statement, state: State | None) -> bool:
    """Whether somebody has or uses a thing by a statement who by its state cannot."""
    if state is None or statement.phrasing not in ("holds", "gives", "stores", "used"):
        return False
    if _place(statement) == _place(state.since):
        return False
    if "any" in statement.groups and not state.gone:
        return False  # whatever they do with it, they may look at another's
    if statement.phrasing == "used" and not statement.subject:
        return state.gone or bool(state.without and not state.owner)
    if state.gone:
        return bool(statement.subject)
    who = who_has(statement)
    if not who:
        return False
    if who == state.without:
        return True
    return statement.phrasing != "used" and bool(state.owner) and who != state.owner


def _place(statement: Statement) -> tuple[int, int]:
    return statement.chapter, statement.start
