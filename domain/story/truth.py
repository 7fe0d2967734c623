"""What is true when: facts put in order, each until another one ends it.

A later fact ends an earlier one where a subject has one object at a time (`Predicate.functional`).
What is irreversible is not undone, canon about what never changes is not overruled by a text, and
a thing of the bible has one owner at a time.
"""

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from domain.story.facts import PREDICATES, Fact, Predicate, Standing, StoryTime
from domain.story.names import fold

_OWNS = "possesses"


class _Place(NamedTuple):
    """Where one object at a time can be: what a fact is about, as it is compared."""

    about: str
    predicate: str


class _Standing(NamedTuple):
    at: int  # in the list of facts
    object: str  # folded


def settled(
    facts: Iterable[Fact],
    named: Callable[[str], str],
    things: Collection[str] = (),
) -> list[Fact]:
    """The facts in story order, beliefs aside, with `until` filled in; repetitions are left out.

    `named` gives the name in the bible of whatever a fact calls somebody, `things` are the names
    in the bible of what can have one owner.
    """
    truths = [
        fact.model_copy(update={"subject": named(fact.subject), "object": named(fact.object)})
        for fact in facts
        if fact.standing is not Standing.BELIEF
    ]
    truths.sort(key=lambda fact: fact.since)  # stable: the order of telling decides between equals
    kept: list[Fact] = []
    holders: dict[_Place, list[_Standing]] = {}
    for fact in truths:
        predicate = PREDICATES.get(fact.predicate)
        what = fold(fact.object)
        if fact.predicate == _OWNS and fact.object in things:
            place, what, only = _Place(what, "owner"), fold(fact.subject), True
        else:
            place = _Place(fold(fact.subject), fact.predicate)
            only = predicate is not None and predicate.functional
        standing = [each for each in holders.get(place, []) if _still(kept[each.at], fact.since)]
        if any(each.object == what for each in standing):
            continue
        if only:
            rivals = [kept[each.at] for each in standing]
            if predicate and any(_is_final(predicate, rival, fact) for rival in rivals):
                continue
            for each in standing:
                kept[each.at] = kept[each.at].model_copy(update={"until": fact.since})
            standing = []
        standing.append(_Standing(len(kept), what))
        holders[place] = standing
        kept.append(fact)
    return kept


def _still(fact: Fact, moment: StoryTime) -> bool:
    return fact.until is None or moment < fact.until


def _is_final(predicate: Predicate, earlier: Fact, later: Fact) -> bool:
    """Whether the later fact cannot take the earlier one's place."""
    if predicate.irreversible:
        return earlier.object != "yes"  # alive: no
    is_overruled = earlier.standing is Standing.CANON and later.standing is not Standing.CANON
    return is_overruled and not predicate.temporal
