"""What the consistency checks look at: the story so far and the draft, as statements."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TypeVar

from domain.story.coherence.case import Case
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.canon import canon
from domain.story.extraction.statements import UNKNOWN, Statement
from domain.story.extraction.told import Told
from domain.story.language import Language
from domain.story.text.cast import Cast
from domain.story.text.mentions import Sentence
from domain.story.text.prose import Prose, read_prose

T = TypeVar("T")

ANALYST = "consistency"
QUOTE = 400
"""Characters of a text that evidence quotes."""
_AROUND = 160
_BACK = 3
"""Sentences back in which an older time may have begun."""
_LIFETIME = 100
_ANY = re.compile("")


@dataclass(frozen=True, eq=False)
class Material:
    """A case, read."""

    case: Case = field(repr=False)
    cast: Cast
    canon: Sequence[Statement]
    earlier: Sequence[Told]
    draft: Told
    _prose: dict[str, Prose] = field(default_factory=dict, repr=False)

    @property
    def language(self) -> Language:
        """The story's."""
        return self.case.language

    @cached_property
    def before(self) -> Sequence[Statement]:
        """What the bible, then the earlier chapters state, in order."""
        return (*self.canon, *(each for told in self.earlier for each in told.statements))

    @cached_property
    def laid_down(self) -> Sequence[str]:
        """What the bible says in sentences: its facts, its rules and its timeline."""
        bible = self.case.bible
        texts = (
            *(fact.text for fact in bible.facts),
            *(rule.text for rule in bible.rules),
            *(line.text for line in bible.timeline),
        )
        return tuple(text for text in texts if text)

    def read(self, text: str) -> Prose:
        """A text of the bible, or one made of it, taken apart once for all checks."""
        if text not in self._prose:
            self._prose[text] = read_prose(text, self.cast)
        return self._prose[text]

    def of_chapter(
        self, told: Told, find: Callable[[Told, "Material"], Iterable[T]]
    ) -> Sequence[T]:
        """What a function finds in one chapter, whatever the others say; an earlier chapter is
        looked through once, not for each draft after it."""
        if told is self.draft:
            return tuple(find(told, self))
        return told.prose.once(find, lambda: tuple(find(told, self)))

    def of_earlier(self, find: Callable[[Told, "Material"], Iterable[T]]) -> Iterator[T]:
        """The same for each of the earlier chapters, in order."""
        for told in self.earlier:
            yield from self.of_chapter(told, find)

    def prior(self, phrasing: str, subject: str) -> list[Statement]:
        """What has been stated of somebody before the draft."""
        return self._by_key.get((phrasing, subject), [])

    @cached_property
    def _by_key(self) -> dict[tuple[str, str], list[Statement]]:
        found: dict[tuple[str, str], list[Statement]] = {}
        for statement in self.before:
            found.setdefault((statement.phrasing, statement.subject), []).append(statement)
        return found

    @cached_property
    def credible(self) -> Sequence[Statement]:
        """What the draft's known speakers state, but for what is near a word for lies."""
        return [claim for claim in self.heard if claim.speaker != UNKNOWN]

    @cached_property
    def heard(self) -> Sequence[Statement]:
        """What anybody in the draft states, but for what is near a word for lies and errors."""
        lies = self.language.finder("lies")
        return [
            claim
            for claim in self.draft.claims
            if not lies.search(self.draft.text[max(0, claim.start - 300) : claim.start + 400])
        ]

    def looks_back(
        self, statement: Statement, words: Sequence[str] = ("flashback", "perfect", "retold")
    ) -> bool:
        """Whether the draft tells of earlier times shortly before a statement, by words of these
        lists."""
        sentences = self.draft.prose.sentences
        end = bisect_right(sentences, statement.start, key=lambda each: each.span.start)
        return any(
            self.language.finder(name).search(sentence.marked)
            for sentence in sentences[max(0, end - _BACK) : end]
            if sentence.scene == statement.scene
            for name in words
        )

    def certain(self, statement: Statement) -> bool:
        """Whether a statement of the draft is beyond doubt: the narrator's own, of now, with the
        name of whom it is about in its sentence. Nothing less may stop a draft."""
        if not statement.sure or statement.speaker or statement.past:
            return False
        if self.looks_back(statement, ("flashback", "retold")):
            return False
        if any(dated.search(statement.quote) for dated in self.language.patterns("dated")):
            return False
        return any(word in statement.quote for word in self.cast.own_words(statement.subject))

    def names_no_other(self, subject: str, text: str) -> bool:
        """Whether a text names nobody else than somebody, whom a pronoun in it may mean."""
        return not any(
            name in text
            for other in self.cast.entities
            for name in other.names
            if other.name != subject and other.kind == "person"
        )

    @cached_property
    def years_pass(self) -> int:
        """How many years may have gone by, as far as the story says so."""
        if self.told_since(self.language.lists["years_later"]):
            return _LIFETIME
        return sum((*self.of_earlier(_years), *self.of_chapter(self.draft, _years)))

    def told_since(self, words: Sequence[str]) -> bool:
        """Whether any of the words is in the draft or an earlier chapter."""
        pattern = re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)
        return any(
            told.prose.once(pattern, partial(_has, told.text, pattern))
            for told in (*self.earlier, self.draft)
        )

    def evidence(self, statement: Statement) -> Evidence:
        """A statement's words, with their source."""
        return self.quoted(statement.chapter, statement.quote)

    def quoted(self, chapter: int, quote: str) -> Evidence:
        """Words of the bible (0), an earlier chapter or the draft."""
        if chapter == self.draft.number:
            return Evidence(source="draft", quote=quote)
        return Evidence(source=f"chapter {chapter}" if chapter else "bible", quote=quote)

    def sentence(self, told: Told, sentence: Sentence) -> Evidence:
        """A sentence of a chapter, with its source."""
        return self.quoted(told.number, sentence.span.of(told.text)[:QUOTE])

    def finding(self, kind: str, severity: Severity, message: str, *evidence: Evidence) -> Finding:
        """One of this analyst's findings."""
        return Finding(
            analyser=ANALYST, kind=kind, severity=severity, message=message, evidence=evidence
        )

    def explained(
        self,
        subject: str,
        changes: re.Pattern[str],
        cues: re.Pattern[str] = _ANY,
        besides: str = "",
    ) -> bool:
        """Whether the story says, of somebody or of nobody by name, why something is different
        now: a change, near a cue, and not in the words `besides`."""
        return any(
            self.concerns(subject, around)
            for told in (*self.earlier, self.draft)
            for around in map(told.text.__getitem__, _near(told, cues, changes))
            if not besides or besides not in around
        )

    def concerns(self, subject: str, text: str) -> bool:
        """Whether a text is of somebody, or of nobody by name."""
        named = any(word in text for word in self.cast.own_words(subject))
        return named or self.names_no_other(subject, text)


def _has(text: str, pattern: re.Pattern[str]) -> bool:
    return pattern.search(text) is not None


def _years(told: Told, material: Material) -> Iterator[int]:
    for counted in material.language.patterns("years_counted"):
        for match in counted.finditer(told.text):
            yield material.language.read_number(match.group("number")) or 1


def _near(told: Told, cues: re.Pattern[str], changes: re.Pattern[str]) -> Sequence[slice]:
    """What is around each change that has a cue near it."""

    def found() -> list[slice]:
        text = told.text
        around = [
            slice(max(0, match.start() - _AROUND), match.end() + _AROUND)
            for match in changes.finditer(text)
        ]
        return [each for each in around if cues.search(text[each])]

    return told.prose.once((_near, cues, changes), found)


def gather(case: Case) -> Material:
    """Reads a case, as far as that has not been done."""
    told = case.apart()
    cast = told[-1].prose.cast
    return Material(
        case=case,
        cast=cast,
        canon=canon(case.bible, cast),
        earlier=told[:-1],
        draft=told[-1],
    )


def own(name: str) -> str:
    """A name as an owner's."""
    return f"{name}'" if name.endswith("s") else f"{name}'s"
