"""Words given and not kept: nothing was done when its time had come, or what was never to be done
is done as if nothing had been said."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from domain.story.coherence.case import Case
from domain.story.coherence.consistency.content import meanings
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.payoffs import OPEN
from domain.story.extraction.setups import content
from domain.story.setups import Setup
from domain.story.text.mentions import Sentence

KIND = "setup"
TRACKER = "chekhov"
_QUOTE = 400
_YEAR, _HALF, _MONTH = 372, 186, 31
"""Days, where every month has as many."""
_LEAST = 2
"""Words that say what was forsworn."""
_DOUBTFUL = ("negation", "irrealis", "unreal", "perfect", "flashback")
_WORD = re.compile(r"[^\W\d_]+")
_NEAR = 2
"""Sentences around a vow's breach in which it may be spoken of."""


def last_told(setup: Setup) -> int:
    """The chapter that came to a setup last."""
    return setup.progress[-1].chapter if setup.progress else setup.planted.chapter


def unkept(case: Case, setups: Iterable[Setup]) -> Iterator[Finding]:
    """What was promised, and in the draft is neither done nor spoken of, or done against."""
    draft = _Draft(case)
    for setup in setups:
        if setup.planted.chapter >= draft.number:
            continue
        silent = setup.status in OPEN and last_told(setup) < draft.number
        if silent and (line := draft.comes_to(setup)):
            what = f"the time has come, and nothing is said of the {setup.kind}"
            yield _finding(f"{what}: {setup.subject}", line, setup)
        if line := draft.breaks(setup):
            yield _finding(f"done against the {setup.kind}: {setup.subject}", line, setup)


def _finding(message: str, line: str, setup: Setup) -> Finding:
    return Finding(
        analyser=TRACKER,
        kind=KIND,
        severity=Severity.WARNING,
        message=message,
        evidence=(
            Evidence(source="draft", quote=line[:_QUOTE].rstrip()),
            Evidence(source=f"chapter {setup.planted.chapter}", quote=setup.planted.quote),
        ),
    )


class _Draft:
    """A draft, as far as it tells that the time of a promise has come."""

    def __init__(self, case: Case) -> None:
        self.number = case.draft.chapter.number
        self._case = case
        self._language = case.language

    @cached_property
    def _sentences(self) -> list[Sentence]:
        return list(self._case.apart()[-1].prose.sentences)

    @cached_property
    def _lines(self) -> list[str]:
        text = self._case.draft.chapter.text
        return [sentence.span.of(text) for sentence in self._sentences]

    @cached_property
    def _told(self) -> list[tuple[str, frozenset[str]]]:
        """What happens, each with its words' stems."""
        language = self._language
        return [
            (line, content(line, language))
            for line, sentence in zip(self._lines, self._sentences, strict=True)
            if not language.finder("irrealis").search(sentence.marked)
        ]

    @cached_property
    def _days(self) -> list[tuple[str, int]]:
        """The dates that it names, by their day of the year."""
        found = []
        for line in self._lines:
            if (day := self._day(line)) is not None:
                found.append((line, day))
        return found

    def comes_to(self, setup: Setup) -> str:
        """Words that tell of the time by which a setup was to be paid off."""
        for kind in self._language.setup_kinds:
            for pattern in kind.deadline if kind.kind == setup.kind else ():
                if (match := pattern.search(setup.text)) is not None:
                    return self._reached(match.group("what"))
        return ""

    def _reached(self, what: str) -> str:
        due = self._day(what)
        if due is not None:
            over = (line for line, day in self._days if 0 <= (day - due) % _YEAR < _HALF)
            return next(over, "")
        stems = content(what, self._language)
        return next((line for line, words in self._told if stems and stems <= words), "")

    def _day(self, text: str) -> int | None:
        """The day of the year that a text names: a feast, or a month with or without its day."""
        language = self._language
        for feast, (month, day) in language.feasts.items():
            if re.search(rf"\b(?:{feast})\b", text, re.IGNORECASE):
                return month * _MONTH + day
        for pattern in language.patterns("named_days"):
            if (match := pattern.search(text)) is not None:
                month = language.lists["months"].index(match["word"].lower()) + 1
                number = match.groupdict().get("number")
                return month * _MONTH + (language.read_number(number) or 1 if number else 1)
        return None

    def breaks(self, setup: Setup) -> str:
        """Words that tell how somebody does what they vowed never to do, as if nothing were."""
        who, _, what = setup.subject.rpartition(": ")
        wanted = self._forsworn(who, what)
        char = self._case.apart()[-1].prose.cast.chars.get(who)
        if len(wanted) < _LEAST:
            return ""
        find = self._language.finder
        for at, (sentence, line) in enumerate(zip(self._sentences, self._lines, strict=True)):
            if not sentence.mentions or sentence.mentions[0].char != char:
                continue
            near = " ".join(self._lines[max(0, at - _NEAR) : at + _NEAR + 1])
            if any(find(name).search(sentence.marked) for name in _DOUBTFUL):
                continue
            there = meanings(line, self._language)
            if all(each & there for each in wanted) and not find("vow_spoken").search(near):
                return line
        return ""

    def _forsworn(self, who: str, what: str) -> list[frozenset[str]]:
        """What somebody is never to do, each of its words by its meanings."""
        language = self._language
        found = (pattern.search(what) for pattern in language.patterns("vowed_never"))
        vowed = next((match for match in found if match), None)
        if vowed is None or language.finder("vow_terms").search(what):
            return []
        own = frozenset(who.lower().split())
        light = language.light_words | frozenset(language.lists["vow_light"]) | own
        words = _WORD.findall(vowed["what"].lower())
        return [language.meanings(each) for each in words if len(each) > 2 and each not in light]
