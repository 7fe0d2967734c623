"""Whom a pronoun means: those in mind, sentence by sentence, and what grammar rules out."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from domain.story.language import Language
from domain.story.phrasings import Gender, Pronoun
from domain.story.text.cast import Cast

_OPENING, _ADVERBIAL = 3, 7
"""Words before the one a sentence is about; the same after `In the old days`."""

_REACH, _LONG_REACH = 2, 8
"""Sentences back in which a pronoun may find whom it means; the same where nobody nearer fits."""

_INFINITIVE = 3


class Seen(NamedTuple):
    """Somebody a sentence speaks of: a character, empty for nobody known; the place of the word;
    whether something of theirs follows; whether they are a clause's subject."""

    char: str
    gender: Gender
    at: int
    owner: bool
    leads: bool


class Attention:
    """Follows a text, and says whom a pronoun means."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._language: Language = cast.language
        self._learned: dict[str, Gender] = {}
        self._past: list[list[Seen]] = []
        self._here: list[Seen] = []
        self._topic = ""
        self._since_topic = 0

    def forget(self) -> None:
        """A new scene: nobody has been mentioned yet."""
        self._past.clear()
        self._here = []
        self._topic = ""

    def open(self, text: str, words: Sequence[re.Match[str]]) -> None:
        """A sentence begins."""
        self._text, self._words = text, words
        self._here = []

    def see(self, char: str, gender: Gender, at: int, count: int, *, owner: bool = False) -> None:
        """Somebody is mentioned by `count` words from word `at` on."""
        leads = not owner and self._leads(at, count)
        if self._here and not self._here[-1].char and self._here[-1].at == at - 1:
            noun = self._here.pop()  # `her sister Molly` is one
            gender, leads = gender or noun.gender, leads or noun.leads
        if char and gender:
            self._learned[char] = gender
        gender = gender or self._learned.get(char, "")
        self._here.append(Seen(char, gender, at, owner, leads))

    def close(self) -> None:
        """A sentence ends: whom it was about is who the next one's pronouns mean first."""
        self._since_topic += 1
        if self._here:
            about = next((each for each in self._here if not each.owner), self._here[0])
            opens = about.at <= _OPENING + about.at - self._here[0].at <= 2 * _OPENING
            self._topic = about.char if opens and not about.owner else ""
            self._since_topic = 0
        elif self._since_topic > 1:
            self._topic = ""
        self._past.append(self._here)
        del self._past[:-_LONG_REACH]

    def meant(self, pronoun: Pronoun, role: str, at: int) -> tuple[str, bool]:
        """The character a pronoun means, and whether others in reach fit as well; empty where it
        is not plain."""
        near = [*self._past[-_REACH:], self._here]
        fitting = dict(sorted(self._fitting(near, pronoun.gender), key=lambda each: each[1]))
        subject = self._subject(at)
        if pronoun.word in self._language.lists["reflexive"]:
            return (subject, False) if subject in fitting else self._only(fitting)
        if role == "object" and len(fitting) > 1:
            fitting.pop(self._bound(at, subject), None)
        if len(fitting) == 1:
            return self._only(fitting)
        if not fitting:
            return self._far(pronoun.gender)
        first = at <= _OPENING or (at <= _ADVERBIAL and not self._here)
        likely = [self._topic] if first else []
        likely += [subject] if role != "object" else []
        plain = [char for char, gender in fitting.items() if gender]
        likely.sort(key=lambda char: char not in plain)
        for char in likely:
            if char and char in fitting and self._is_person(char):
                unsaid = char not in plain and len(plain) == 1
                return (plain[0] if unsaid else char), True
        here = {each.char for each in self._here if each.char in fitting}
        for chars in (here, plain):
            if len(chars) == 1 and "" not in chars:
                return next(iter(chars)), True
        return "", False

    def _only(self, fitting: Iterable[str]) -> tuple[str, bool]:
        char = next(iter(fitting), "")
        known = char and (self._cast.by_char[char].gender or char in self._learned)
        return char, bool(char) and not known

    def _fitting(
        self, sentences: Iterable[Iterable[Seen]], gender: Gender
    ) -> Iterator[tuple[str, Gender]]:
        for sentence in sentences:
            for each in sentence:
                if not gender or each.gender in (gender, ""):
                    yield each.char, each.gender

    def _far(self, gender: Gender) -> tuple[str, bool]:
        """The only one of that gender that the scene has spoken of for a while."""
        if not gender or self._language.things_have_gender:
            return "", False
        fitting = {
            each.char for sentence in self._past for each in sentence if each.gender == gender
        }
        return (
            (next(iter(fitting)), True) if len(fitting) == 1 and "" not in fitting else ("", False)
        )

    def _is_person(self, char: str) -> bool:
        return self._cast.by_char[char].kind == "person"

    def _subject(self, at: int) -> str:
        """Whom the clause at a word is about."""
        before = [each for each in self._here if each.at < at]
        leading = [each.char for each in before if each.leads]
        if leading:
            return leading[-1]
        return next((each.char for each in before if not each.owner), "")

    def _bound(self, at: int, subject: str) -> str:
        """Who cannot be meant by an object: the subject of its own verb."""
        before = self._words[at - 1].group().lower() if at else ""
        if before in self._language.lists["loose_prepositions"]:
            return ""
        for back in range(max(0, at - _INFINITIVE), at - 1):
            if self._words[back].group().lower() in self._language.lists["infinitive"]:
                inner = [each.char for each in self._here if each.at < back]
                return inner[-1] if inner else subject
        return subject

    def _leads(self, at: int, count: int) -> bool:
        """Whether a mention looks like a subject: first in its clause, with a verb after it."""
        words, language = self._words, self._language
        after = at + count
        if after < len(words):
            follows = words[after].group().lower()
            verbal = follows not in language.function_words or follows in language.lists["verbal"]
            adjoins = not self._text[words[after - 1].end() : words[after].start()].strip(" '’sS")
            if not verbal or not adjoins:
                return False
        if not at:
            return True
        gap = self._text[words[at - 1].end() : words[at].start()]
        before = words[at - 1].group().lower()
        opens = bool(gap.strip(" \n\"“”«»'’")) or before in language.lists["clause_words"]
        return opens or (not self._here and before not in language.lists["prepositions"])
