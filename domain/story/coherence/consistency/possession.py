"""Possession: nobody has what they gave away, what another has, or what is no more."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from domain.story.coherence.consistency.deaths import deaths
from domain.story.coherence.consistency.material import Material
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
    values = {value for item in material.case.bible.items for value in item.attributes.values()}
    canon = (each for each in material.canon if each.quote not in values)
    for statement in (*canon, *chain.from_iterable(map(_told, material.earlier))):
        known = states.get(_thing(statement))
        early = statement.chapter < material.draft.number - 1
        if known is None or known.since.chapter or statement.phrasing != "holds" or not early:
            _follow(statement, states, material.language)
    reported: set[str] = set()
    taken = {
        (each.start, _thing(each)) for each in material.draft.things if each.phrasing == "takes"
    }
    held = {
        (each.start, _thing(each), each.subject)
        for each in material.draft.things
        if each.phrasing == "holds"
    }
    for statement in _told(material.draft):
        if statement.phrasing not in _EVENTS or not statement.plain or statement.past:
            continue
        thing = _thing(statement)
        if statement.phrasing == "gives" and (statement.start, thing, statement.object) in held:
            continue  # `she still had it`
        state = states.get(thing)
        if (
            state is not None
            and thing not in reported
            and (statement.start, thing) not in taken
            and not statement.speaker
            and _named(thing, statement, material)
            and _clashes(statement, state)
            and (_who(statement) or not _handed_over(state, material))
            and _same(statement, state, material)
            and not _handed_on(thing, state, statement, material)
            and not _bequeathed(state, material)
        ):
            reported.add(thing)
            yield _finding(thing, state, statement, material)
        _follow(statement, states, material.language)


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
    for item in bible.items:
        name = item.name.lower()
        for key, value in item.attributes.items():
            owner = material.cast.named(value) if _owning(key, language) else None
            if _no_more(key, value, language):
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


def _no_more(key: str, value: str, language: Language) -> bool:
    """Whether an attribute says that a thing is lost or destroyed, and not found since."""
    fate = key.lower().replace("_", " ").strip() in language.lists["fate_keys"]
    told = language.finder("gone_values" if fate else "gone_told").search(value)
    return told is not None and language.finder("regained").search(value) is None


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
    told = {word.lower() for word in words_of(statement.quote)}
    return any(
        word in told or f"{word}s" in told
        for word in words - material.language.functional_words
        if len(word) > 1
    )


def _who(statement: Statement) -> str:
    """Who has or does something with a thing, by a statement."""
    return statement.subject or statement.groups.get("whose", "")


def _follow(statement: Statement, states: dict[str, _State], language: Language) -> None:
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
        if known is not None and known.gone and not who and known.since.chapter:
            return
        if known is None or _place(known.since) != _place(statement) or not known.owner:
            no_more = "lost" in groups or language.finder("for_good").search(statement.quote)
            states[thing] = _State(statement, "", who, gone=not who or bool(no_more))
    elif statement.phrasing == "holds" and known is not None and _clashes(statement, known):
        states.pop(thing if known.since.quote != statement.quote else "", None)


def _place(statement: Statement) -> tuple[int, int]:
    return statement.chapter, statement.start


def _clashes(statement: Statement, state: _State | None) -> bool:
    if state is None or statement.phrasing not in ("holds", "gives", "stores", "used"):
        return False
    if _place(statement) == _place(state.since):
        return False
    if statement.phrasing == "used" and not statement.subject:
        return state.gone or bool(state.without and not state.owner)
    if state.gone:
        return bool(statement.subject)
    who = _who(statement)
    if not who:
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
    if any(word.lower() in words_of(name) for word in material.cast.own_words(_who(statement))):
        return False  # `Ida's revolver` is Ida's
    bare = [word for word in name.split() if word not in material.language.lists["articles"]]
    whole = " ".join(bare) in statement.quote.lower()
    if " " in name and not whole and "whose" in now and not now.get("kind"):
        return False
    owners = {before.get("whose", ""), state.since.subject} - {""}
    others = now.get("whose") and owners and now["whose"] not in owners
    if others and material.cast.named(name) is None:
        return False
    kinds = [set(groups.get("kind", "").lower().split()) for groups in (now, before)]
    if name in material.language.lists["everyday"] and "whose" in now and not all(kinds):
        near = state.gone and state.since.chapter >= material.draft.number - 1
        for_good = material.language.finder("gone_values").search(state.since.quote)
        if not near or not for_good or now["whose"] not in owners:
            return False
    return not all(kinds) or bool(kinds[0] & kinds[1])


def _handed_over(state: _State, material: Material) -> bool:
    """Whether somebody has a thing, though it is not plain who."""
    given = material.language.finder("handed_over")
    return not state.gone and given.search(state.since.quote) is not None


def _bequeathed(state: _State, material: Material) -> bool:
    """Whether whoever has a thing by the bible is dead, so that it has come to somebody."""
    return bool(state.owner) and not state.since.chapter and state.owner in deaths(material)


def _handed_on(thing: str, state: _State, statement: Statement, material: Material) -> bool:
    """Whether anything between says that the thing changed hands, or that there is another."""
    finder = material.language.finder
    name = _noun(thing, material.language)
    if finder("regained").search(statement.quote) or finder("undone").search(state.since.quote):
        return True
    owned = material.cast.own_words(state.owner) if state.owner else ()
    if any(word in statement.quote for word in owned):
        return True
    if material.cast.named(thing) is None and _another(name, statement, material):
        return True
    between = list(_between(state, statement, material))
    first = between[0][1] if between else ""
    if finder("given_back").search(first[: _stop(first, _stop(first, 0) + 1)]):
        return True
    changed = finder("regained" if state.gone or state.since.phrasing == "gone" else "transfer")
    return any(
        changed.search(around) and not _retold(around, state, statement, material)
        for told, text in between
        for at in _places(name, text)
        for around in _around(at, text, material.language)
    )


def _noun(thing: str, language: Language) -> str:
    """The noun of a thing's name."""
    words = [word for word in thing.split() if word not in language.lists["articles"]]
    ends = (at for at, word in enumerate(words) if at and word in language.function_words)
    named = words[: next(ends, len(words))] or [thing]
    return named[0 if language.adjectives_follow else -1]


def _another(name: str, statement: Statement, material: Material) -> bool:
    """Whether the draft has brought in a thing of that name before: `a letter`."""
    articles = material.language.alternatives("indefinite")
    new = material.language.pattern(rf"\b{articles}(?: [\w-]+){{0,2}} {re.escape(name)}\b")
    return new.search(material.draft.text, 0, statement.start + len(statement.quote)) is not None


def _around(at: int, text: str, language: Language) -> Iterator[str]:
    """The sentence around a mention of a thing, and the next one where that says `it`."""
    start = max((text.rfind(stop, 0, at) for stop in _STOPS), default=-1) + 1
    end = _stop(text, at)
    yield text[max(start, at - _AROUND) : min(end, at + _AROUND)]
    following = text[end + 1 : min(_stop(text, end + 1), end + _AROUND)]
    if language.finder("thing_pronouns").search(following):
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
    word = re.compile(rf"\b{re.escape(name)}", re.IGNORECASE)
    return (match.start() for match in word.finditer(text))


def _finding(thing: str, state: _State, statement: Statement, material: Material) -> Finding:
    known = any(thing == entity.name.lower() for entity in material.cast.entities)
    what = f"is with {state.owner}" if state.owner else "is gone"
    told = bool(state.since.chapter) and not state.since.speaker
    noun = re.escape(_noun(thing, material.language))
    new = rf"\b{material.language.alternatives('indefinite')}(?: [\w-]+){{0,2}} {noun}\b"
    told = told and not re.search(new, state.since.quote, re.IGNORECASE)
    certain = known and told and bool(_who(statement)) and material.certain(statement)
    return material.finding(
        KIND,
        Severity.BLOCKING if certain else Severity.WARNING,
        f"{thing} {what} by what came before; in the draft {_who(statement) or 'somebody'} has it",
        material.evidence(statement),
        material.evidence(state.since),
    )
