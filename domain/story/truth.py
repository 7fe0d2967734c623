"""What is true when: facts put in order, each until another one ends it.

A later fact ends an earlier one where a subject has one object at a time (`Predicate.functional`).
What is irreversible is not undone, canon about what never changes is not overruled by a text, and
a thing of the bible has one owner at a time.
"""

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from domain.story.facts import PREDICATES, Fact, Standing, StoryTime
from domain.story.names import fold_name

_OWNS = "possesses"


class _Slot(NamedTuple):
    """Where one fact at a time can stand: one value of a subject, or one statement."""

    about: str
    predicate: str
    object: str = ""


def settled(
    facts: Iterable[Fact],
    named: Callable[[str], str],
    things: Collection[str] = (),
) -> list[Fact]:
    """The facts in story order, beliefs aside, with `until` filled in; repetitions are left out.

    `named` gives the name in the bible of whatever a fact calls somebody, `things` are the names
    in the bible of what can have one owner.
    """
    truths = [_named(fact, named) for fact in facts if fact.standing is not Standing.BELIEF]
    truths.sort(key=lambda fact: fact.since)  # stable: the order of telling decides between equals
    kept: list[Fact] = []
    standing: dict[_Slot, int] = {}  # the latest in each slot
    for fact in truths:
        slot = _slot(fact, things)
        at = standing.get(slot)
        if at is not None and _still(kept[at], fact.since):
            if _same(kept[at], fact) or _is_final(kept[at], fact):
                continue
            kept[at] = kept[at].model_copy(update={"until": fact.since})
        standing[slot] = len(kept)
        kept.append(fact)
    return kept


def _named(fact: Fact, named: Callable[[str], str]) -> Fact:
    subject, value = named(fact.subject), named(fact.object)
    if (subject, value) == (fact.subject, fact.object):
        return fact
    return fact.model_copy(update={"subject": subject, "object": value})


def _slot(fact: Fact, things: Collection[str]) -> _Slot:
    if fact.predicate == _OWNS and fact.object in things:
        return _Slot(fold_name(fact.object), "owner")
    predicate = PREDICATES.get(fact.predicate)
    if predicate and predicate.functional:
        return _Slot(fold_name(fact.subject), fact.predicate)
    return _Slot(fold_name(fact.subject), fact.predicate, fold_name(fact.object))


def _same(earlier: Fact, later: Fact) -> bool:
    return fold_name(earlier.object) == fold_name(later.object) and fold_name(
        earlier.subject
    ) == fold_name(later.subject)


def _still(fact: Fact, moment: StoryTime) -> bool:
    return fact.until is None or moment < fact.until


def _is_final(earlier: Fact, later: Fact) -> bool:
    """Whether the later fact cannot take the earlier one's place."""
    predicate = PREDICATES[earlier.predicate]
    if predicate.irreversible:
        return earlier.object != "yes"  # alive: no
    is_overruled = earlier.standing is Standing.CANON and later.standing is not Standing.CANON
    return is_overruled and not predicate.temporal
