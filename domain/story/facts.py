"""Facts: who or what, stands in which relation, to what, from when until when, says who."""

from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field

from domain.book import Frozen


class StoryTime(NamedTuple):
    """A place in the story, by chapter (from 1; 0 is before the story) and scene (from 1)."""

    chapter: int
    scene: int = 0


class Standing(StrEnum):
    """How sure a fact is: laid down by the author, taken from a text, or a character's belief."""

    CANON = "canon"
    INFERRED = "inferred"
    BELIEF = "belief"


class Source(Frozen):
    """Where a fact is from: a chapter by its number (0 is the bible) and words quoted from it."""

    chapter: int = Field(ge=0)
    quote: str = Field(default="", max_length=2000)


class Fact(Frozen):
    """One statement about the story.

    It holds from `since` on, and where it ends before `until`. A belief is what `believer` takes
    for true. `object` is a value or a name, lower case but for names.
    """

    subject: Annotated[str, Field(min_length=1, max_length=200)]
    predicate: Annotated[str, Field(min_length=1, max_length=200)]
    object: Annotated[str, Field(max_length=2000)]
    since: StoryTime
    until: StoryTime | None = None
    standing: Standing = Standing.INFERRED
    believer: str | None = Field(default=None, max_length=200)
    source: Source

    def holds_at(self, moment: StoryTime) -> bool:
        """Whether it holds then, as far as it goes by itself."""
        return self.since <= moment and (self.until is None or moment < self.until)


class Predicate(NamedTuple):
    """What kind of statement a predicate makes.

    functional: a subject has one such object at a time; irreversible: once so, always so;
    temporal: changes in the course of a story, so that a later one replaces an earlier one.
    """

    name: str
    functional: bool
    irreversible: bool = False
    temporal: bool = False


PREDICATES = {
    predicate.name: predicate
    for predicate in (
        Predicate("eyes", functional=True),
        Predicate("hair", functional=True, temporal=True),
        Predicate("skin", functional=True),
        Predicate("voice", functional=True),
        Predicate("build", functional=True),
        Predicate("mark", functional=False),  # scars, limps, missing fingers
        Predicate("hand", functional=True),  # left or right
        Predicate("age", functional=True, temporal=True),
        Predicate("birthplace", functional=True),
        Predicate("religion", functional=True, temporal=True),
        Predicate("nationality", functional=True),
        Predicate("accent", functional=True),
        Predicate("profession", functional=True, temporal=True),
        Predicate("alive", functional=True, irreversible=True, temporal=True),  # object yes / no
        Predicate("located_in", functional=True, temporal=True),
        Predicate("possesses", functional=False, temporal=True),
        Predicate("spouse_of", functional=True, temporal=True),
        Predicate("parent_of", functional=False),
        Predicate("sibling_of", functional=False),
        Predicate("knows", functional=False, temporal=True),  # object is what is known
        Predicate("trait", functional=False),
        Predicate("speaks", functional=False),
        Predicate("is", functional=False),  # any other attribute, `object` is `key: value`
    )
}
"""The predicates whose logic is known; any other is kept, and taken for multi-valued."""
