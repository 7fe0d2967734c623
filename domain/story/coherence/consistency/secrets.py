"""The words of what is known, and whether a text says as much."""

from collections.abc import Sequence

from domain.story.coherence.consistency.material import Material
from domain.story.language import Language
from domain.story.text.cast import WORD

_SHARE = 0.5
_LEAST = 2
_MANY = 3
"""Words of a long secret that give it away."""


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


def has_words(
    words: Sequence[str], text: str, language: Language, *, besides: bool = False
) -> bool:
    """Whether a text has so much of a secret that it gives it away: by words of its own, each for
    one word of the secret at most; with one fewer where it says `besides` whom it is about."""
    wanted = [language.meanings(word) for word in words]
    there = [language.meanings(word) for word in dict.fromkeys(WORD.findall(text.lower()))]
    found = frozenset().union(*there) if there else frozenset()
    hits = sum(bool(each & found) for each in wanted)
    givers = sum(any(each & word for each in wanted) for word in there)
    fewest = min(hits, givers)
    fewest += besides and fewest > 0
    return fewest >= _LEAST and (fewest >= _SHARE * len(words) or fewest >= _MANY + 1)
