"""Whether a thing has changed hands, or been found again, or is another one of its kind."""

import re
from collections.abc import Iterator

from domain.story.coherence.consistency.life.deaths import deaths
from domain.story.coherence.consistency.material import Material
from domain.story.coherence.consistency.possession.holdings import State, who_has
from domain.story.coherence.consistency.relations.kinsfolk import Kinsfolk
from domain.story.extraction.statements import Statement
from domain.story.extraction.told import Told
from domain.story.language import Language
from domain.story.text.cast import words_of

_AROUND = 90
"""Characters around a mention of a thing."""
_STOPS = ".!?;\n"


def same_thing(statement: Statement, state: State, material: Material) -> bool:
    """Whether it can be the same thing, and not one of somebody's own or of another make."""
    now, before = statement.groups, state.since.groups
    if state.none:
        return now.get("whose") == state.without
    if state.owner and now.get("whose") == state.owner:
        return False
    name = before.get("thing", "").lower()
    who = material.cast.own_words(who_has(statement))
    if not state.gone and any(word.lower() in words_of(name) for word in who):
        return False  # `Ida's revolver` is Ida's
    bare = [word for word in name.split() if word not in material.language.lists["articles"]]
    whole = " ".join(bare) in statement.quote.lower() or _whose(
        now.get("whose", ""), name, material
    )
    if " " in name and not whole and "whose" in now and not now.get("kind"):
        return False
    owners = {before.get("whose", ""), state.since.subject} - {""}
    own = now.get("whose", "") in owners
    others = now.get("whose") and owners and not own
    if others and material.cast.named(name) is None:
        return False
    kinds = [set(groups.get("kind", "").lower().split()) for groups in (now, before)]
    if name in material.language.lists["everyday"] and "whose" in now and not all(kinds):
        near = state.gone and state.since.chapter >= material.draft.number - 1
        for_good = material.language.finder("gone_values").search(state.since.quote)
        if not near or not for_good or now["whose"] not in owners:
            return False
    return not all(kinds) or bool(kinds[0] & kinds[1])


def _whose(owner: str, name: str, material: Material) -> bool:
    """Whether a thing is called by its owner, as `Kit's guitar` is."""
    words = {word.lower() for word in words_of(name)}
    return any(word.lower() in words for word in material.cast.own_words(owner)) if owner else False


def handed_over(state: State, material: Material) -> bool:
    """Whether somebody has a thing, though it is not plain who."""
    given = material.language.finder("handed_over")
    return not state.gone and given.search(state.since.quote) is not None


def bequeathed(state: State, material: Material) -> bool:
    """Whether whoever has a thing by the bible is dead, so that it has come to somebody."""
    return (
        bool(state.owner)
        and not state.since.chapter
        and state.owner in deaths(material, Kinsfolk(material))
    )


def handed_on(thing: str, state: State, statement: Statement, material: Material) -> bool:
    """Whether anything between says that the thing changed hands, or that there is another."""
    finder = material.language.finder
    name = noun_of(thing, material.language)
    bare = re.sub(rf"\b{re.escape(thing)}\b", name, statement.quote, flags=re.IGNORECASE)
    if any(finder(each).search(bare) for each in ("regained", "missed")):
        return True
    if finder("undone").search(state.since.quote):
        return True
    owned = material.cast.own_words(state.owner) if state.owner else ()
    if any(word in statement.quote for word in owned):
        return True
    own = statement.groups.get("whose") in (state.since.subject, state.without)
    if not own and material.cast.named(thing) is None and _another(name, statement, material):
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


def noun_of(thing: str, language: Language) -> str:
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


def _retold(text: str, state: State, statement: Statement, material: Material) -> bool:
    """Whether words tell again how the thing came to whoever has it, and of nobody else."""
    named = material.cast.own_words
    if not state.owner or not material.language.finder("perfect").search(text):
        return False
    if not any(word in text for word in named(state.owner)):
        return False
    return not any(word in text for word in named(who_has(statement)))


def _between(state: State, statement: Statement, material: Material) -> Iterator[tuple[Told, str]]:
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
