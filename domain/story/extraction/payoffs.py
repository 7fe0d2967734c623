"""What becomes of setups in later chapters: mentioned again, paid off, dropped, overdue."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from domain.story.cues import OBJECT, Patterns, SetupKind
from domain.story.extraction.setups import content
from domain.story.facts import Source
from domain.story.language import Language
from domain.story.reading import ChapterReading
from domain.story.setups import Setup, SetupStatus
from domain.story.text.sentences import paragraphs, sentences

OPEN = (SetupStatus.PLANTED, SetupStatus.PROGRESSING, SetupStatus.OVERDUE)
"""Statuses of setups that something may still come of."""

_MOST_PROGRESS = 20
_PATIENCE = 8
"""Chapters, for a kind that the language does not know."""

_QUOTE = 600
_MOSTLY = 0.6
"""Share of a subject's words that a sentence about its being done has."""


class _Line(NamedTuple):
    """A sentence of a chapter."""

    text: str
    stems: frozenset[str]
    imagined: bool


class _Page:
    """A chapter's sentences, from a position on."""

    def __init__(self, reading: ChapterReading, language: Language) -> None:
        self.chapter = reading.chapter.number
        self.text = reading.chapter.text
        self._language = language

    @cached_property
    def lines(self) -> Sequence[_Line]:
        """All of them, in order."""
        abbreviations = frozenset(self._language.abbreviations)
        irrealis = self._language.finder("irrealis")
        spans = (
            span
            for paragraph in paragraphs(self.text)
            for span in sentences(self.text, paragraph, abbreviations)
        )
        texts = (span.of(self.text) for span in spans)
        return [
            _Line(text, content(text, self._language), irrealis.search(text) is not None)
            for text in texts
        ]

    def after(self, quote: str) -> Sequence[_Line]:
        """The sentences that follow a quotation."""
        for at, line in enumerate(self.lines):
            if line.text.startswith(quote) or quote in line.text:
                return self.lines[at + 1 :]
        return ()

    def source(self, line: _Line) -> Source:
        """Where a sentence is."""
        return Source(chapter=self.chapter, quote=line.text[:_QUOTE])


def advance(
    setups: Iterable[Setup], reading: ChapterReading, language: Language
) -> tuple[Setup, ...]:
    """The setups after one more chapter: those before it as it leaves them, then its own.

    A fold: chapters are given in order, beginning with no setups.
    """
    page = _Page(reading, language)
    before = {setup.setup_id: setup for setup in setups}
    planted = {setup.setup_id: setup for setup in reading.setups}
    known = [_advanced(setup, page, language) for setup in before.values()]
    new = [
        _seen(setup, page.after(setup.planted.quote), page, language, fresh=True)
        for setup_id, setup in planted.items()
        if setup_id not in before
    ]
    return (*known, *new)


def _advanced(setup: Setup, page: _Page, language: Language) -> Setup:
    if setup.status not in OPEN:
        return setup
    return _seen(setup, page.lines, page, language, fresh=False)


def _seen(
    setup: Setup, lines: Sequence[_Line], page: _Page, language: Language, *, fresh: bool
) -> Setup:
    kind = _kind_of(setup, language)
    patience = kind.cues.patience if kind else _PATIENCE
    due = setup.due or setup.planted.chapter + patience
    about = _About(setup, kind, language)
    mentions = [line for line in lines if about.mentioned(line)]
    for line in mentions:
        if about.paid(line):
            return _with(setup, SetupStatus.PAID_OFF, due, page.source(line))
        if about.dropped(line):
            return _with(setup, SetupStatus.ABANDONED, due, page.source(line))
    if fresh:
        return _with(setup, SetupStatus.PLANTED, due)
    if mentions:
        source = page.source(mentions[0])
        return _with(setup, SetupStatus.PROGRESSING, page.chapter + patience, source)
    if due < page.chapter:
        return _with(setup, SetupStatus.OVERDUE, due)
    return _with(setup, setup.status, due)


def _with(setup: Setup, status: SetupStatus, due: int, *more: Source) -> Setup:
    if status is setup.status and due == setup.due and not more:
        return setup
    progress = (*setup.progress, *more)[-_MOST_PROGRESS:]
    return setup.model_copy(update={"status": status, "due": due, "progress": progress})


def _kind_of(setup: Setup, language: Language) -> SetupKind | None:
    kinds = [kind for kind in language.setup_kinds if kind.kind == setup.kind]
    if setup.kind != OBJECT:
        return kinds[0] if kinds else None
    return next((kind for kind in kinds if kind.noun and kind.noun.search(setup.subject)), None)


class _About:
    """What sentences say about one setup."""

    def __init__(self, setup: Setup, kind: SetupKind | None, language: Language) -> None:
        self._kind = kind
        who, _, what = setup.subject.rpartition(": ")
        for pattern in kind.deadline if kind else ():
            rest = pattern.sub("", what)
            what = rest if content(rest, language) else what
        self._what = content(what, language)
        names = [re.escape(word) for word in who.split() if word[:1].isupper()]
        self._who = re.compile(rf"\b(?:{'|'.join(names)})\b") if names else None
        noun = kind.noun.search(setup.subject) if kind and kind.noun else None
        self._noun = (
            re.compile(rf"\b{re.escape(noun.group())}s?\b", re.IGNORECASE) if noun else None
        )

    def mentioned(self, line: _Line) -> bool:
        """Whether a sentence comes back to it."""
        if self._noun is not None:
            return self._noun.search(line.text) is not None
        if self._shared(line) >= min(2, len(self._what)) and (
            len(self._what) > 1 or self._by(line)
        ):
            return True
        return self._by(line) and _any(self._kind and self._kind.mentioned, line)

    def paid(self, line: _Line) -> bool:
        """Whether a sentence that mentions it pays it off."""
        if self._kind is None or line.imagined:
            return False
        if _any(self._kind.paid, line):
            return True
        done = self._shared(line) >= max(2, _MOSTLY * len(self._what))
        return self._kind.cues.done_is_paid and done

    def dropped(self, line: _Line) -> bool:
        """Whether a sentence that mentions it lets it go for good."""
        return self._kind is not None and not line.imagined and _any(self._kind.dropped, line)

    def _shared(self, line: _Line) -> int:
        return len(self._what & line.stems)

    def _by(self, line: _Line) -> bool:
        return self._who is not None and self._who.search(line.text) is not None


def _any(patterns: Patterns | None, line: _Line) -> bool:
    return any(pattern.search(line.text) for pattern in patterns or ())
