"""Relatives with no name, of whom only what became of them is told: `her father was hanged`."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from domain.story.coherence.consistency.material import QUOTE, Material, own
from domain.story.coherence.consistency.relations.kinsfolk import Kinsfolk
from domain.story.text.cast import Cast, Entity
from domain.story.text.mentions import Sentence
from domain.story.text.speakers import every_sentence

_ONLY = ("parent", "spouse", "betrothed")
"""Kinds of relatives that one has one of, of each gender."""


def with_unnamed(material: Material) -> tuple[Material, Kinsfolk]:
    """The same with a character for each relative with no name who may be dead."""
    kinsfolk, cast = Kinsfolk(material), material.cast
    found: dict[tuple[str, str, str], Entity] = {}
    for sentence in _of_death(material):
        for match in chain.from_iterable(
            pattern.finditer(sentence.marked) for pattern in kinsfolk.owned
        ):
            relation = kinsfolk.relation(match["word"])
            if relation is None or relation.kin not in _ONLY:
                continue
            if not kinsfolk.relative(match["s"], match["word"]):
                name = f"{own(cast.by_char[match['s']].name)} {match['word'].lower()}"
                entity = Entity(name, "person", (), relation.gender, False)
                found.setdefault((match["s"], relation.kin, relation.gender), entity)
    if not found:
        return material, kinsfolk
    entities = (*cast.entities, *dict.fromkeys(found.values()))
    more = Cast(entities, cast.language, cast.narrator, cast.ties)
    extended = replace(material, cast=more)
    return extended, Kinsfolk(
        extended, {key: more.chars[entity.name] for key, entity in found.items()}
    )


def _of_death(material: Material) -> Iterator[Sentence]:
    """The sentences before the draft that may speak of somebody's death."""
    told_of_death = material.language.finder("told_of_death")
    told = (each for told in material.earlier for each in every_sentence(told.prose))
    sentences = (*(sentence for sentence, _ in of_bible(material)), *told)
    for sentence in sentences:
        if told_of_death.search(sentence.marked):
            yield sentence


def of_bible(material: Material) -> Iterator[tuple[Sentence, str]]:
    """The sentences of a bible, as they say what they say of whose entry they are in, with the
    words that it has itself."""
    bible = material.case.bible
    texts = [
        (f"{person.name}. {value}", value)
        for person in bible.characters
        for value in person.attributes.values()
    ]
    texts += [(fact.text, fact.text) for fact in bible.facts]
    texts += [(line.text, line.text) for line in bible.timeline]
    for text, quote in texts:
        for sentence in material.read(text).sentences:
            yield sentence, quote[:QUOTE]
