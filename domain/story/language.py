"""What depends on a language, as data: a third one needs a file and no code.

Patterns are regular expressions over sentences in which every mention of somebody or something
known is one character (`domain.story.text.marks`). What stands in braces is put in:

    {S} {O}     somebody, named groups `s` and `o`; {S's} {O's} the same as an owner
    {I} {P}     an item, a place (groups `i`, `p`); {E} anybody or anything (group `e`)
    {value}     a value of the pattern's value class (group `value`)
    {number}    a number in digits or words (group `number`)
    {NAME}      any word of the list NAME; {NAME!} the same as group `word`
    ~           up to three words of the kind in the list `fillers`
A space stands for any white space.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal

from pydantic import Field

from domain.book import Frozen
from domain.story.cues import SetupKind, Setups, TraitKind, Traits
from domain.story.text import marks

Gender = Literal["f", "m", ""]
GENDERS: tuple[Gender, ...] = ("f", "m")
Role = Literal["subject", "object", "owner"]

_PLACEHOLDER = re.compile(r"\{([A-Za-z_]+(?:'s)?)(!?)\}")
_FILLERS = 3


class Pronoun(Frozen):
    """A pronoun of the third person singular; the gender is empty where it says none."""

    word: str
    gender: Gender = ""
    role: Role = "subject"


class ValueWords(Frozen):
    """The words for one value, and the other values it does not contradict."""

    words: tuple[str, ...]
    like: tuple[str, ...] = ()


class Phrasing(Frozen):
    """How something is said: no sentence without one of the `cues` is looked at."""

    cues: tuple[str, ...]
    patterns: tuple[str, ...]
    values: str = ""
    fixed: str = ""
    """The value, where the patterns themselves say it."""
    predicate: str = ""
    """The predicate of the facts that it states, where that is not its name."""
    changes: tuple[str, ...] = ()
    """Words that explain another value from here on: dyed, promoted, remarried."""


class Relation(Frozen):
    """A relation by blood or marriage: the words for it, and what it is to the other one."""

    words: tuple[str, ...]
    gender: Gender = ""
    inverse: tuple[str, ...] = ()
    functional: bool = False


class Language(Frozen):
    """The words and patterns of one language that reading a story takes."""

    code: str
    name: str
    function_words: tuple[str, ...]
    abbreviations: tuple[str, ...]
    quotes: tuple[tuple[str, str], ...]
    dashes: str = ""
    """Signs that open a line of dialogue."""
    asides: tuple[str, ...] = ()
    """Where such a line goes over to the narrator, to the next stop, as patterns."""
    possessive: str = ""
    """What follows a name that owns something, as a pattern: `'s`."""
    elided: str = ""
    """What may stand before a name without a space, as a pattern: `d'`."""
    pronouns: tuple[Pronoun, ...]
    titles: Mapping[str, Gender]
    first_names: Mapping[Literal["f", "m"], tuple[str, ...]] = Field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, int]
    values: Mapping[str, Mapping[str, ValueWords]]
    phrasings: Mapping[str, Phrasing]
    relations: Mapping[str, Relation]
    keys: Mapping[str, tuple[str, ...]]
    """Predicates, and the words by which authors ask for them in a bible's attributes."""
    endings: tuple[str, ...] = ()
    """Endings of inflection, cut off to compare words."""
    setups: Setups = Setups()
    traits: Traits = Traits()

    @cached_property
    def functional_words(self) -> frozenset[str]:
        """The function words, and those of the lists that never start a name."""
        return frozenset(self.function_words) | frozenset(self.lists.get("no_names", ()))

    @cached_property
    def setup_kinds(self) -> tuple[SetupKind, ...]:
        """The kinds of setups, their patterns compiled."""
        return self.setups.compiled(self.pattern)

    @cached_property
    def trait_kinds(self) -> tuple[TraitKind, ...]:
        """The traits, their patterns compiled."""
        return self.traits.compiled(self.pattern)

    @cached_property
    def pronoun_table(self) -> Mapping[str, Pronoun]:
        """The pronouns by their word."""
        return {pronoun.word: pronoun for pronoun in self.pronouns}

    @cached_property
    def genders(self) -> Mapping[str, Gender]:
        """First names, lower case, that plainly have one gender."""
        return {name: gender for gender, names in self.first_names.items() for name in names}

    @cached_property
    def predicates(self) -> Mapping[str, str]:
        """Attribute keys, lower case, to predicates."""
        return {key: predicate for predicate, keys in self.keys.items() for key in keys}

    @cached_property
    def relation_words(self) -> Mapping[str, str]:
        """Words for relatives to relations."""
        return {word: name for name, relation in self.relations.items() for word in relation.words}

    @cached_property
    def compiled(self) -> Mapping[str, tuple[re.Pattern[str], ...]]:
        """The patterns of each phrasing."""
        return {
            name: tuple(self.pattern(text, phrasing.values) for text in phrasing.patterns)
            for name, phrasing in self.phrasings.items()
        }

    @cached_property
    def cues(self) -> Mapping[str, frozenset[str]]:
        """The cues of each phrasing; a cue that names a list stands for its words."""
        return {
            name: frozenset(
                word.split()[0]
                for cue in phrasing.cues
                for word in self.words(cue.removeprefix("@"), as_list=cue.startswith("@"))
            )
            for name, phrasing in self.phrasings.items()
        }

    def words(self, name: str, *, as_list: bool = True) -> Iterable[str]:
        """The words of a list, of a value class, or the word itself."""
        if not as_list:
            return (name,)
        if name in self.lists:
            return self.lists[name]
        if name == "number":
            return self.numbers
        if name == "relative":
            return self.relation_words
        return [word for value in self.values[name].values() for word in value.words]

    @cached_property
    def aside(self) -> re.Pattern[str]:
        """What the narrator says within a line of dialogue that a dash opens."""
        return self.pattern("|".join(self.asides) or r"(?!)")

    @cached_property
    def _alternatives(self) -> dict[str, str]:
        return {}

    def alternatives(self, name: str) -> str:
        """A pattern for any word of a list."""
        if name not in self._alternatives:
            words = sorted(self.words(name), key=len, reverse=True)
            self._alternatives[name] = (
                r"\b(?:" + "|".join(word.replace(" ", r"\s+") for word in words) + r")\b"
            )
        return self._alternatives[name]

    @cached_property
    def _found(self) -> dict[str, re.Pattern[str]]:
        return {}

    def finder(self, name: str) -> re.Pattern[str]:
        """Finds any word of a list, in any case."""
        if name not in self._found:
            self._found[name] = re.compile(self.alternatives(name), re.IGNORECASE)
        return self._found[name]

    def pattern(self, text: str, values: str = "") -> re.Pattern[str]:
        """A pattern as it is written in a language's file, compiled."""
        taken: set[str] = set()

        def put_in(match: re.Match[str]) -> str:
            name, kept = match.group(1), bool(match.group(2))
            if (mark := marks.PLACEHOLDERS.get(name)) is not None:
                return _group(mark.group, mark.pattern, taken) + mark.tail
            if name == "value":
                return _group("value", self._value(values), taken)
            if name == "number":
                return _group("number", r"\b\d{1,4}\b|" + self.alternatives("number"), taken)
            inner = self.alternatives(name)
            return _group("word", inner, taken) if kept else inner

        spaced = text.replace("~", "{FILL}").replace(" ", r"\s+")
        spaced = spaced.replace(
            "{FILL}", rf"(?:(?:{self.alternatives('fillers')}),?\s+){{0,{_FILLERS}}}"
        )
        return re.compile(_PLACEHOLDER.sub(put_in, spaced), re.IGNORECASE)

    def _value(self, values: str) -> str:
        word = self.alternatives(values)
        return rf"{word}(?:(?:-|\s+(?:{self.alternatives('joiners')}\s+)?){word})?"

    @cached_property
    def value_words(self) -> Mapping[str, Mapping[str, tuple[str, frozenset[str]]]]:
        """Each value class: its words to the value and what that is compatible with."""
        return {
            name: {
                word: (value, frozenset((value, *entry.like)))
                for value, entry in entries.items()
                for word in entry.words
            }
            for name, entries in self.values.items()
        }

    def read_value(self, values: str, text: str) -> tuple[str, frozenset[str]]:
        """The value that words mean, and every value it does not contradict; empty for none."""
        table = self.value_words[values]
        found = [
            table[word]
            for match in self.finder(values).finditer(text)
            if (word := " ".join(match.group().lower().split())) in table
        ]
        named = " ".join(dict.fromkeys(value for value, _ in found))
        return named, frozenset().union(*(like for _, like in found))

    def read_number(self, text: str) -> int | None:
        """A number in digits or words."""
        words = text.lower().strip()
        if words.isdecimal():
            return int(words)
        return self.numbers.get(" ".join(words.replace("-", " ").split()), self.numbers.get(words))

    def stem(self, word: str) -> str:
        """A word without its ending, good enough to compare."""
        low = word.lower()
        for ending in self.endings:
            if low.endswith(ending) and len(low) - len(ending) >= 3:
                return low[: -len(ending)]
        return low


def _group(name: str, pattern: str, taken: set[str]) -> str:
    if name in taken:
        return f"(?:{pattern})"
    taken.add(name)
    return f"(?P<{name}>{pattern})"
