"""What a language says by which words where stories promise, and where characters are out of
character. Patterns are written as `domain.story.patterns` has it; in those of objects `{noun}`
is one of the object's nouns."""

from collections.abc import Callable, Iterable, Mapping
from re import Pattern
from typing import NamedTuple

from pydantic import Field

from domain.book import Frozen
from domain.story.text import marks

Compile = Callable[[str], Pattern[str]]
Patterns = tuple[Pattern[str], ...]

OBJECT = "object"
"""The kind of setups that are things; the others are named by a language's file."""

_REACH = 20
"""Words between somebody's name and what they do."""


class SetupCues(Frozen):
    """How setups of one kind are planted, and by what they are done with.

    Narrated patterns are looked for in what the narrator says, spoken ones in what is said aloud;
    where the subject is no noun, group `what` is what the setup is about. `paid` and `dropped`
    are looked for in a sentence about the subject.
    """

    nouns: tuple[str, ...] = ()
    narrated: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    affirmed: tuple[str, ...] = ()
    """What somebody adds who means the sentence before: `I promise.`"""
    mentioned: tuple[str, ...] = ()
    """Words for the setup itself: the oath, the wager."""
    paid: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    deadline: tuple[str, ...] = ()
    """In its text: what is to happen only after it (group `what`)."""
    done_is_paid: bool = False
    """Whether it is paid off by what it is about being done, whatever the words."""
    patience: int = Field(default=8, ge=1)
    """Chapters without a mention from which it is overdue."""


class SetupKind(NamedTuple):
    """A kind of setup, its patterns compiled; `noun` finds the things of the kind."""

    kind: str
    cues: SetupCues
    noun: Pattern[str] | None
    narrated: Patterns
    spoken: Patterns
    affirmed: Patterns
    mentioned: Patterns
    paid: Patterns
    dropped: Patterns
    deadline: Patterns


class NowhereCues(Frozen):
    """How what was never set up comes in just when it is wanted."""

    decisive: tuple[str, ...] = ()
    """Somebody `{S}` uses a `{noun}`."""
    outcome: tuple[str, ...] = ()
    """What makes the use decisive, in the same sentence or soon after."""
    explained: tuple[str, ...] = ()
    """Where a thing comes from, when the scene says so."""
    armed: tuple[str, ...] = ()
    """Those who carry a weapon as a matter of course."""
    things: tuple[str, ...] = ()
    """Further things of which a story tells whose they were."""
    entrusted: tuple[str, ...] = ()
    """The `{noun}` that `{S}` is said to have given before."""
    windfall: tuple[str, ...] = ()
    """By luck, somebody `{S}` can do what is wanted (group `what`)."""
    the_end: tuple[str, ...] = ()
    """A story's last words, or the heading of its last part."""


class Setups(Frozen):
    """Setups in one language: things by what they are, words given by their kind."""

    objects: Mapping[str, SetupCues] = Field(default_factory=dict)
    words: Mapping[str, SetupCues] = Field(default_factory=dict)
    nowhere: NowhereCues = NowhereCues()

    def compiled(self, compile_one: Compile) -> tuple[SetupKind, ...]:
        """Every kind with its patterns."""
        named = [(OBJECT, cues) for cues in self.objects.values()] + list(self.words.items())
        return tuple(_compiled(kind, cues, compile_one) for kind, cues in named)


class TraitCues(Frozen):
    """One trait: how a bible or a text claims it, and what shows the opposite.

    `shown` patterns are of the narrator's sentences, about somebody `{S}`; `…` in them is some
    words among which nobody else is named; `spoken` ones of the
    character's own words; `longest_speech` is the most words at a time that suit the trait.
    """

    claims: tuple[str, ...]
    shown: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    longest_speech: int | None = Field(default=None, ge=1)


class TraitKind(NamedTuple):
    """A trait, its patterns compiled."""

    name: str
    cues: TraitCues
    claims: Patterns
    shown: Patterns
    spoken: Patterns


class Traits(Frozen):
    """Traits in one language, and the words by which a text remarks on a change."""

    growth: tuple[str, ...] = ()
    first_person: tuple[str, ...] = ()
    """How somebody begins who speaks of themselves."""
    denials: tuple[str, ...] = ()
    """Values of attributes that deny what their key says."""
    denied: str = "{key}"
    """How such a pair is put in words."""
    named: str = "{key} {value}"
    """How another is: `fear: heights`."""
    stops: tuple[str, ...] = ()
    """Words after which a verb is no longer the subject's that was named before."""
    kinds: Mapping[str, TraitCues] = Field(default_factory=dict)

    def compiled(self, compile_one: Compile) -> tuple[TraitKind, ...]:
        """Every trait with its patterns."""
        stops = rf"(?!(?:{'|'.join(self.stops)})\b)" if self.stops else ""
        person = marks.PERSON.strip("[]")
        reach = rf"(?:{stops}(?:[^\s.;:!?{person}]|[{person}]{marks.OWNER})+\s+){{0,{_REACH}}}?"
        return tuple(
            TraitKind(
                name,
                cues,
                tuple(map(compile_one, cues.claims)),
                tuple(compile_one(shown.replace("… ", reach)) for shown in cues.shown),
                tuple(map(compile_one, cues.spoken)),
            )
            for name, cues in self.kinds.items()
        )


def any_noun(nouns: Iterable[str]) -> str:
    """A pattern for any of some nouns, one or more of it, as group `noun`."""
    ordered = sorted(nouns, key=lambda noun: (-len(noun), noun))
    return r"(?P<noun>\b(?:" + "|".join(ordered) + r")s?\b)"


def _compiled(kind: str, cues: SetupCues, compile_one: Compile) -> SetupKind:
    noun = any_noun(cues.nouns) if cues.nouns else ""

    def each(patterns: Iterable[str]) -> Patterns:
        return tuple(compile_one(pattern.replace("{noun}", noun)) for pattern in patterns)

    return SetupKind(
        kind,
        cues,
        compile_one(noun) if noun else None,
        each(cues.narrated),
        each(cues.spoken),
        each(cues.affirmed),
        each(cues.mentioned),
        each(cues.paid),
        each(cues.dropped),
        each(cues.deadline),
    )
