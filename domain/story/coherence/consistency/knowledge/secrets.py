"""The words of what is known, and whether a text says as much."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from domain.story.coherence.consistency.content import meanings
from domain.story.coherence.consistency.material import Material
from domain.story.coherence.verdict import Evidence
from domain.story.extraction.told import Told
from domain.story.language import Language
from domain.story.text.cast import WORD
from domain.story.text.mentions import Sentence

_SHARE = 0.5
_LEAST = 2
_MANY = 3
"""Words of a long secret that give it away."""


class Secret(NamedTuple):
    """What not everybody knows: its words, who does or who does not, and since when."""

    words: Sequence[str]
    knowing: frozenset[str]
    ignorant: frozenset[str]
    source: Evidence
    since: int
    after: int = 0
    """Where in that chapter."""
    rare: frozenset[str] = frozenset()
    """Words that are spoken of nowhere else."""
    about: frozenset[str] = frozenset()
    """Whom it is about: with them, the word of a secret that has only one gives it away."""
    alias: tuple[str, ...] = ()
    """The other names of somebody, where they are the secret."""
    passage: bool = False
    """Whether it is a whole passage, of which a few rare words tell."""

    def kept_from(self, who: str) -> bool:
        """Whether somebody does not know it, if nobody has told them since."""
        return who in self.ignorant if self.ignorant else who not in self.knowing


def secret_words(text: str, material: Material) -> list[str]:
    """Content without names: whoever speaks of it may say `he` for them."""
    language = material.language
    names = {
        word.lower()
        for entity in material.cast.entities
        if entity.kind == "person"
        for name in entity.names
        for word in name.split()
    }
    return list(
        dict.fromkeys(
            low
            for word in WORD.findall(text)
            for low in (word.lower(),)
            if len(low) > 2 and low not in language.light_words and low not in names
        )
    )


def people_in(
    sentence: Sentence | None, material: Material, *, sure: bool = False
) -> frozenset[str]:
    """Who is mentioned in a sentence, by canonical name; if `sure`, by no pronoun that may mean
    another."""
    return frozenset(
        entity.name
        for mention in (sentence.mentions if sentence else ())
        for entity in (material.cast.by_char[mention.char],)
        if not (sure and mention.likely)
        if entity.kind == "person"
    )


def rare_words(words: Iterable[str], within: str, material: Material) -> frozenset[str]:
    """Which words the chapters before the draft have nowhere but in a passage."""
    language = material.language
    inside = Counter(language.stem(word) for word in WORD.findall(within.lower()))
    counts = [_stems(told, language) for told in material.earlier]
    return frozenset(
        word
        for word in words
        for stem in (language.stem(word),)
        if sum(each.get(stem, 0) for each in counts) <= inside[stem]
    )


def _stems(told: Told, language: Language) -> Mapping[str, int]:
    def count() -> Counter[str]:
        return Counter(language.stem(word) for word in WORD.findall(told.text.lower()))

    return told.prose.once(_stems, count)


def has_words(
    words: Sequence[str], text: str, language: Language, *, besides: bool = False
) -> bool:
    """Whether a text has so much of a secret that it gives it away: by words of its own, each for
    one word of the secret at most; with one fewer where it says `besides` whom it is about."""
    fewest = common(words, text, language)
    fewest += besides and fewest > 0
    return fewest >= _LEAST and (fewest >= _SHARE * len(words) or fewest >= _MANY + 1)


def common(words: Sequence[str], text: str, language: Language) -> int:
    """How many words of a secret a text has, by words of its own."""
    wanted = [language.wanted(word) for word in words]
    there = [language.meanings(word) for word in dict.fromkeys(WORD.findall(text.lower()))]
    found = frozenset().union(*there) if there else frozenset()
    hits = sum(bool(each & found) for each in wanted)
    givers = sum(any(each & word for each in wanted) for word in there)
    return min(hits, givers)


def given_away(secret: Secret, text: str, people: frozenset[str], language: Language) -> bool:
    """Whether a text that mentions these people gives a secret away."""
    if secret.passage:
        return _tells_passage(secret, text, people, language)
    if secret.alias and secret.about & people and _equated(secret, text, language):
        return True
    together = len(secret.about) >= _LEAST and secret.about <= people
    if len(secret.words) > 1:
        named = bool(secret.about) and secret.about <= people
        presumed = named and (
            language.finder("presupposing").search(text) is not None
            or common(secret.words, text, language) >= _LEAST
        )
        return has_words(secret.words, text, language, besides=together or presumed)
    if not secret.words or not secret.about & people:
        return False
    denied = language.finder("negation").search
    same = bool(denied(secret.source.quote)) == bool(denied(text)) or bool(secret.ignorant)
    kin = language.relation_words.get(secret.words[0])
    if kin is None:
        meant = bool(language.wanted(secret.words[0]) & meanings(text, language))
        return meant and (same or not denied(secret.source.quote))
    return same and together and _speaks_of(kin, text, language)


def _tells_passage(secret: Secret, text: str, people: frozenset[str], language: Language) -> bool:
    """Whether a text has several words of a passage, and some that are nowhere else."""
    there = {language.stem(word) for word in WORD.findall(text.lower())}
    rare = sum(language.stem(word) in there for word in secret.rare)
    found = sum(language.stem(word) in there for word in secret.words)
    if secret.ignorant:
        return bool(rare) and found >= _LEAST
    return rare >= _LEAST or (bool(rare and secret.about & people) and found >= _MANY)


def _equated(secret: Secret, text: str, language: Language) -> bool:
    """Whether a text says that somebody is who they secretly are, or calls them so."""
    is_ = language.alternatives("copulas")
    for name in map(re.escape, secret.alias):
        said = rf"{is_}\W+(?:\w+\W+)?{name}\b|\b{name}\W+{is_}\W+(?:{_any(secret.about)})\b"
        if re.search(said, text, re.IGNORECASE):
            return True
    return False


def _any(names: Iterable[str]) -> str:
    return "|".join(re.escape(part) for name in names for part in (name, *name.split()))


def _speaks_of(kin: str, text: str, language: Language) -> bool:
    """Whether a text names a relation, or what the other one is to them."""
    wanted = language.relations[kin]
    return any(
        language.relations[name].kin in (wanted.kin, wanted.inverse)
        for word in WORD.findall(text.lower())
        if (name := language.relation_words.get(word))
    )
