"""Memory: what a story has established, derived from the bible and the approved chapters.

It is made anew from them whenever they change, so that what an earlier chapter no longer says is
nowhere kept.
"""

import re
from collections import defaultdict
from collections.abc import Sequence, Set
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from domain.book import Frozen
from domain.story import setup_life
from domain.story.bible import Bible, Character, Named
from domain.story.canon import WORLD, canon
from domain.story.facts import PREDICATES, Fact, Standing, StoryTime
from domain.story.names import fold_name
from domain.story.prompts.material import Scope
from domain.story.record import ChapterRecord
from domain.story.setups import Setup
from domain.story.truth import settled

PART_CHAPTERS = 10
"""Chapters of a part."""

_SUMMARY_LENGTHS = {Scope.CHAPTER: 10_000, Scope.PART: 2500, Scope.BOOK: 5000}  # characters
_SENTENCE_END = re.compile(r"""[.!?…]["'”’»)]*(?=\s|$)""")
_LAST_SCENE = 1_000_000


def end_of(chapter: int) -> StoryTime:
    """The end of a chapter; of chapter 0, the moment before the story begins."""
    return StoryTime(chapter, _LAST_SCENE)


class Knowledge(Frozen):
    """What a character has learnt: what is so, what was so when they learnt it, and what they
    believe."""

    character: str
    facts: tuple[Fact, ...] = ()
    outdated: tuple[Fact, ...] = ()
    beliefs: tuple[Fact, ...] = ()


class Sheet(Frozen):
    """Somebody or something over time: what is said of them, in story order."""

    name: str
    aliases: tuple[str, ...] = ()
    voice: str = ""
    facts: tuple[Fact, ...] = ()


class Moment(Frozen):
    """An entry of the timeline; `when` is the author's words, `kind` is `bible` or a predicate."""

    chapter: int
    scene: int = 0
    when: str = ""
    kind: str
    text: str


class Told(Frozen):
    """What the chapters from `first` to `last` tell, in short."""

    scope: Scope
    first: int
    last: int
    text: str


class _Stated(NamedTuple):
    fact: Fact
    record: ChapterRecord | None  # None: the bible
    known_by: Sequence[str] | None  # as the bible says; None: everybody


class Memory:
    """What is known of a story. Names may be aliases, in any case."""

    def __init__(self, bible: Bible, records: Sequence[ChapterRecord]) -> None:
        self.bible = bible
        self.records = sorted(records, key=lambda record: record.number)

    def entry(self, name: str) -> Named | None:
        """The bible's entry of a name or alias."""
        return self._entries.get(fold_name(name))

    def mentions(self, name: str) -> bool:
        """Whether the bible or a fact has somebody or something of that name."""
        return self._key(name) in self._names

    def may_know(self, name: str) -> bool:
        """Whether a name is somebody's, as far as the bible says whose it is."""
        entry = self.entry(name)
        return isinstance(entry, Character) if entry else self._key(name) != fold_name(WORLD)

    @cached_property
    def facts(self) -> Sequence[Fact]:
        """All that was true at some time, in story order, with its end where it has one."""
        things = {item.name for item in self.bible.items}
        return settled([stated.fact for stated in self._stated], self._named, things)

    @cached_property
    def beliefs(self) -> Sequence[Fact]:
        """All that somebody took for true."""
        return sorted(
            (
                fact.model_copy(
                    update={
                        "subject": self._named(fact.subject),
                        "object": self._named(fact.object),
                        "believer": self._named(fact.believer or ""),
                    }
                )
                for fact, _, _ in self._stated
                if fact.standing is Standing.BELIEF
            ),
            key=lambda fact: fact.since,
        )

    def facts_at(self, moment: StoryTime, subject: str | None = None) -> list[Fact]:
        """What is true at a moment, of one subject or of all; `end_of` a chapter is such."""
        about = self._key(subject) if subject is not None else None
        return [
            fact
            for fact in self.facts
            if fact.holds_at(moment) and about in {None, fold_name(fact.subject)}
        ]

    def beliefs_at(self, moment: StoryTime, believer: str | None = None) -> list[Fact]:
        """What is believed at a moment, by one or by all."""
        who = self._key(believer) if believer is not None else None
        return [
            fact
            for fact in self.beliefs
            if fact.holds_at(moment) and who in {None, fold_name(fact.believer or "")}
        ]

    def known_by(self, character: str, moment: StoryTime) -> Knowledge:
        """What a character knows at a moment.

        That is canon, unless it says who knows it; what is told of themselves; and what a chapter
        establishes in a scene where they are. That they were told something is a fact of theirs.
        """
        who = self._key(character)
        learnt: dict[tuple[str, str, str], list[StoryTime]] = defaultdict(list)
        for stated in self._stated:
            fact = stated.fact
            if _told(fact) <= moment and self._learns(who, stated):
                learnt[self._statement(fact)].append(fact.since)
        known = [
            fact
            for fact in self.facts
            if any(map(fact.holds_at, learnt.get(self._statement(fact), ())))
        ]
        return Knowledge(
            character=self._named(character),
            facts=tuple(fact for fact in known if fact.holds_at(moment)),
            outdated=tuple(fact for fact in known if not fact.holds_at(moment)),
            beliefs=tuple(self.beliefs_at(moment, character)),
        )

    def sheet(self, name: str, moment: StoryTime | None = None) -> Sheet:
        """Somebody or something over time, up to a moment."""
        entry, who = self.entry(name), self._key(name)
        return Sheet(
            name=entry.name if entry else name,
            aliases=entry.aliases if entry else (),
            voice=getattr(entry, "voice", ""),
            facts=tuple(
                fact
                for fact in self.facts
                if fold_name(fact.subject) == who and (moment is None or fact.since <= moment)
            ),
        )

    def setups_at(self, chapter: int) -> list[Setup]:
        """See `setup_life.setups_at`."""
        return setup_life.setups_at(self.records, chapter)

    def open_setups_at(self, chapter: int) -> list[Setup]:
        """See `setup_life.open_setups_at`."""
        return setup_life.open_setups_at(self.records, chapter)

    def timeline(self, chapter: int | None = None) -> list[Moment]:
        """What the bible tells, then what changed, in story order, up to a chapter's end."""
        told = [
            Moment(chapter=0, when=each.when, kind="bible", text=each.text)
            for each in self.bible.timeline
        ]
        changes = [
            Moment(
                chapter=fact.since.chapter,
                scene=fact.since.scene,
                kind=fact.predicate,
                text=f"{fact.subject}: {fact.object}",
            )
            for fact in self.facts
            if _is_change(fact) and (chapter is None or fact.since.chapter <= chapter)
        ]
        return told + changes

    def summaries(self, chapter: int | None = None, scope: Scope = Scope.CHAPTER) -> list[Told]:
        """Summaries up to a chapter: of each, of parts of ten, of the book so far.

        Those of a part and of the book are made of its chapters' summaries, each cut short.
        """
        told = [
            record
            for record in self.records
            if record.extraction.summary and (chapter is None or record.number <= chapter)
        ]
        match scope:
            case Scope.CHAPTER:
                return [_summed_up(scope, [record]) for record in told]
            case Scope.PART:
                parts = groupby(told, lambda record: (record.number - 1) // PART_CHAPTERS)
                return [_summed_up(scope, list(part)) for _, part in parts]
            case Scope.BOOK:
                return [_summed_up(scope, told)] if told else []

    def so_far(self, chapter: int) -> list[Told]:
        """What is to be told before a chapter: earlier parts in short, the latest ten to twenty
        chapters each by itself."""
        first = max(chapter - PART_CHAPTERS, 1)
        parts = [
            each
            for each in self.summaries(chapter - 1, Scope.PART)
            if (each.first - 1) // PART_CHAPTERS < (first - 1) // PART_CHAPTERS
        ]
        begins = (first - 1) // PART_CHAPTERS * PART_CHAPTERS + 1
        return parts + [each for each in self.summaries(chapter - 1) if each.first >= begins]

    @cached_property
    def _entries(self) -> dict[str, Named]:
        entries: dict[str, Named] = {}
        for entry in self.bible.entries:  # a name goes before another's alias
            entries.setdefault(fold_name(entry.name), entry)
        for entry in self.bible.entries:
            for alias in entry.aliases:
                entries.setdefault(fold_name(alias), entry)
        return entries

    @cached_property
    def _names(self) -> Set[str]:
        """Whom and what the story has, as keys."""
        named = [name for _, _, known_by in self._stated for name in known_by or ()]
        for fact, _, _ in self._stated:
            named += [fact.subject, fact.believer or ""]
            if fact.object[:1].isupper():
                named.append(fact.object)
        return {self._key(name) for name in named if name} | self._entries.keys()

    @cached_property
    def _stated(self) -> Sequence[_Stated]:
        """Every fact, as it was stated."""
        laid_down = [_Stated(fact, None, known_by) for fact, known_by in canon(self.bible)]
        return laid_down + [
            _Stated(fact, record, None)
            for record in self.records
            for fact in record.extraction.facts
        ]

    def _learns(self, who: str, stated: _Stated) -> bool:
        """Whether somebody (a key) has learnt a fact from its statement."""
        fact, record, known_by = stated
        if record is None:
            return known_by is None or who in map(self._key, known_by)
        scenes, scene = record.extraction.scenes, fact.since.scene
        if fact.since.chapter == record.number and 0 < scene <= len(scenes):
            scenes = scenes[scene - 1 : scene]
        return who == self._key(fact.subject) or any(
            who == self._key(name) for present in scenes for name in present
        )

    def _statement(self, fact: Fact) -> tuple[str, str, str]:
        return self._key(fact.subject), fact.predicate, self._key(fact.object)

    def _named(self, name: str) -> str:
        entry = self.entry(name)
        return entry.name if entry else name

    def _key(self, name: str) -> str:
        return fold_name(self._named(name))


def _told(fact: Fact) -> StoryTime:
    """When the story states a fact, which may be long after it came to be so."""
    if fact.source.chapter == fact.since.chapter:
        return fact.since
    return StoryTime(fact.source.chapter)


def _is_change(fact: Fact) -> bool:
    predicate = PREDICATES.get(fact.predicate)
    return predicate is not None and predicate.temporal and fact.since.chapter > 0


def _summed_up(scope: Scope, records: Sequence[ChapterRecord]) -> Told:
    each = _SUMMARY_LENGTHS[scope] // len(records)
    return Told(
        scope=scope,
        first=records[0].number,
        last=records[-1].number,
        text=" ".join(_shortened(record.extraction.summary, each) for record in records),
    )


def _shortened(text: str, length: int) -> str:
    """Its first sentences, or words of the first one."""
    if len(text) <= length:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, length)]
    if ends:
        return text[: ends[-1]]
    return text[: max(length - 1, 0)].rsplit(None, 1)[0] + "…" if length > 1 else ""
