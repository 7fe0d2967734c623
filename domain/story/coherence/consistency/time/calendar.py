"""The course of time in a text: days, months and hours as it names them, and how it goes on."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Literal, NamedTuple

from domain.story.language import Language
from domain.story.text import marks
from domain.story.text.prose import Prose
from domain.story.text.sentences import Span

Scale = Literal["weekday", "month", "hour"]
_CYCLE: dict[Scale, float] = {"weekday": 7, "month": 12, "hour": 24}
_SLACK: dict[Scale, float] = {"weekday": 0.01, "month": 1, "hour": 1}
_HOURS = {"minute": 1 / 60, "hour": 1, "day": 24, "night": 24, "week": 168, "month": 730}
_PER: dict[Scale, float] = {"weekday": 24, "month": 730, "hour": 1}
_NEAR = 3
"""Sentences after `the next morning` in which a day's name is that morning's."""
_OPENING = 2
"""Sentences of a scene in which `the next morning` goes on from the last scene."""
_STALE = 120
"""Sentences after which a day's name says nothing of today."""


class Place(NamedTuple):
    """Where in a story a sentence is: which text, its number there, its scene and span."""

    text: int
    at: int
    scene: int
    span: Span


class Clash(NamedTuple):
    """A sentence with a time, and one whose time cannot be so much later."""

    before: Place
    after: Place


class _Moment(NamedTuple):
    """A time that a text names as its present: from and to, on a scale that goes round."""

    scale: Scale
    low: float
    high: float


class _Shift(NamedTuple):
    """So many hours go by; None for nobody knows how many."""

    hours: float | None


class _Course:
    """What time it is, as far as a text has said."""

    def __init__(self) -> None:
        self._known: dict[Scale, tuple[_Moment, Place]] = {}
        self._shifted: dict[Scale, float] = {}
        self._since = 0
        self._begun = 0

    def scene(self, place: Place) -> None:
        """A scene begins here."""
        self._begun = place.at

    def shift(self, shift: _Shift, here: Place) -> None:
        """Time goes by."""
        for scale, (_, said) in list(self._known.items()):
            other = (said.text, said.scene) != (here.text, here.scene)
            late = here.at - self._begun > _OPENING
            stale = said.text == here.text and here.at - said.at > _STALE
            if shift.hours is None or (other and late) or stale:
                del self._known[scale]
                self._shifted.pop(scale, None)
            else:
                self._shifted[scale] = self._shifted.get(scale, 0) + shift.hours
        self._since = here.at

    def moment(self, now: _Moment, here: Place) -> Place | None:
        """A time is named; the place of the one that it does not go with, if any."""
        prior, shifted = self._known.get(now.scale), self._shifted.pop(now.scale, None)
        if now.scale == "hour" and shifted is None and prior and now.high < prior[0].low:
            self._known.pop("weekday", None)  # a night has gone by that is not told
        self._known[now.scale] = (now, here)
        if prior is None or shifted is None or here.at - self._since > _NEAR:
            return None
        return None if _goes_with(now, prior[0], shifted) else prior[1]


def clashes(texts: Sequence[Prose]) -> Iterator[Clash]:
    """Where the times that texts name, in order, do not go with how much later they say it is."""
    course = _Course()
    for number, prose in enumerate(texts):
        language = prose.cast.language
        scene = 0
        for index, sentence in enumerate(prose.sentences):
            here = Place(number, index, sentence.scene, sentence.span)
            if sentence.scene != scene:
                scene = sentence.scene
                course.scene(here)
            shortened = sentence.span.of(prose.narrated)
            text = shortened.replace(marks.SPOKEN, " ")
            if any(language.finder(name).search(text) for name in ("unreal", "time_told")):
                continue
            said = sentence.span.of(prose.text) if marks.SPOKEN in shortened else ""
            for sign in (*_signs(text, language), *_today(said, language)):
                if isinstance(sign, _Shift):
                    course.shift(sign, here)
                elif (before := course.moment(sign, here)) is not None:
                    yield Clash(before, here)


def _goes_with(now: _Moment, before: _Moment, hours: float) -> bool:
    """Whether a time can be that much later than another one."""
    cycle, slack = _CYCLE[now.scale], _SLACK[now.scale]
    later = hours / _PER[now.scale]
    if now.scale == "weekday":
        later = float(round(later))
    if now.scale == "hour":
        slack += 0.1 * later
    low, high = before.low + later - slack, before.high + later + slack
    return any(
        now.low + turn * cycle <= high and low <= now.high + turn * cycle
        for turn in range(-1, 3 + int(later // cycle))
    )


def _signs(text: str, language: Language) -> list[_Moment | _Shift]:
    """What a sentence says of time, in order."""
    found: list[tuple[int, _Moment | _Shift]] = []
    taken: list[tuple[int, int]] = []
    for pattern in language.patterns("time_count"):
        for match in pattern.finditer(text):
            found.append((match.start(), _Shift(_hours(match, language))))
            taken.append(match.span())
    for name, hours in (("time_next", 24.0), ("time_same", 0.0)):
        for match in language.finder(name).finditer(text):
            found.append((match.start(), _Shift(hours)))
            taken.append(match.span())
            found.append((match.start(), _Moment("hour", 0, 24)))
    loose = (
        (match.start(), _Shift(None)) for match in language.finder("time_loose").finditer(text)
    )
    for at, sign in chain(loose, _moments(text, language)):
        if not any(start <= at < end for start, end in taken):
            found.append((at, sign))
    signs = [sign for _, sign in sorted(found, key=lambda each: each[0])]
    jumps = any(pattern.search(text) for pattern in language.patterns("weekday_jump"))
    if jumps and not any(isinstance(sign, _Shift) for sign in signs):
        return [_Shift(None), *signs]
    return signs


def _today(said: str, language: Language) -> Iterator[_Moment]:
    """The day that somebody says it is."""
    words = [word.lower() for word in language.lists["weekdays"]]
    for pattern in language.patterns("weekday_today"):
        for match in pattern.finditer(said):
            at = float(words.index(match.group("word").lower()))
            yield _Moment("weekday", at, at)


def _hours(match: re.Match[str], language: Language) -> float | None:
    number = language.read_number(match.group("number"))
    unit = match.group("unit").lower()
    named = language.unit_names.get(unit) or language.unit_names.get(unit.rstrip("s"), unit)
    hours = _HOURS.get(named.rstrip("s"))
    return number * hours if number and hours else None


def _moments(text: str, language: Language) -> Iterator[tuple[int, _Moment | _Shift]]:
    scales: tuple[tuple[Scale, str, str], ...] = (
        ("weekday", "weekdays", "weekday_now"),
        ("month", "months", "month_now"),
    )
    for scale, names, phrasing in scales:
        words = [word.lower() for word in language.lists[names]]
        for pattern in language.patterns(phrasing):
            for match in pattern.finditer(text):
                at = float(words.index(match.group("word").lower()))
                yield match.start("word"), _Moment(scale, at, at)
    for match in language.finder("clock").finditer(text):
        start, end = language.clock[" ".join(match.group().lower().split())]
        yield match.start(), _Moment("hour", start, end)
