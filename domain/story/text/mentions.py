"""Where a text mentions whom: names by the cast's table, pronouns where only one can be meant."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from domain.story.language import GENDERS, Gender, Language, Role
from domain.story.text import marks
from domain.story.text.cast import WORD, Cast
from domain.story.text.sentences import Span

_REACH = 2
"""Sentences back in which a pronoun may find whom it means."""


class Mention(NamedTuple):
    """A mention of one of the cast."""

    start: int
    end: int
    char: str
    owner: bool
    pronoun: bool


class Sentence(NamedTuple):
    """A sentence of the narrator's: its span, its words with marks for mentions."""

    span: Span
    marked: str
    mentions: tuple[Mention, ...]
    paragraph: int
    scene: int


class Marker:
    """Goes through a text once, sentence by sentence."""

    def __init__(self, cast: Cast, narrated: str) -> None:
        self._cast = cast
        self._text = narrated
        self._language: Language = cast.language
        self._recent: list[list[tuple[str, Gender]]] = []
        self._nouns: dict[str, Gender] = {
            word: gender for gender in GENDERS for word in self._language.lists[f"nouns_{gender}"]
        }
        self._owner = re.compile(self._language.possessive) if self._language.possessive else None

    def forget(self) -> None:
        """A new scene: nobody has been mentioned yet."""
        self._recent.clear()

    def sentence(self, span: Span, paragraph: int, scene: int) -> Sentence:
        """Marks one sentence."""
        mentions = self._mentions(span)
        return Sentence(span, self._marked(span, mentions), tuple(mentions), paragraph, scene)

    def _mentions(self, span: Span) -> list[Mention]:
        words = list(WORD.finditer(self._text, span.start, span.end))
        found: list[Mention] = []
        here: list[tuple[str, Gender]] = []
        self._recent.append(here)
        del self._recent[: -1 - _REACH]
        at = 0
        while at < len(words):
            match = self._name(words, at)
            if match is not None:
                found.append(match[0])
                entity = self._cast.by_char[match[0].char]
                if entity.kind == "person":
                    here.append((match[0].char, entity.gender))
                at += match[1]
                continue
            self._pronoun(words, at, here, found)
            at += 1
        return found

    def _name(self, words: Sequence[re.Match[str]], at: int) -> tuple[Mention, int] | None:
        first = words[at].group()
        for variant, char, cased in self._cast.table.get(first.lower(), ()):
            if at + len(variant) > len(words):
                continue
            spelled = [word.group() for word in words[at : at + len(variant)]]
            same = (
                all(
                    a == b or (a.isupper() and a == b.upper())
                    for a, b in zip(spelled, variant, strict=True)
                )
                if cased
                else list(map(str.lower, spelled)) == list(map(str.lower, variant))
            )
            if not same or not self._joined(words, at, len(variant)):
                continue
            if cased and self._longer(words, at, len(variant)):
                return None
            start = words[at].start()
            end = words[at + len(variant) - 1].end()
            if at and self._titled(words[at - 1], start):
                start = words[at - 1].start()
            owner = self._owner.match(self._text, end) if self._owner else None
            return (
                Mention(start, owner.end() if owner else end, char, owner is not None, False),
                len(variant),
            )
        return None

    def _joined(self, words: Sequence[re.Match[str]], at: int, count: int) -> bool:
        return all(
            len(gap := self._text[words[n].end() : words[n + 1].start()]) <= 3
            and not gap.strip(" \n\t.'’-")
            for n in range(at, at + count - 1)
        )

    def _longer(self, words: Sequence[re.Match[str]], at: int, count: int) -> bool:
        """Whether a single word is part of a longer name, which is then somebody else's."""
        if count > 1 or at + 1 >= len(words):
            return False
        after = words[at + 1]
        return (
            self._text[words[at].end() : after.start()] in (" ", "\n")
            and after.group()[0].isupper()
            and len(after.group()) > 1
            and after.group().lower() not in self._language.functional_words
            and not self._known(after.group())
        )

    def _known(self, word: str) -> bool:
        return any(len(variant) == 1 for variant, _, _ in self._cast.table.get(word.lower(), ()))

    def _titled(self, before: re.Match[str], start: int) -> bool:
        return (
            before.group().lower() in self._language.titles
            and before.group()[0].isupper()
            and len(self._text[before.end() : start]) <= 2
        )

    def _pronoun(
        self,
        words: Sequence[re.Match[str]],
        at: int,
        here: list[tuple[str, Gender]],
        found: list[Mention],
    ) -> None:
        word = words[at].group().lower()
        if (gender := self._nouns.get(word)) is not None:
            here.append(("", gender))
            return
        pronoun = self._language.pronoun_table.get(word)
        if pronoun is None:
            return
        char = self._meant(pronoun.gender)
        if char:
            role = self._role(pronoun.role, words, at)
            found.append(Mention(words[at].start(), words[at].end(), char, role == "owner", True))
            here.append((char, self._cast.by_char[char].gender or pronoun.gender))

    def _meant(self, gender: Gender) -> str:
        """The only one in reach whom a pronoun of that gender can mean."""
        fitting = {
            char
            for sentence in self._recent
            for char, theirs in sentence
            if not gender or theirs in (gender, "")
        }
        if len(fitting) == 1:
            return next(iter(fitting))
        return ""

    def _role(self, role: Role, words: Sequence[re.Match[str]], at: int) -> Role:
        """`her` owns what follows unless a function word or a stop comes next."""
        word = words[at].group().lower()
        if word not in self._language.lists["either_role"]:
            return role
        if at + 1 >= len(words):
            return "object"
        gap = self._text[words[at].end() : words[at + 1].start()]
        after = words[at + 1].group().lower()
        follows = not gap.strip() and after not in self._language.function_words
        return "owner" if follows else "object"

    def _marked(self, span: Span, mentions: Sequence[Mention]) -> str:
        parts, at = [], span.start
        for mention in mentions:
            parts += [self._text[at : mention.start], mention.char]
            if mention.owner:
                parts.append(marks.OWNER)
            at = mention.end
        parts.append(self._text[at : span.end])
        return "".join(parts)
