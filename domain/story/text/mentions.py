"""Where a text mentions whom: names by the cast's table, pronouns where only one can be meant."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from domain.story.language import Gender, Language, Role
from domain.story.text import marks
from domain.story.text.cast import WORD, Cast
from domain.story.text.sentences import Span

_ADVERBIAL = 7
_OPENING = 3
"""Words before the one a sentence is about."""

_REACH = 2
"""Sentences back in which a pronoun may find whom it means."""


class Mention(NamedTuple):
    """A mention of one of the cast."""

    start: int
    end: int
    char: str
    owner: bool
    pronoun: bool
    likely: bool = False
    """A pronoun that others might be meant by, too."""


class Sentence(NamedTuple):
    """A sentence of the narrator's: its span, its words with marks for mentions."""

    span: Span
    marked: str
    mentions: tuple[Mention, ...]
    paragraph: int
    scene: int


class Marker:
    """Goes through a text once, sentence by sentence."""

    def __init__(self, cast: Cast, narrated: str, *, i: str = "", third: bool = True) -> None:
        """`i` is the character who says I; without `third`, only names are followed."""
        self._cast = cast
        self._i = i
        self._third = third
        self._text = narrated
        self._language: Language = cast.language
        self._topic = ""
        self._since_topic = 0
        self._recent: list[list[tuple[str, Gender]]] = []
        self._owner = re.compile(self._language.possessive) if self._language.possessive else None

    def forget(self) -> None:
        """A new scene: nobody has been mentioned yet."""
        self._recent.clear()
        self._topic = ""

    def sentence(self, span: Span, paragraph: int, scene: int) -> Sentence:
        """Marks one sentence."""
        mentions = self._mentions(span)
        self._follow(span, mentions)
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
        if first.lower() in self._language.lists["definite"] and at + 2 < len(words):
            softened = words[at + 1].group().lower() in self._language.lists["softeners"]
            if softened and (found := self._epithet(words, at)) is not None:
                return found
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

    def _epithet(self, words: Sequence[re.Match[str]], at: int) -> tuple[Mention, int] | None:
        """`the old miller`, where there is one miller: likely him."""
        calling = words[at + 2].group().lower()
        for variant, char, cased in self._cast.table.get(words[at].group().lower(), ()):
            if not cased and variant[1:] == (calling,):
                end = words[at + 2].end()
                owner = self._owner.match(self._text, end) if self._owner else None
                stop = owner.end() if owner else end
                return Mention(words[at].start(), stop, char, owner is not None, False, True), 3
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
        if (gender := self._language.noun_genders.get(word)) is not None:
            before = words[at - 1].group().lower() if at else ""
            if at <= _OPENING or before not in self._language.lists["indefinite"]:
                here.append(("", gender))
            return
        if self._i and word in self._language.first_person:
            owner = self._language.first_person[word] == "owner"
            found.append(Mention(words[at].start(), words[at].end(), self._i, owner, True))
            return
        pronoun = self._language.pronoun_table.get(word)
        if pronoun is None or not self._third:
            return
        char, likely = self._meant(pronoun.gender, at, found)
        if char:
            owner = self._role(pronoun.role, words, at) == "owner"
            found.append(Mention(words[at].start(), words[at].end(), char, owner, True, likely))
            here.append((char, self._cast.by_char[char].gender or pronoun.gender))

    def _meant(self, gender: Gender, at: int, found: list[Mention]) -> tuple[str, bool]:
        """Whom a pronoun of that gender means, and whether others in reach fit as well.

        The only one who fits; else who the last sentence was about, at the beginning of a
        sentence, or who this one is about."""
        fitting = {
            char
            for sentence in self._recent
            for char, theirs in sentence
            if not gender or theirs in (gender, "")
        }
        if len(fitting) == 1:
            return next(iter(fitting)), False
        about = found[0].char if found and not found[0].owner else ""
        first = at <= _OPENING or (at <= _ADVERBIAL and not found)
        meant = about or (self._topic if first else "")
        if meant and meant in fitting and self._fits(meant, gender):
            return meant, True
        return "", False

    def _fits(self, char: str, gender: Gender) -> bool:
        entity = self._cast.by_char[char]
        return entity.kind == "person" and (not gender or entity.gender in (gender, ""))

    def _follow(self, span: Span, mentions: Sequence[Mention]) -> None:
        """Whom the sentence is about: the first one it mentions, near its beginning."""
        first = next(
            (each for each in mentions if self._cast.by_char[each.char].kind == "person"), None
        )
        self._since_topic += 1
        if first is not None and not first.owner:
            opening = self._text[span.start : first.start].replace(marks.SPOKEN, "")
            self._topic = first.char if len(opening.split()) <= _OPENING else ""
            self._since_topic = 0
        elif self._since_topic > 1:
            self._topic = ""

    def _role(self, role: Role, words: Sequence[re.Match[str]], at: int) -> Role:
        """`her` owns what follows unless a function word or a stop comes next."""
        word = words[at].group().lower()
        if word not in self._language.lists["either_role"]:
            return role
        if at + 1 >= len(words):
            return "object"
        gap = self._text[words[at].end() : words[at + 1].start()]
        after = words[at + 1].group().lower()
        follows = not gap.strip() and (
            after not in self._language.function_words
            or after in self._language.lists["after_owner"]
        )
        return "owner" if follows else "object"

    def _marked(self, span: Span, mentions: Sequence[Mention]) -> str:
        parts, at, own = [], span.start, None
        for mention in (*mentions, None):
            between = self._text[at : mention.start if mention else span.end]
            parts.append(between if own is None else self._language.restate(between, own=own))
            if mention is None:
                break
            parts.append(mention.char)
            if mention.owner:
                parts.append(marks.OWNER)
            own = None if mention.owner else self._says_i(mention)
            at = mention.end
        return marks.shortened("".join(parts))

    def _says_i(self, mention: Mention) -> bool:
        word = self._text[mention.start : mention.end].lower()
        return mention.pronoun and self._language.first_person.get(word) == "subject"
