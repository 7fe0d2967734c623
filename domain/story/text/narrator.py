"""Who tells a story as I."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field

from domain.story.bible import Bible, Named
from domain.story.language import Language
from domain.story.names import fold, mentions
from domain.story.text.cast import WORD, Entity, words_of
from domain.story.text.quotations import Quotation

_NAME = r"(?-i:[^\W\d_a-zà-ÿ][\w’-]+(?: [^\W\d_a-zà-ÿ][\w’-]+){0,3})"
_VOCATIVE = re.compile(
    r"(?:^|[,;:.!?…—–] ?)([^\W\d_a-zà-ÿ][\w’-]+(?: [^\W\d_a-zà-ÿ][\w’-]+)?)(?=\s*(?:[,.!?…]|$))"
)
_DENSE, _FEWEST = 80, 3
"""A narrator who takes part says I once in so many words, and at least so often."""


@dataclass
class Voices:
    """What tells who the narrator is: words and `I` outside quotations, the names that the I
    gives itself, the capitalised words there, and the names by which people are addressed."""

    words: int = 0
    selves: int = 0
    own: Counter[str] = field(default_factory=Counter)
    told: set[str] = field(default_factory=set)
    addressed: Counter[str] = field(default_factory=Counter)

    def add(self, more: "Voices") -> None:
        """Counts what another text has, too."""
        self.words += more.words
        self.selves += more.selves
        self.own.update(more.own)
        self.told |= more.told
        self.addressed.update(more.addressed)


def voices(text: str, narrated: str, said: Iterable[Quotation], language: Language) -> Voices:
    """What one text has of it."""
    found = Voices()
    for token in WORD.finditer(narrated):
        word = token.group()
        found.words += 1
        found.selves += language.first_person.get(word.lower()) == "subject"
        if word[0].isupper():
            found.told.add(word)
    if found.selves:
        for wording in language.lists["own_name"]:
            pattern = re.compile(wording.replace("NAME", _NAME), re.IGNORECASE)
            found.own.update(match["name"] for match in pattern.finditer(narrated))
    for quotation in said:
        found.addressed.update(_VOCATIVE.findall(quotation.span.of(text).strip()))
    return found


def narrator(bible: Bible, heard: Voices, people: Sequence[Entity], language: Language) -> str:
    """The canonical name of who says I outside quotations; empty where nobody does, or where it
    is not plain who."""
    listed = [entity for entity in people if entity.listed and entity.kind == "person"]
    meant = _laid_down(bible, listed, language)
    if meant or language.low_finder("third_person").search(bible.style.person.lower()):
        return meant
    if heard.selves < _FEWEST or heard.selves * _DENSE < heard.words:
        return ""
    named = {entity.name for name in heard.own for entity in people if _is_called(entity, name)}
    if named:
        return next(iter(named)) if len(named) == 1 else ""
    spoken_to = [
        entity
        for entity in listed
        if heard.told.isdisjoint(_proper(entity))
        and any(_is_called(entity, name) for name in heard.addressed)
    ]
    return spoken_to[0].name if len(spoken_to) == 1 else ""


def _laid_down(bible: Bible, people: Sequence[Entity], language: Language) -> str:
    """Whom the bible says to be the narrator: as an attribute, in its style, or as a fact."""
    tells = language.low_finder("narrators")
    found = {each.name for each in bible.characters if _tells(each, tells)}
    texts = [bible.style.person, bible.style.notes, *(fact.text for fact in bible.facts)]
    for text in filter(None, texts):
        if tells.search(text.lower()):
            folded = fold(text)
            named = [
                entity.name
                for entity in people
                if any(mentions(folded, fold(name)) for name in entity.names)
            ]
            found.update(named if len(named) == 1 else ())
    known = {entity.name for entity in people} & found
    return next(iter(known)) if len(known) == 1 else ""


def _tells(entry: Named, tells: re.Pattern[str]) -> bool:
    whole = any(tells.fullmatch(" ".join(words_of(name)).lower()) for name in entry.names)
    return whole or any(
        tells.search(value.lower()) or tells.fullmatch(key.lower().strip())
        for key, value in entry.attributes.items()
    )


def _is_called(entity: Entity, name: str) -> bool:
    words = words_of(name)
    return any(words == words_of(each) or words in _parts(each) for each in entity.names)


def _parts(name: str) -> Set[tuple[str, ...]]:
    return {(word,) for word in words_of(name) if word[0].isupper()}


def _proper(entity: Entity) -> Set[str]:
    return {word for name in entity.names for (word,) in _parts(name)}
