"""What depends on a language, as data: a third one needs a file and no code. How its patterns are
written is said in `domain.story.patterns`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from domain.story.cues import SetupKind, TraitKind
from domain.story.language_file import LanguageFile
from domain.story.meanings import Meanings
from domain.story.patterns import Patterns
from domain.story.phrasings import (
    GENDERS,
    Gender,
    Pronoun,
    Role,
    Wording,
)

_UNITS = ("minute", "hour", "day", "night", "week", "month", "year")
_THING = "{T}"
_PEOPLE = ("S", "S's", "O", "O's")


class Language(LanguageFile):
    """A language's file, and what reading a story makes of it."""

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
    def noun_genders(self) -> Mapping[str, Gender]:
        """Nouns for people who plainly have one gender."""
        return {word: gender for gender in GENDERS for word in self.lists[f"nouns_{gender}"]}

    @cached_property
    def dead_stems(self) -> frozenset[str]:
        """The stems of the words that say that somebody is dead."""
        return frozenset(map(self.stem, self.lists["dead_words"]))

    @cached_property
    def gender_stems(self) -> Mapping[Gender, frozenset[str]]:
        """The stems of the nouns that say somebody's gender and no more."""
        return {
            gender: frozenset(
                self.stem(word)
                for word in self.lists[f"gender_{gender}"]
                if word in self.lists[f"nouns_{gender}"]
            )
            for gender in GENDERS
        }

    @cached_property
    def light_words(self) -> frozenset[str]:
        """Words that say little of what a sentence is about."""
        return frozenset(self.function_words) | frozenset(self.lists.get("light", ()))

    @cached_property
    def unit_names(self) -> Mapping[str, str]:
        """Units of time, singular, by their English names."""
        return dict(zip(self.lists.get("units_named", ()), _UNITS, strict=False))

    @cached_property
    def time_meanings(self) -> frozenset[str]:
        """What the names of days, months and times of day mean."""
        names = ("times_of_day", "weekdays", "months")
        words = (word for name in names for word in self.lists[name])
        return frozenset().union(*map(self.meanings, words))

    @cached_property
    def word(self) -> re.Pattern[str]:
        """A word; a pronoun behind its verb is one by itself."""
        return re.compile(rf"[^\W\d_]+(?:(?!{self.inverted or '(?!)'})-[^\W\d_]+)*")

    @cached_property
    def pronoun_table(self) -> Mapping[str, Pronoun]:
        """The pronouns by their word."""
        return {pronoun.word: pronoun for pronoun in self.pronouns}

    @cached_property
    def genders(self) -> Mapping[str, Gender]:
        """First names, lower case, that plainly have one gender."""
        return {name: gender for gender, names in self.first_names.items() for name in names}

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Number words, from 1 on."""
        return _numbered(self.counting)

    @cached_property
    def ordinal_numbers(self) -> Mapping[str, int]:
        """Ordinal words, from 1 on."""
        return _numbered(self.ordinals)

    @cached_property
    def predicates(self) -> Mapping[str, str]:
        """Attribute keys, lower case, to predicates."""
        return {key: predicate for predicate, keys in self.keys.items() for key in keys}

    @cached_property
    def relation_words(self) -> Mapping[str, str]:
        """Words for relatives to relations."""
        return self._related(kin=True)

    @cached_property
    def tie_words(self) -> Mapping[str, str]:
        """Words for colleagues, friends and enemies to relations."""
        return self._related(kin=False)

    def _related(self, *, kin: bool) -> Mapping[str, str]:
        return {
            word: name
            for name, relation in self.relations.items()
            if (relation.realm == "kin") is kin
            for word in relation.words
        }

    @cached_property
    def first_person(self) -> Mapping[str, Role]:
        """The pronouns by which who speaks means themselves."""
        return {pronoun.word: pronoun.role for pronoun in self.selves}

    @cached_property
    def second_person(self) -> Mapping[str, Role]:
        """The pronouns by which who speaks means who listens."""
        return {pronoun.word: pronoun.role for pronoun in self.addressed}

    def restate(self, tail: str, *, own: bool) -> str:
        """What follows a mention, as the patterns expect it; `own` after the speaker's `I`."""
        for pattern, means, only_own in self._restated:
            if (own or not only_own) and (match := pattern.match(tail)) is not None:
                tail = match.expand(means) + tail[match.end() :]
        return tail

    @cached_property
    def _restated(self) -> tuple[tuple[re.Pattern[str], str, bool], ...]:
        return tuple(
            (re.compile(each.says, re.IGNORECASE), each.means, each.own) for each in self.restated
        )

    @cached_property
    def compiled(self) -> Mapping[str, tuple[Wording, ...]]:
        """The patterns of each phrasing."""
        return {
            name: tuple(
                self._wording(text, phrasing.values, presupposed=presupposed)
                for texts, presupposed in ((phrasing.presupposed, True), (phrasing.patterns, False))
                for text in self._written(texts, phrasing.nouns)
            )
            for name, phrasing in self.phrasings.items()
        }

    def _wording(self, text: str, values: str, *, presupposed: bool) -> Wording:
        rest = self.pattern(text.removeprefix(_THING), values) if text.startswith(_THING) else None
        return Wording(self.pattern(text, values), rest, presupposed, *_needs(text))

    def _written(self, texts: Iterable[str], nouns: str) -> Iterator[str]:
        """A phrasing's patterns, those of lists among them, about its nouns."""
        for text in texts:
            shared = self.lists[text[1:]] if text.startswith("@") else (text,)
            for each in shared:
                yield each.replace("{noun}", f"{{{nouns}}}")

    @cached_property
    def featured(self) -> tuple[re.Pattern[str], ...]:
        """How a sentence names a feature (group `noun`) of somebody."""
        return self._of_features("featured")

    @cached_property
    def unowned(self) -> tuple[re.Pattern[str], ...]:
        """How a sentence names a feature (the first group) of nobody it says."""
        return self._of_features("unowned")

    def _of_features(self, name: str) -> tuple[re.Pattern[str], ...]:
        nouns = sorted({each.nouns for each in self.phrasings.values() if each.nouns})
        any_noun = f"(?:{'|'.join(f'{{{each}}}' for each in nouns) or '(?!)'})"
        return tuple(self.pattern(text.replace("{noun}", any_noun)) for text in self.lists[name])

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

    @cached_property
    def turning(self) -> Mapping[str, frozenset[str]]:
        """The words of each phrasing that say that it has been otherwise. Hair that has been cut
        has the colour that it had."""
        cut = frozenset(self.lists["cutting"])
        return {name: frozenset(each.changes) - cut for name, each in self.phrasings.items()}

    def words(self, name: str, *, as_list: bool = True) -> Iterable[str]:
        """The words of a list, of a value class, or the word itself."""
        if not as_list:
            return (name,)
        if name in self.lists:
            return self.lists[name]
        if name == "counted":
            return (*self.numbers, *self.lists["indefinite"], r"\d{1,4}")
        if name in ("number", "ordinal"):
            return self.numbers if name == "number" else self.ordinal_numbers
        if name in ("clock", "hours"):
            return self.clock if name == "clock" else self.hours
        if name == "relative":
            return self.relation_words
        if name == "tie":
            return self.tie_words
        return [word for value in self.values.get(name, {}).values() for word in value.words]

    @cached_property
    def aside(self) -> re.Pattern[str]:
        """What the narrator says within a line of dialogue that a dash opens."""
        return self.pattern("|".join(self.asides) or r"(?!)")

    @cached_property
    def _patterns(self) -> Patterns:
        return Patterns(self.words)

    def alternatives(self, name: str) -> str:
        """A pattern for any word of a list."""
        return self._patterns.alternatives(name)

    def finder(self, name: str) -> re.Pattern[str]:
        """Finds any word of a list, in any case."""
        return self._patterns.finder(name)

    def low_finder(self, name: str) -> re.Pattern[str]:
        """The same for text in lower case, and faster."""
        return self._patterns.low_finder(name)

    def patterns(self, name: str) -> tuple[re.Pattern[str], ...]:
        """The patterns of a list, compiled."""
        return self._patterns.listed(name)

    def finder_of(self, text: str) -> re.Pattern[str]:
        """The pattern of a list's line, compiled once."""
        return self._patterns.line(text)

    def pattern(self, text: str, values: str = "") -> re.Pattern[str]:
        """A pattern as it is written in a language's file, compiled."""
        return self._patterns.pattern(text, values)

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
        words = " ".join(text.lower().replace("-", " ").split())
        if words.isdecimal():
            return int(words)
        if words in self.lists["indefinite"]:
            return 1
        return self.numbers.get(words) or self.ordinal_numbers.get(words)

    @cached_property
    def _meanings(self) -> Meanings:
        return Meanings(self.endings, self.forms, self.concepts)

    def meanings(self, word: str) -> frozenset[str]:
        """A lower-case word's stem, and the concepts that it may stand for."""
        return self._meanings.of(word)

    def wanted(self, word: str) -> frozenset[str]:
        """What a text may have for a lower-case word of a rule or secret."""
        return self._meanings.wanted(word)

    def stem(self, word: str) -> str:
        """A word without its ending, good enough to compare; of an irregular form, its word's."""
        return self._meanings.stem(word)


def _needs(text: str) -> tuple[bool, bool, bool]:
    person = any(re.search(rf"(?<!\|)\{{{name}\}}(?![?|])", text) is not None for name in _PEOPLE)
    place = re.search(r"\{P\}(?![?|])|\{E2\}", text) is not None
    return person, place, _THING in text


def _numbered(words: str) -> dict[str, int]:
    return {
        word.replace("-", " "): number
        for number, entry in enumerate(words.split(), 1)
        for word in entry.split("/")
    }
