"""Setups and payoffs: what was promised and forgotten, and what comes from nowhere."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial

from domain.story.bible import Character, Named, bible_words
from domain.story.coherence.case import Analysis, Case
from domain.story.coherence.promises import KIND, TRACKER, last_told, unkept
from domain.story.coherence.verdict import Evidence, Finding, Severity, Skipped
from domain.story.cues import any_noun
from domain.story.extraction.payoffs import OPEN, advance
from domain.story.extraction.setups import content, with_people
from domain.story.language import Language
from domain.story.reading import ChapterReading
from domain.story.setups import Setup, SetupStatus
from domain.story.text.mentions import Sentence
from domain.story.text.prose import Prose
from domain.story.text.speakers import spoken

_UNUSED_FROM = 8
"""Chapters after which an item of the bible may be expected to have come up."""

_MOST_OVERDUE = 20
_SOON = 3
"""Sentences within which a thing's use decides something."""

_QUOTE = 400


class ChekhovTracker:
    """Follows setups through the approved chapters and the draft. It never blocks.

    Overdue is what no chapter came back to within its kind's patience; it is for information, and
    a warning where twice as long has passed or the draft ends the story. A warning, too, is a
    weapon, a thing or a skill that decides something and was never heard of before.
    """

    name = TRACKER

    def analyse(self, case: Case) -> Analysis:
        """Overdue setups, payoffs that were never set up, items that nobody has used."""
        if not case.language.setup_kinds:
            reason = f"no setups are known in the language {case.language.code!r}"
            return Analysis(skipped=[Skipped(check=self.name, reason=reason)])
        findings = [*_overdue(case), *_unused(case)]
        if case.earlier:
            findings += _from_nowhere(case)
        return Analysis(findings)


def _overdue(case: Case) -> Iterator[Finding]:
    setups: tuple[Setup, ...] = ()
    told = {each.number: each.prose for each in case.told}
    for reading in sorted(case.earlier, key=lambda each: each.chapter.number):
        after = partial(advance, setups, reading, case.language)
        prose = told.get(reading.chapter.number)
        setups = prose.once(advance, after, given=setups) if prose else after()
    setups = advance(setups, case.draft, case.language)
    number = case.draft.chapter.number
    yield from unkept(case, setups)
    ends = _ends(case.draft.chapter.text, case.language)
    open_ones = [
        setup
        for setup in setups
        if setup.status in OPEN and setup.planted.chapter < number and last_told(setup) < number
    ]
    overdue = [setup for setup in open_ones if ends or setup.status is SetupStatus.OVERDUE]
    overdue.sort(key=lambda setup: (last_told(setup), setup.setup_id))
    for setup in overdue[:_MOST_OVERDUE]:
        patience = (setup.due or number) - last_told(setup)
        late = ends or number - last_told(setup) > 2 * patience
        yield Finding(
            analyser=TRACKER,
            kind=KIND,
            severity=Severity.WARNING if late else Severity.INFO,
            message=f"{setup.kind} without a payoff: {setup.subject} (planted in chapter "
            f"{setup.planted.chapter}, last mentioned in chapter {last_told(setup)})",
            evidence=(
                Evidence(source=f"chapter {setup.planted.chapter}", quote=setup.planted.quote),
            ),
        )


def _ends(text: str, language: Language) -> bool:
    """Whether a text says of itself that it is the story's end."""
    return any(
        language.pattern(each).search(text.strip()) for each in language.setups.nowhere.the_end
    )


def _unused(case: Case) -> Iterator[Finding]:
    """Items of the bible that no chapter has come to."""
    readings = (*case.earlier, case.draft)
    if len(readings) < _UNUSED_FROM:
        return
    present = {name for reading in readings for name in reading.present}
    for item in case.bible.items:
        if item.name not in present:
            yield Finding(
                analyser=TRACKER,
                kind=KIND,
                severity=Severity.INFO,
                message=f"{item.name} is in the bible and in none of {len(readings)} chapters",
                evidence=(Evidence(source="bible", quote=item.name),),
            )


def _from_nowhere(case: Case) -> Iterator[Finding]:
    text = case.draft.chapter.text
    prose = case.apart()[-1].prose
    finder = _Nowhere(case, prose)
    told = [(each, finder.at(at)) for at, each in enumerate(prose.sentences)]
    told += [(each, finder.entrusted(each, each.marked)) for _, each in spoken(prose)]
    for sentence, found in told:
        for subject, message in found:
            quote = sentence.span.of(text)[:_QUOTE].rstrip()
            yield Finding(
                analyser=TRACKER,
                kind=KIND,
                severity=Severity.WARNING,
                message=f"{subject} {message}",
                evidence=(Evidence(source="draft", quote=quote),),
            )


class _Nowhere:
    """Looks for what decides something and was never heard of."""

    def __init__(self, case: Case, prose: Prose) -> None:
        self._prose = prose
        self._bible = case.bible
        self._language = language = case.language
        self._before = "\n".join(
            [*bible_words(case.bible), *(reading.chapter.text for reading in case.earlier)]
        )
        self._first_ends: dict[str, int] = {}
        """Patterns, and where the draft first has them; 0 for what was told before it."""
        self._acquainted = _acquainted(case.earlier)
        cues = language.setups.nowhere
        weapon = language.setups.objects.get("weapon")
        nouns = [noun for each in language.setups.objects.values() for noun in each.nouns]
        self._decisive = _compiled(language, cues.decisive, weapon.nouns if weapon else ())
        self._weapons = any_noun(weapon.nouns) if weapon else ""
        everyday = language.lists["everyday"]
        rare = [thing for thing in language.lists["things"] if thing not in everyday]
        given = dict.fromkeys((*nouns, *cues.things, *rare))
        self._entrusted = _compiled(language, cues.entrusted, tuple(given))
        self._outcome, self._explained, self._armed, self._windfall = (
            [language.pattern(each) for each in patterns]
            for patterns in (cues.outcome, cues.explained, cues.armed, cues.windfall)
        )

    def at(self, place: int) -> Iterator[tuple[str, str]]:
        """What a sentence brings from nowhere, and what is to be said of it."""
        sentence = self._prose.sentences[place]
        if not sentence.mentions:
            return
        marked = with_people(self._prose, sentence)
        for match in _all(self._decisive, marked):
            if self._decides(place) and not self._has_weapons(match.group("s"), marked, place):
                yield match.group("noun").lower(), "decides it here and was never set up"
        yield from self.entrusted(sentence, marked)
        for match in _all(self._windfall, marked):
            what = match.group("what")
            asked = content(what, self._language)
            known = sum(self._is_known(stem, place) for stem in asked)
            if 2 * known < len(asked):
                yield self._name(match.group("s")), f"{what.strip()}: it was never set up"

    def entrusted(self, sentence: Sentence, marked: str) -> Iterator[tuple[str, str]]:
        """A thing that somebody known is said to have given or hidden before, and never did."""
        start = sentence.span.start
        for match in _all(self._entrusted, marked):
            groups, noun = match.groupdict(), match["noun"]
            giver = groups.get("giver")
            if groups.get("s"):
                name = self._name(match["s"])
                known = name in self._acquainted
            else:
                name, known = f"the {giver}", bool(giver) and self._heard(giver or "", start)
            if known and not self._heard(noun, start):
                yield noun.lower(), f"is said to have come from {name}, and was never mentioned"

    def _name(self, char: str) -> str:
        return self._prose.cast.by_char[char].name

    def _is_known(self, stem: str, place: int) -> bool:
        """Whether a word of that stem is anywhere before a sentence of the draft."""
        if stem in self._stems_before:
            return True
        return self._first_of_stem.get(stem, place) < place

    @cached_property
    def _stems_before(self) -> frozenset[str]:
        return content(self._before, self._language)

    @cached_property
    def _first_of_stem(self) -> Mapping[str, int]:
        """The first sentence of the draft with each stem."""
        first: dict[str, int] = {}
        start = 0
        for place, sentence in enumerate(self._prose.sentences):
            text = self._prose.text[start : sentence.span.end]
            for stem in content(text, self._language):
                first.setdefault(stem, place)
            start = sentence.span.end
        return first

    def _told_before(self, word: str, start: int) -> bool:
        """Whether a pattern fits anywhere before a place in the draft."""
        if word not in self._first_ends:
            find = re.compile(word, re.IGNORECASE).search
            ends = [match.end() for match in (find(self._prose.text),) if match]
            never = len(self._prose.text) + 1
            self._first_ends[word] = 0 if find(self._before) else min(ends, default=never)
        return self._first_ends[word] <= start

    def _heard(self, noun: str, start: int) -> bool:
        word = rf"\b{re.escape(noun.lower().removesuffix('s'))}s?\b"
        return self._told_before(word, start)

    def _decides(self, place: int) -> bool:
        soon = self._prose.sentences[place : place + _SOON]
        return any(_all(self._outcome, each.marked) for each in soon)

    def _has_weapons(self, char: str, marked: str, place: int) -> bool:
        """Whether the weapon is accounted for: by the scene, by who they are, by any before."""
        name = self._name(char)
        entries = (entry for entry in self._bible.characters if entry.name == name)
        known = " ".join((name, *(text for entry in entries for text in _texts_of(entry))))
        return (
            name not in self._acquainted
            or bool(_all(self._explained, marked))
            or bool(_all(self._armed, known))
            or self._told_before(self._weapons, self._prose.sentences[place].span.start)
        )


def _compiled(
    language: Language, patterns: Sequence[str], nouns: Sequence[str]
) -> list[re.Pattern[str]]:
    if not nouns:
        return []
    return [language.pattern(each.replace("{noun}", any_noun(nouns))) for each in patterns]


def _all(patterns: Sequence[re.Pattern[str]], text: str) -> list[re.Match[str]]:
    return [match for pattern in patterns if (match := pattern.search(text))]


def _acquainted(earlier: Sequence[ChapterReading]) -> frozenset[str]:
    """Whom the approved chapters have shown."""
    names = {name for reading in earlier for name in reading.present}
    speakers = {said.speaker for reading in earlier for said in reading.utterances if said.speaker}
    return frozenset(names | speakers)


def _texts_of(entry: Named) -> Iterator[str]:
    yield from entry.names
    yield from entry.attributes.values()
    if isinstance(entry, Character):
        yield entry.voice
