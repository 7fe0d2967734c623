"""Which pronoun is somebody's, by the bible and by how texts speak of them."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from domain.story.bible import Named
from domain.story.language import Language
from domain.story.phrasings import GENDERS, Gender

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SOON = 6
"""Words of an attribute's value among which a noun says what somebody is."""


def laid_down(entry: Named, language: Language) -> Gender:
    """By an attribute of that name, a title or a first name."""
    for key, value in entry.attributes.items():
        if key.lower().strip() in language.lists["gender_keys"]:
            words = _WORD.findall(value.lower())
            for gender in GENDERS:
                if any(word in words for word in language.lists[f"gender_{gender}"]):
                    return gender
    return next(
        filter(None, (gender_of(_WORD.findall(name), language) for name in entry.names)), ""
    )


def gender_of(words: Sequence[str], language: Language) -> Gender:
    """What a name's title or first name says."""
    for word in words:
        low = word.lower()
        if gender := language.titles.get(low, "") or language.genders.get(low, ""):
            return gender
    return ""


def described(entry: Named, language: Language) -> Gender:
    """By the first noun of an attribute's value: `a tall woman`, `retired fisherman`."""
    return _agreed(_described(entry, language))


def by_own_pronouns(entry: Named, language: Language) -> Gender:
    """By the pronouns that its attributes use."""
    words = (word for value in entry.attributes.values() for word in _WORD.findall(value.lower()))
    return _agreed(
        pronoun.gender for word in words if (pronoun := language.pronoun_table.get(word))
    )


def plain(pronouns: Counter[Gender], least: int) -> Gender:
    """By the pronouns that follow somebody's name, where one is plainly meant."""
    for gender in GENDERS:
        if pronouns[gender] >= least and 5 * pronouns[gender] >= 4 * pronouns.total():
            return gender
    return ""


def _described(entry: Named, language: Language) -> Iterator[Gender]:
    stops = (*language.lists["prepositions"], *language.pronoun_table)
    for key, value in entry.attributes.items():
        if not language.relation_words.keys().isdisjoint(_WORD.findall(key.lower())):
            continue  # it is the relative that is described
        calling = language.predicates.get(key.lower().strip()) == "profession"
        for word in _WORD.findall(value.lower())[:_SOON]:
            if word in stops:
                break
            gender = language.noun_genders.get(word, "")
            if not gender and calling:
                gender = next(
                    (
                        each
                        for each in GENDERS
                        if language.low_finder(f"callings_{each}").fullmatch(word)
                    ),
                    "",
                )
            if gender:
                yield gender
                break


def _agreed(found: Iterator[Gender]) -> Gender:
    """The one that all agree on."""
    genders = {each for each in found if each}
    return genders.pop() if len(genders) == 1 else ""
