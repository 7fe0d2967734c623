"""Words that carry what a sentence is about, compared without their endings, or by concept."""

from collections.abc import Iterable

from domain.story.language import Language
from domain.story.text.cast import WORD


def content(text: str, language: Language) -> list[str]:
    """The stems of a text's content words, in order, each once."""
    light = language.light_words
    return list(
        dict.fromkeys(
            language.stem(low)
            for word in WORD.findall(text)
            for low in (word.lower(),)
            if low not in light and len(low) > 2
        )
    )


def shared(wanted: Iterable[str], text: str, language: Language) -> list[str]:
    """Which of the stems a text has."""
    there = {language.stem(word) for word in WORD.findall(text.lower())}
    return [stem for stem in wanted if stem in there]


def meanings(text: str, language: Language) -> frozenset[str]:
    """All that a text's words mean: their stems, and the concepts that they may stand for."""
    return frozenset(
        meaning
        for word in WORD.findall(text.lower())
        for part in (word, *word.split("-"))
        for meaning in language.meanings(part)
    )


def read_between_lines(name: str, text: str, language: Language) -> frozenset[str]:
    """What the words mean that a list puts beside the patterns that a text has."""
    return frozenset(
        meaning
        for line in language.lists[name]
        for says, _, words in (line.partition(" => "),)
        if language.finder_of(says).search(text)
        for word in words.split()
        for meaning in language.meanings(word)
    )
