"""Where a text mentions whom: names by the cast's table, pronouns where only one can be meant."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from domain.story.language import Language
from domain.story.phrasings import Pronoun, Role
from domain.story.text import marks
from domain.story.text.cast import Cast
from domain.story.text.pronouns import Attention
from domain.story.text.sentences import Span

_OPENING = 3
"""Words before the one a sentence is about."""


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

    def __init__(
        self, cast: Cast, narrated: str, *, i: str = "", you: str = "", third: bool = True
    ) -> None:
        """`i` is the character who says I, `you` who is spoken to; without `third`, only names
        are followed."""
        self._cast = cast
        self._i = i
        self._you = you
        self._third = third
        self._text = narrated
        self._language: Language = cast.language
        self._attention = Attention(cast)
        self._owner = re.compile(self._language.possessive) if self._language.possessive else None

    def forget(self) -> None:
        """A new scene: nobody has been mentioned yet."""
        self._attention.forget()

    def sentence(self, span: Span, paragraph: int, scene: int) -> Sentence:
        """Marks one sentence."""
        mentions = self._mentions(span)
        return Sentence(span, self._marked(span, mentions), tuple(mentions), paragraph, scene)

    def _mentions(self, span: Span) -> list[Mention]:
        words = list(self._language.word.finditer(self._text, span.start, span.end))
        found: list[Mention] = []
        self._attention.open(self._text, words)
        at = 0
        while at < len(words):
            match = self._name(words, at)
            if match is None:
                self._word(words, at, found)
                at += 1
                continue
            mention, count = match
            found.append(mention)
            entity = self._cast.by_char[mention.char]
            if entity.kind == "person" and mention.char != self._i:
                self._attention.see(mention.char, entity.gender, at, count, owner=mention.owner)
            at += count
        self._attention.close()
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
            if cased and (
                self._longer(words, at, len(variant)) or self._relatives(words, at, char)
            ):
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

    def _relatives(self, words: Sequence[re.Match[str]], at: int, char: str) -> bool:
        """Whether a surname follows a first name that is nobody's here: `Rose Carrel` is not Ida
        Carrel; of one that begins as hers does, she may be meant."""
        entity = self._cast.by_char[char]
        if not at or entity.kind != "person" or len(entity.name.split()) < 2:
            return False
        before, word = words[at - 1], words[at].group()
        first = before.group()
        return (
            word == entity.name.split()[-1]
            and self._text[before.end() : words[at].start()] in (" ", "\n")
            and first.lower() in self._language.genders
            and not self._known(first)
            and all(first[0] != name[0] for each in entity.names for name in each.split())
        )

    def _known(self, word: str) -> bool:
        return any(len(variant) == 1 for variant, _, _ in self._cast.table.get(word.lower(), ()))

    def _titled(self, before: re.Match[str], start: int) -> bool:
        return (
            before.group().lower() in self._language.titles
            and before.group()[0].isupper()
            and len(self._text[before.end() : start]) <= 2
        )

    def _word(self, words: Sequence[re.Match[str]], at: int, found: list[Mention]) -> None:
        """A word that is no name: somebody by what they are, or a pronoun."""
        word = words[at].group().lower()
        if (gender := self._language.noun_genders.get(word)) is not None:
            before = words[at - 1].group().lower() if at else ""
            if at <= _OPENING or before not in self._language.lists["indefinite"]:
                relative = self._relative(words[at], word, found)
                self._attention.see(relative, gender, at, 1)
        elif self._i and word in self._language.first_person:
            owner = self._language.first_person[word] == "owner"
            found.append(Mention(words[at].start(), words[at].end(), self._i, owner, True))
        elif self._you and word in self._language.second_person:
            owner = self._language.second_person[word] == "owner"
            found.append(Mention(words[at].start(), words[at].end(), self._you, owner, True, True))
        elif self._third and (pronoun := self._language.pronoun_table.get(word)) is not None:
            self._pronoun(pronoun, words, at, found)

    def _relative(self, word: re.Match[str], name: str, found: Sequence[Mention]) -> str:
        """Whom a word for a relative means after its owner: `her mother`."""
        if not found or not found[-1].owner:
            return ""
        between = self._text[found[-1].end : word.start()].split()
        if len(between) > 1 or not all(
            each in self._language.lists["kin_softeners"] for each in between
        ):
            return ""
        return self._cast.kin.relative(found[-1].char, name)

    def _pronoun(
        self, pronoun: Pronoun, words: Sequence[re.Match[str]], at: int, found: list[Mention]
    ) -> None:
        start, end = words[at].span()
        if self._language.finder("impersonal").match(self._text, start):
            return
        role = self._role(pronoun.role, words, at)
        char, likely = self._named_next(words, at), False
        if not char:
            char, likely = self._attention.meant(pronoun, role, at)
        if char:
            owner = role == "owner"
            found.append(Mention(start, end, char, owner, True, likely))
            gender = self._cast.by_char[char].gender or pronoun.gender
            self._attention.see(char, gender, at, 1, owner=owner)

    def _named_next(self, words: Sequence[re.Match[str]], at: int) -> str:
        """Whom a pronoun means that the sentence goes on to name: `his name was Paul`."""
        naming = self._language.finder("naming").match(self._text, words[at].start())
        if naming is None:
            return ""
        after = next((n for n in range(at, len(words)) if words[n].start() >= naming.end()), 0)
        if not after or self._text[naming.end() : words[after].start()].strip():
            return ""
        match = self._name(words, after)
        return match[0].char if match and self._cast.by_char[match[0].char].kind == "person" else ""

    def _role(self, role: Role, words: Sequence[re.Match[str]], at: int) -> Role:
        """`her` owns what follows unless a function word or a stop comes next."""
        word = words[at].group().lower()
        before = words[at - 1].group().lower() if at else ""
        if role == "subject" and before in self._language.lists["prepositions"]:
            return "object"
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
            own = None if mention.owner else self._in_person(mention)
            at = mention.end
        return marks.shortened("".join(parts))

    def _in_person(self, mention: Mention) -> bool:
        """Whether it is the `I` of who speaks or the `you` of who listens."""
        word = self._text[mention.start : mention.end].lower()
        roles = (self._language.first_person.get(word), self._language.second_person.get(word))
        return mention.pronoun and "subject" in roles
