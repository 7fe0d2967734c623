"""Possession: nobody has what they gave away, what another has, or what is no more."""

import re
from collections.abc import Iterator

from domain.story.coherence.consistency.material import Material
from domain.story.coherence.consistency.possession.handed_on import (
    bequeathed,
    handed_on,
    handed_over,
    noun_of,
    same_thing,
)
from domain.story.coherence.consistency.possession.holdings import (
    State,
    clashes,
    follow,
    states_before,
    thing_of,
    told_of,
    who_has,
)
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import UNKNOWN, Statement
from domain.story.text.cast import words_of

KIND = "possession"
_EVENTS = ("gives", "takes", "gone", "stores", "holds", "used")


def possession(material: Material) -> Iterator[Finding]:
    """Who has or uses a thing in the draft that somebody else has, or that is gone."""
    states = states_before(material)
    things = material.draft.things
    taken = {(each.start, thing_of(each)) for each in things if each.phrasing == "takes"}
    held = {
        (each.start, thing_of(each), each.subject) for each in things if each.phrasing == "holds"
    }
    reported: set[str] = set()
    for statement in told_of(material.draft):
        if statement.phrasing not in _EVENTS or not statement.plain or statement.past:
            continue
        thing = thing_of(statement)
        if statement.phrasing == "gives" and (statement.start, thing, statement.object) in held:
            continue  # `she still had it`
        state = states.get(thing)
        if (
            state is not None
            and thing not in reported
            and ((statement.start, thing) not in taken or state.destroyed)
            and _of_now(statement, material)
            and _named(thing, statement, material)
            and clashes(statement, state)
            and not _takes(statement, state, material)
            and not _with_a_stranger(statement, state, material)
            and (who_has(statement) or not handed_over(state, material))
            and same_thing(statement, state, material)
            and not handed_on(thing, state, statement, material)
            and not bequeathed(state, material)
            and not _with_thief(state, statement, material)
        ):
            reported.add(thing)
            yield _finding(thing, state, statement, material)
        follow(statement, states, material.language)


def _of_now(statement: Statement, material: Material) -> bool:
    """Whether a statement is of now: a speaker's in the present tense, and not of a thing that
    `had` been somewhere, or `that she lost`."""
    language, quote = material.language, statement.quote
    noun = re.escape(noun_of(thing_of(statement), language))
    if not statement.speaker:
        had_been, lost = map(language.alternatives, ("had_been", "losing"))
        over = rf"\b{noun}\b(?: {had_been}|[^.;]{{0,25}} {lost})"
        return re.search(over, quote, re.IGNORECASE) is None
    if statement.speaker == UNKNOWN:
        return False
    now, then = language.finder("tells_now"), language.finder("tells_then")
    of_it = re.search(rf"\b{noun}\b.*", quote, re.IGNORECASE | re.DOTALL)
    words = quote if of_it is None or not now.search(of_it.group()) else of_it.group()
    return now.search(words) is not None and then.search(words) is None


def _takes(statement: Statement, state: State, material: Material) -> bool:
    """Whether somebody only now takes a thing of another's, and not from where they keep it."""
    find, quote = material.language.finder, statement.quote
    taking = bool(state.owner) and find("taking").search(quote) is not None
    return taking and find("keeping").search(quote) is None


def _with_a_stranger(statement: Statement, state: State, material: Material) -> bool:
    """Whether somebody by what they are, who has no name, has a thing that was parted with."""
    if state.destroyed or statement.subject:
        return False
    people = material.language.noun_genders
    return any(word.lower() in people for word in words_of(statement.quote))


def _with_thief(state: State, statement: Statement, material: Material) -> bool:
    """Whether a thing was stolen from somebody else: whoever has it took it, or found it."""
    robbed = {state.without, state.since.groups.get("whose", ""), state.since.subject}
    stolen = state.gone and material.language.finder("robbed").search(state.since.quote)
    return bool(stolen) and who_has(statement) not in robbed


def _named(thing: str, statement: Statement, material: Material) -> bool:
    """Whether a sentence names the thing that it is about: an `it` may mean another one."""
    entity = material.cast.named(thing)
    words = {
        word.lower() for name in (entity.names if entity else (thing,)) for word in words_of(name)
    }
    told = {word.lower() for word in words_of(statement.quote)}
    return any(
        word in told or f"{word}s" in told
        for word in words - material.language.functional_words
        if len(word) > 1
    )


def _finding(thing: str, state: State, statement: Statement, material: Material) -> Finding:
    known = any(thing == entity.name.lower() for entity in material.cast.entities)
    what = f"is with {state.owner}" if state.owner else "is gone"
    told = bool(state.since.chapter) and not state.since.speaker
    noun = re.escape(noun_of(thing, material.language))
    new = rf"\b{material.language.alternatives('indefinite')}(?: [\w-]+){{0,2}} {noun}\b"
    told = told and not re.search(new, state.since.quote, re.IGNORECASE)
    who = who_has(statement)
    certain = known and told and bool(who) and material.certain(statement)
    return material.finding(
        KIND,
        Severity.BLOCKING if certain else Severity.WARNING,
        f"{thing} {what} by what came before; in the draft {who or 'somebody'} has it",
        material.evidence(statement),
        material.evidence(state.since),
    )
