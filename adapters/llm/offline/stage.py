"""Who and what a scene may use without contradicting the story."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from random import Random

from adapters.llm.offline.grammar import Grammar
from domain.story.bible import Bible, Character, Named
from domain.story.facts import Fact, StoryTime
from domain.story.prompts.material import Ground

_PLAIN_VALUE = re.compile(r"[^\W\d_]+(?:[ -][^\W\d_]+)?")
_PART = 3
"""Letters of the shortest part of a name that stands for it."""

_QUOTED = re.compile(r"[“«\"]\s*([^“”«»\"]{3,120}?)\s*[”»\"]")


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody who acts: the name in prose, a kind of speaker, words they are known for, and
    sentences about how they look."""

    name: str
    voice: str = "plain"
    sayings: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()


def mentions(names: Iterable[str], text: str) -> bool:
    """Whether one of the names stands in the text as a word."""
    return any(
        name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names
    )


def parts_of(name: str) -> list[str]:
    """Parts of a name by which somebody may be called."""
    return [part for part in name.split() if len(part) >= _PART and part[0].isupper()]


def forms_of(entry: Named, bible: Bible) -> list[str]:
    """Names by which somebody or something may be called, and parts that no one else has."""
    others = [each for each in bible.characters if each.name != entry.name]
    return [
        *entry.names,
        *(
            part
            for part in parts_of(entry.name)
            if not any(part in each.name.split() for each in others)
        ),
    ]


def _is_named(entry: Character, bible: Bible, text: str) -> bool:
    if mentions(entry.names, text):
        return True
    return mentions(parts_of(entry.name), text) and mentions(forms_of(entry, bible), text)


def is_gone(entry: Named, ground: Ground, grammar: Grammar, *told: str) -> bool:
    """Whether somebody is known to be dead, or a thing to be destroyed. In doubt they are."""
    for key, value in entry.attributes.items():
        words = set(re.findall(r"\w+", value.lower()))
        if key.lower() in grammar.life_keys and not words.isdisjoint(grammar.gone_values):
            return True
    if _alive_no(entry, ground):
        return True
    names = forms_of(entry, ground.bible)
    passages = (each.text for each in (*ground.summaries, *ground.passages))
    texts = [
        text
        for text in (*_noted(ground.bible), *passages, *told)
        if any(name in text for name in names)
    ]
    if not texts:
        return False
    name = f"(?<!\\w)(?:{'|'.join(re.escape(each) for each in names)})(?!\\w)"
    found = [re.compile(rf"{pattern.replace('{name}', name)}(?!\w)") for pattern in grammar.gone]
    return any(pattern.search(text) for text in texts for pattern in found)


def _alive_no(entry: Named, ground: Ground) -> bool:
    names = {name.lower() for name in entry.names}
    canon = (
        each
        for each in ground.bible.facts
        if each.predicate == "alive" and (each.since or 0) <= ground.chapter
    )
    return any(each.subject.lower() in names and each.object == "no" for each in canon) or any(
        fact.object == "no" and not fact.believer
        for fact in _facts_of(entry, "alive", ground.facts)
        if fact.since.chapter <= ground.chapter
    )


def _facts_of(entry: Named, predicate: str, facts: Iterable[Fact]) -> list[Fact]:
    names = {name.lower() for name in entry.names}
    return [fact for fact in facts if fact.predicate == predicate and fact.subject.lower() in names]


def _noted(bible: Bible) -> Iterable[str]:
    yield from (fact.text for fact in bible.facts)
    yield from (entry.text for entry in bible.timeline)


def cast(ground: Ground, grammar: Grammar, wanted: str, told: str = "") -> list[Character]:
    """Who may act, in the order they are to: those that `wanted` names, then of the others those
    who are not known to be elsewhere. `told` is what the chapter has told so far."""

    def may_act(each: Character) -> bool:
        return not is_gone(each, ground, grammar, wanted, told)

    people = ground.bible.characters
    named = [each for each in people if _is_named(each, ground.bible, wanted) and may_act(each)]
    named.sort(key=lambda each: _first_mention(forms_of(each, ground.bible), wanted))
    if len(named) > 1:
        return named
    here = {_whereabouts(each, ground) for each in named} | {""}
    others = (
        each
        for each in people
        if each not in named and (not named or _whereabouts(each, ground) in here) and may_act(each)
    )
    return [*named, *islice(others, 2 - len(named))]


def _first_mention(names: Iterable[str], text: str) -> int:
    found = [at for name in names if (at := text.find(name)) >= 0]
    return min(found, default=len(text))


def _whereabouts(entry: Named, ground: Ground) -> str:
    now = StoryTime(ground.chapter)
    held = [f for f in _facts_of(entry, "located_in", ground.facts) if f.holds_at(now)]
    return max(held, key=lambda fact: fact.since).object.lower() if held else ""


def scenery(ground: Ground, grammar: Grammar, wanted: str, people: Sequence[Character]) -> str:
    """Where it happens: the place that `wanted` names, else where the first one is known to be,
    else the bible's first."""
    places = ground.bible.places
    named = [each for each in places if mentions(each.names, wanted)]
    if named:
        return min(named, key=lambda each: _first_mention(each.names, wanted)).name
    where = _whereabouts(people[0], ground) if people else ""
    if where:
        known = [p.name for p in places if where in {name.lower() for name in p.names}]
        return known[0] if known else grammar.nowhere
    return places[0].name if places else grammar.nowhere


def property_of(ground: Ground, grammar: Grammar, wanted: str, dice: Random) -> str | None:
    """A thing to look at: one that `wanted` names, else any that nobody is known to have."""
    things = list(ground.bible.items)
    dice.shuffle(things)
    held = {fact.object.lower() for fact in ground.facts if fact.predicate == "possesses"}
    named = (each for each in things if mentions(each.names, wanted))
    free = (each for each in things if held.isdisjoint(name.lower() for name in each.names))
    there = (each.name for each in chain(named, free) if not is_gone(each, ground, grammar, wanted))
    return next(there, None)


def player(character: Character, ground: Ground, grammar: Grammar, wanted: str) -> Player:
    """A character as the author plays them."""
    return Player(
        name=_short(character),
        voice=_voice(character.voice, grammar),
        sayings=tuple(_saying(each) for each in _QUOTED.findall(character.voice)),
        traits=tuple(_traits(character, ground, grammar, wanted)),
    )


def _short(character: Character) -> str:
    """The alias that is a part of the name, as people are called once they are known."""
    parts = character.name.split()
    return next((alias for alias in character.aliases if alias in parts), character.name)


def _voice(notes: str, grammar: Grammar) -> str:
    lower = notes.lower()
    for voice, cues in grammar.voices.items():
        if any(re.search(rf"\b{re.escape(cue)}", lower) for cue in cues):
            return voice
    return "plain"


def _saying(words: str) -> str:
    return words if words[-1] in ".!?…" else f"{words.rstrip(',;:')}."


def _traits(character: Character, ground: Ground, grammar: Grammar, wanted: str) -> Iterable[str]:
    """Sentences about attributes, but for those that the story is just telling of anew."""
    changing = wanted.lower()
    for words in grammar.attributes:
        fresh = {
            fact.object.lower()
            for predicate in words.keys
            for fact in _facts_of(character, predicate, ground.facts)
        }
        if any(mentions((key,), changing) for key in words.keys):
            continue
        for key, value in character.attributes.items():
            plain = _PLAIN_VALUE.fullmatch(value.strip()) and not re.search(words.unless, value)
            if key.lower() in words.keys and plain and fresh <= {value.strip().lower()}:
                yield from (each.replace("{value}", value.strip()) for each in words.sentences)
