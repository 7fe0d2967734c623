"""Who and what a story knows by name."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from domain.story.bible import Bible, Named
from domain.story.keys import plain_key
from domain.story.language import Language
from domain.story.phrasings import Gender
from domain.story.text import marks
from domain.story.text.genders import laid_down
from domain.story.text.kin import Kin, Tie

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
Kind = Literal["person", "place", "item"]
_FIRST = {"person": marks.PEOPLE, "place": marks.PLACES, "item": marks.ITEMS}
_LONGEST_NAME = 6


class Entity(NamedTuple):
    """Somebody or something with a name; `listed` when the bible has it."""

    name: str
    kind: Kind
    names: tuple[str, ...]
    gender: Gender
    listed: bool
    epithets: tuple[str, ...] = ()
    """Callings and ranks by which they may be meant: `the captain`."""


def words_of(name: str) -> tuple[str, ...]:
    """A name's words."""
    return tuple(WORD.findall(name))


@dataclass(frozen=True, eq=False)
class Cast:
    """Everybody and everything with a name, each with its character (`marks`)."""

    entities: Sequence[Entity]
    language: Language = field(repr=False)
    narrator: str = ""
    """Who tells the story as I, by canonical name."""
    ties: Sequence[Tie] = ()
    """Who is whose relative, by canonical names, as the bible has it."""

    @cached_property
    def by_char(self) -> Mapping[str, Entity]:
        """Characters to entities."""
        counts: Counter[str] = Counter()
        table = {}
        for entity in self.entities:
            table[chr(_FIRST[entity.kind] + counts[entity.kind])] = entity
            counts[entity.kind] += 1
        return table

    @cached_property
    def chars(self) -> Mapping[str, str]:
        """Canonical names to characters."""
        return {entity.name: char for char, entity in self.by_char.items()}

    @cached_property
    def kin(self) -> Kin:
        """Who is whose relative, by characters."""
        chars = self.chars
        ties = (
            Tie(chars.get(owner, ""), relation, chars.get(other, ""))
            for owner, relation, other in self.ties
        )
        return Kin(ties, {char: each.gender for char, each in self.by_char.items()}, self.language)

    @cached_property
    def table(self) -> Mapping[str, Sequence[tuple[tuple[str, ...], str, bool]]]:
        """First words, lower case, to the names that begin so, longest first: words, character,
        whether the case of letters counts. Parts of names are here where one entity has them."""
        owners: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for char, entity in self.by_char.items():
            for name in entity.names:
                for variant in _variants(words_of(name), entity.kind, self.language):
                    owners[variant].add(char)
            for epithet in entity.epithets:
                for article in self.language.lists["definite"]:
                    owners[(article, *words_of(epithet))].add(char)
        whole = {
            words_of(name): char for char, entity in self.by_char.items() for name in entity.names
        }
        found: dict[str, list[tuple[tuple[str, ...], str, bool]]] = defaultdict(list)
        for variant, chars in owners.items():
            char = whole.get(variant) or (next(iter(chars)) if len(chars) == 1 else "")
            if char and variant:
                cased = any(word[0].isupper() for word in variant)
                found[variant[0].lower()].append((variant, char, cased))
        for names in found.values():
            names.sort(key=lambda each: -len(each[0]))
        return found

    def own_words(self, name: str) -> frozenset[str]:
        """The single words by which one entity, and no other, is called."""
        return self._own_words.get(self.chars.get(name, ""), frozenset((name,)))

    @cached_property
    def _own_words(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for names in self.table.values():
            for variant, owner, cased in names:
                if cased and len(variant) == 1:
                    found[owner].add(variant[0])
        return {char: frozenset(words) for char, words in found.items()}

    def named(self, name: str) -> Entity | None:
        """The one entity of that name or alias, if any."""
        words = words_of(name)
        if not words:
            return None
        for variant, char, _ in self.table.get(words[0].lower(), ()):
            if tuple(map(str.lower, variant)) == tuple(map(str.lower, words)):
                return self.by_char[char]
        return None


def _variants(words: tuple[str, ...], kind: Kind, language: Language) -> Iterator[tuple[str, ...]]:
    """A name's forms: whole, without title, and for people and things their parts."""
    if not words:
        return
    yield words
    while len(words) > 1 and words[0].lower() in (*language.titles, *language.lists["articles"]):
        words = words[1:]
        if kind != "person" or words[0][0].isupper():
            yield words
    if kind == "person" and len(words) > 1:
        for part in words:
            if (
                part[0].isupper()
                and len(part) > 1
                and part.lower() not in language.functional_words
            ):
                yield (part,)
    elif kind == "item" and len(words) > 1:
        yield (_head(words, language),)


def _head(words: tuple[str, ...], language: Language) -> str:
    """The noun of a thing's name: `compass` of a brass compass, `coat` of a coat of arms."""
    plain = list(words)
    for at, word in enumerate(words):
        if at and word.lower() in language.function_words:
            plain = plain[:at]
            break
    return plain[0] if language.adjectives_follow else plain[-1]


def _epithets(entry: Named, language: Language) -> Iterator[str]:
    """Titles of somebody's names, and callings the bible gives them."""
    for name in entry.names:
        first = next(iter(words_of(name)), "").lower()
        if first in language.lists["ranks"]:
            yield first
    for key, value in entry.attributes.items():
        if language.predicates.get(plain_key(key, language)) == "profession":
            for match in language.finder("profession").finditer(value):
                yield match.group().lower()


def listed(bible: Bible, language: Language) -> list[Entity]:
    """The entities of a bible."""
    kinds: tuple[tuple[Kind, Iterable[Named]], ...] = (
        ("person", bible.characters),
        ("place", bible.places),
        ("item", bible.items),
    )
    seen: set[str] = set()
    found = []
    for kind, entries in kinds:
        for entry in entries:
            if entry.name not in seen and words_of(entry.name):
                seen.add(entry.name)
                gender = laid_down(entry, language) if kind == "person" else ""
                epithets = tuple(_epithets(entry, language)) if kind == "person" else ()
                found.append(Entity(entry.name, kind, entry.names, gender, True, epithets))
    return found
