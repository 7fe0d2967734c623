"""A sentence as rules are held against it: what it means, of whom it is, what it denies."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain

from domain.story.coherence.consistency.content import meanings, read_between_lines
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.consistency.rules.clauses import Form, Rule
from domain.story.coherence.consistency.rules.hours import hours_told
from domain.story.language import Language
from domain.story.phrasings import Gender
from domain.story.text import marks
from domain.story.text.cast import WORD, words_of
from domain.story.text.mentions import Mention, Sentence

_SHORT = 4
"""Words of an attribute that says what somebody is."""
_REACH = 5
"""Words in which something is lacking."""
_FAR = 30
"""Characters in which it is said how far from something."""
_BEFORE = 12
"""Sentences that say where it is that something happens."""
_PARTS = re.compile(r"[,;:—–()]")
_OWNED = re.compile(r"\w+['’]s\b")
_MAIN = re.compile(r"[;:—–()]")


class Ruled:
    """A sentence by what its words mean; of the narrator's, or of a speaker's."""

    def __init__(self, sentence: Sentence, material: Material, text: str) -> None:
        self._material = material
        self._sentence = sentence
        self.text = sentence.span.of(text).replace(marks.SPOKEN, " ")
        self.scene = sentence.scene
        self.paragraph = sentence.paragraph
        self.times: frozenset[str] = frozenset()
        """What time it is, as said before."""
        self.hours = hours_told(self.text, frozenset(), self.language)
        """Which hours it may be."""
        self.near: frozenset[str] = frozenset()
        """What the sentences just before are about."""

    @property
    def language(self) -> Language:
        """The story's."""
        return self._material.language

    @property
    def quote(self) -> str:
        """Its words in the draft."""
        return self._sentence.span.of(self._material.draft.text)[:QUOTE]

    @cached_property
    def parts(self) -> Sequence[tuple[str, frozenset[str]]]:
        """Its clauses, each with what its words mean."""
        return [(part, meanings(part, self.language)) for part in _PARTS.split(self.text)]

    @cached_property
    def meanings(self) -> frozenset[str]:
        """What its words mean."""
        return frozenset(chain.from_iterable(found for _, found in self.parts))

    @cached_property
    def genders(self) -> frozenset[Gender]:
        """Of those whom it mentions, as far as they are known."""
        cast = self._material.cast
        found = (cast.by_char[mention.char].gender for mention in self._sentence.mentions)
        return frozenset(filter(None, found))

    @cached_property
    def people(self) -> frozenset[str]:
        """What those whom it mentions are called, and are."""
        genders = (self.language.gender_stems[gender] for gender in self.genders)
        called = (self._called(mention.char) for mention in self._sentence.mentions)
        return frozenset().union(*genders, *called)

    def _called(self, char: str) -> frozenset[str]:
        """What somebody is called, and is."""
        name = self._material.cast.by_char[char].name
        bible = self._material.case.bible
        is_ = self.language.alternatives("copulas")
        of_name = re.compile(rf"{re.escape(name)} {is_} (.+)", re.IGNORECASE)
        told = (*(each.text for each in bible.rules), *(each.text for each in bible.facts))
        called = [match.group(1) for text in told if (match := of_name.fullmatch(text))]
        called += [
            text
            for entry in bible.entries
            if entry.name == name
            for text in (*entry.names, *entry.attributes.values())
        ]
        short = (text for text in called if len(text.split()) <= _SHORT)
        return frozenset().union(*(meanings(text, self.language) for text in short))

    @cached_property
    def _people(self) -> Sequence[Mention]:
        """The mentions of people."""
        by_char = self._material.cast.by_char
        return [each for each in self._sentence.mentions if by_char[each.char].kind == "person"]

    def place_of(self, word: str) -> int:
        """Where it first has what a word means, -1 for nowhere."""
        wanted = self.language.wanted(word)
        words = WORD.finditer(self.text)
        return next((w.start() for w in words if wanted & meanings(w.group(), self.language)), -1)

    def one_of(self, words: Sequence[str], end: int) -> bool:
        """Whether one of those whom these words mean is in it before some place, last of all."""
        wanted = frozenset(chain.from_iterable(map(self.language.wanted, words)))
        start = self._sentence.span.start
        before = [mention for mention in self._people if mention.start < start + end]
        if before:
            last = max(before, key=lambda mention: mention.start)
            return bool(wanted & self._called(last.char))
        if len(chars := {mention.char for mention in self._people}) == 1:
            return bool(wanted & self._called(*chars))
        return bool(wanted & meanings(self.text[:end], self.language))

    def concerns(self, rule: Rule) -> bool:
        """Whether one of the people whom a rule names is there, where it names any; whom it is
        about, as the last one mentioned before what is ruled."""
        about = self._named(rule.subject)
        if about:
            return any(self._does(char, rule.action) for char in about)
        named = self._named(WORD.findall(_OWNED.sub(" ", rule.quote.lower())))
        kin = rule.form is Form.NONE and self.language.relation_words.keys() & rule.action
        if kin:
            return not named or any(self._does(char, rule.action, has=True) for char in named)
        return not named or any(mention.char in named for mention in self._sentence.mentions)

    def _named(self, words: Sequence[str]) -> frozenset[str]:
        """The people of the cast whom one of some lower-case words calls."""
        cast = self._material.cast
        return frozenset(
            char
            for char, entity in cast.by_char.items()
            if entity.kind == "person"
            and (
                any(word.lower() in words for word in cast.own_words(entity.name))
                or any(f"{word.lower()}s" in words for word in words_of(entity.name)[-1:])
            )
        )

    def _does(self, char: str, action: Sequence[str], *, has: bool = False) -> bool:
        """Whether somebody is the last one mentioned before a word of what is done, or whose it
        is where they may have it."""
        wanted = frozenset(chain.from_iterable(map(self.language.wanted, action)))
        begin = self._sentence.span.start
        for word in WORD.finditer(self.text):
            if not wanted & meanings(word.group(), self.language):
                continue
            before = [
                mention
                for mention in self._sentence.mentions
                if mention.start < begin + word.start()
                and self._material.cast.by_char[mention.char].kind == "person"
            ]
            last = max(before, key=lambda mention: mention.start, default=None)
            if last is not None and last.char == char and (has or not last.owner):
                return not last.pronoun or not self._is_object(last)
        return False

    def _is_object(self, mention: Mention) -> bool:
        """Whether a pronoun says to whom something is done: `him`, `in her`."""
        begin = self._sentence.span.start
        word = self.text[mention.start - begin : mention.end - begin].lower()
        before = WORD.findall(self.text[: mention.start - begin])[-1:]
        pronoun = self.language.pronoun_table.get(word)
        objective = pronoun is not None and pronoun.role == "object"
        return objective or any(
            each.lower() in self.language.lists["prepositions"] for each in before
        )

    @cached_property
    def goes_without(self) -> bool:
        """Whether it says that something is done without something."""
        return self.language.finder("rule_without").search(self.text) is not None

    def away_from(self, words: Sequence[str]) -> bool:
        """Whether it is elsewhere than where one of these words says."""
        wanted = frozenset(chain.from_iterable(map(self.language.wanted, words)))
        return any(
            wanted & meanings(part[match.end() : match.end() + _FAR], self.language)
            for part, _ in self.parts
            for match in self.language.finder("rule_away").finditer(part)
        )

    @cached_property
    def is_free(self) -> bool:
        """Whether it says that something took nothing."""
        return self.language.finder("rule_free").search(self.text) is not None

    def restates(self, words: Sequence[str]) -> bool:
        """Whether a part that has one of these words says itself that something is forbidden, or
        that nobody does it."""
        return self.language.finder("rule_restated").search(self._around(words)) is not None

    def _around(self, words: Sequence[str]) -> str:
        """Its main parts that have one of these words, or all."""
        wanted = frozenset(chain.from_iterable(map(self.language.wanted, words)))
        found = [part for part in _MAIN.split(self.text) if wanted & meanings(part, self.language)]
        return " ".join(found) or self.text

    def uses(self, words: Iterable[str], using: Iterable[str]) -> bool:
        """Whether a clause has a word for a thing, and one for using it or `by` before it."""
        thing, use = (
            frozenset(chain.from_iterable(map(self.language.wanted, each)))
            for each in (words, using)
        )
        by = self.language.finder("rule_by")
        return any(thing & found and (use & found or by.search(part)) for part, found in self.parts)

    def says(self, words: Iterable[str]) -> bool:
        """Whether it has one of some words itself, not only what may mean the same."""
        wanted = {self.language.stem(word) for word in words}
        return any(self.language.stem(word) in wanted for word in WORD.findall(self.text))

    @cached_property
    def has_person(self) -> bool:
        """Whether it is about somebody."""
        cast = self._material.cast
        return any(cast.by_char[each.char].kind == "person" for each in self._sentence.mentions)

    def imagined(self, rule: Rule) -> bool:
        """Whether it tells of what is not, or is allowed, in other words than the rule's."""
        own = frozenset(
            chain.from_iterable(map(self.language.wanted, WORD.findall(rule.quote.lower())))
        )
        return any(
            not own & meanings(match.group(), self.language)
            for name in ("rule_exceptions", "unreal", "flashback")
            for match in self.language.finder(name).finditer(self._around(rule.action))
        )

    def lacks(self, words: Iterable[str]) -> bool:
        """Whether it says that one of these is not there, or fewer than it takes."""
        wanted = frozenset(chain.from_iterable(map(self.language.wanted, words)))
        missing = self.language.finder("rule_lacking")
        for match in missing.finditer(self.text):
            after = _PARTS.split(self.text[match.end() : match.end() + 60], maxsplit=1)[0]
            near = " ".join(after.split()[:_REACH])
            if wanted & meanings(near, self.language) and not (
                self.language.finder("rule_besides").search(near)
            ):
                return True
        return False

    def bare_of(self, words: Iterable[str]) -> Sequence[str]:
        """Which of these things somebody is plainly without: `barefoot` takes no shoes."""
        without = read_between_lines("rule_bare", self.text, self.language)
        return [word for word in words if without & self.language.wanted(word)]

    def denies(self, words: Sequence[str]) -> bool:
        """Whether a clause that has one of these words says before it that this is not so."""
        wanted = frozenset(chain.from_iterable(map(self.language.wanted, words)))
        return any(
            self.language.finder(name).search(part, 0, self._last(part, wanted))
            for part, found in self.parts
            if wanted & found
            for name in ("negation", "irrealis")
        )

    def _last(self, part: str, wanted: frozenset[str]) -> int:
        """Where the last word of a clause begins that means one of these."""
        starts = [
            word.start()
            for word in WORD.finditer(part)
            if wanted & meanings(word.group(), self.language)
        ]
        return max(starts, default=0)

    @cached_property
    def _words(self) -> Sequence[frozenset[str]]:
        """What each of its words means."""
        words = [meanings(word, self.language) for word in WORD.findall(self.text)]
        implied = read_between_lines("rule_implied", self.text, self.language)
        words += [frozenset((meaning,)) for meaning in implied]
        return words

    def share(self, words: Sequence[str], also: frozenset[str] = frozenset()) -> float:
        """How many of some words it has, by meaning, each in a word of its own; 1 for none
        wanted."""
        left, hits = list(self._words), 0
        for wanted in map(self.language.wanted, words):
            at = next((at for at, there in enumerate(left) if wanted & there), None)
            if at is not None:
                del left[at]
            hits += at is not None or bool(wanted & also)
        return hits / len(words) if words else 1.0


def add_times(scenes: Sequence[Ruled]) -> None:
    """Tells each sentence what time of day and which day it is by those before it."""
    now: frozenset[str] = frozenset()
    hours: frozenset[int] = frozenset()
    for index, told in enumerate(scenes):
        told.near = frozenset().union(
            *(
                each.meanings
                for each in scenes[max(0, index - _BEFORE) : index]
                if each.scene == told.scene
            )
        )
        if index and told.scene != scenes[index - 1].scene:
            now, hours = frozenset(), frozenset()
        hours = told.hours = hours_told(told.text, hours, told.language) or hours
        now = told.meanings & told.language.time_meanings or now
        told.times = now
