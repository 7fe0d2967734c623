"""Habits and likings: what somebody never does, hates or loves, against what a draft tells."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from domain.story.coherence.case import Case
from domain.story.coherence.consistency.content import content
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.language import Language
from domain.story.text.cast import WORD, Cast
from domain.story.text.mentions import Sentence
from domain.story.text.prose import read_prose
from domain.story.text.speakers import every_sentence

_QUOTE = 400
_WORDS = 3
"""Words by which it is known again what somebody hates, or never does."""
_CLAUSE = re.compile(r"[,;:]")
_REACH = 3
"""Words between somebody and what they do."""
_OPPOSITE = {"hates": "loves", "loves": "hates"}


class _Habit(NamedTuple):
    """What somebody hates, loves or never does, by the stems of its words."""

    who: str
    does: str
    what: tuple[str, ...]
    source: Evidence


def habits(case: Case, told: Sequence[Told]) -> Iterator[Finding]:
    """What people love in the draft and hated before, or the reverse; do, and never did."""
    *before, draft = told
    cast = draft.prose.cast
    known = [*_laid_down(case, cast), *(each for at in before for each in _once(at))]
    growth = [cast.language.pattern(text) for text in cast.language.traits.growth]
    for habit in known:
        quote = _otherwise(habit, draft)
        at = draft.text.find(quote)
        around = draft.text[max(0, at - _QUOTE) : at + len(quote) + _QUOTE]
        if not quote or any(each.search(around) for each in growth):
            continue
        yield Finding(
            analyser="drift",
            kind="drift",
            severity=Severity.WARNING,
            message=f"{habit.who} {habit.does} ({' '.join(habit.what)}) by what came before; "
            "nothing in the text says why that is over",
            evidence=(Evidence(source="draft", quote=quote), habit.source),
        )


def _once(told: Told) -> Sequence[_Habit]:
    return told.prose.once(_of_chapter, partial(_of_chapter, told))


def _of_chapter(told: Told) -> Sequence[_Habit]:
    """What the narrator and the speakers of a chapter say that people hate, love or never do."""
    found: list[_Habit] = []
    for sentence in every_sentence(told.prose):
        quote = sentence.span.of(told.text)[:_QUOTE]
        source = Evidence(source=f"chapter {told.number}", quote=quote)
        found += _said(sentence, source, told.prose.cast, "habit")
    return found


def _laid_down(case: Case, cast: Cast) -> Iterator[_Habit]:
    """What the bible says so."""
    language = cast.language
    laid = [*(fact.text for fact in case.bible.facts), *(rule.text for rule in case.bible.rules)]
    texts = [(text, text) for text in laid]
    for entry in case.bible.characters:
        for key, value in entry.attributes.items():
            texts += [(f"{entry.name} {value}.", value)]
            for does in _OPPOSITE:
                if key.lower().strip() in language.lists[f"keys_{does}"]:
                    says = language.lists[f"says_{does}"][0]
                    texts += [(says.format(entry.name, each), value) for each in value.split(",")]
    for text, quote in texts:
        for sentence in read_prose(text, cast).sentences:
            source = Evidence(source="bible", quote=quote[:_QUOTE])
            yield from _said(sentence, source, cast, "habit_laid")


def _said(sentence: Sentence, source: Evidence, cast: Cast, never: str) -> Iterator[_Habit]:
    language, marked = cast.language, sentence.marked
    if "?" in marked or language.finder("unreal").search(marked):
        return
    for does, phrasing in (("hates", "hates"), ("loves", "loves"), ("never", never)):
        for pattern in language.patterns(f"{phrasing}_any"):
            for match in pattern.finditer(marked):
                if any(char in cast.by_char for char in match["what"]) or language.finder(
                    "told_when"
                ).search(_CLAUSE.split(marked[match.start() :])[0]):
                    continue
                end = match.start("what") if does == "loves" else match.start()  # `cannot bear`
                if does != "never" and any(
                    language.finder(each).search(marked[:end]) for each in ("negation", "irrealis")
                ):
                    continue
                words = match["what"] + " " + (match.groupdict().get("rest") or "")
                what = tuple(content(words, language)[:_WORDS])
                if what and (does != "never" or _telling(what, language)):
                    yield _Habit(cast.by_char[match["s"]].name, does, what, source)


def _telling(what: Sequence[str], language: Language) -> bool:
    """Whether it is a habit by which somebody is known, not just what did not happen."""
    return len(what) > 1 and what[0] not in {
        language.stem(each) for each in language.lists["acts_any"]
    }


def _otherwise(habit: _Habit, draft: Told) -> str:
    """The words of the draft that have it the other way round."""
    if habit.does != "never":
        return next(
            (
                each.source.quote
                for each in _once(draft)
                if (each.who, each.does) == (habit.who, _OPPOSITE[habit.does])
                and habit.what[0] == each.what[0]
            ),
            "",
        )
    cast = draft.prose.cast
    language, char = cast.language, cast.chars.get(habit.who, "")
    for sentence in every_sentence(draft.prose):
        marked = sentence.marked
        if not char or char not in marked or "?" in marked:
            continue
        clause = marked[marked.index(char) + 1 :]
        stems = [language.stem(each) for each in map(str.lower, WORD.findall(clause))]
        if habit.what[0] not in stems[: _REACH + 1] or not set(habit.what) <= set(stems):
            continue
        if not any(
            language.finder(name).search(marked) for name in ("unreal", "irrealis", "negation")
        ):
            return sentence.span.of(draft.text)[:_QUOTE]
    return ""
