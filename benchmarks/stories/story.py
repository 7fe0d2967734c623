"""The stories in `texts/`: a bible, approved chapters, a draft, and edits of it."""

import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple, Self

from pydantic import Field, model_validator

from domain.book import Frozen
from domain.story.bible import Bible

TEXTS = Path(__file__).parent / "texts"


class Kind(StrEnum):
    """What an error is about."""

    ATTRIBUTE = "attribute"
    LIFE_AND_DEATH = "life_and_death"
    PLACE_AND_TRAVEL = "place_and_travel"
    POSSESSION = "possession"
    TIME_AND_AGE = "time_and_age"
    RELATION = "relation"
    KNOWLEDGE = "knowledge"
    NAME = "name"
    RULE = "rule"
    SETUP = "setup"  # paid off and never planted, or planted and never paid off
    DRIFT = "drift"  # a character who is suddenly somebody else


class Difficulty(StrEnum):
    """How plainly an edit says what it says."""

    EXPLICIT = "explicit"  # names and plain words
    PARAPHRASED = "paraphrased"  # other words, or pronouns
    IMPLIED = "implied"  # to be concluded


class Edited(NamedTuple):
    """A text with an edit in it, and where the new passage is."""

    text: str
    start: int
    end: int


class Edit(Frozen):
    """New words in place of old ones, or after them; `why` says what makes it an error or not."""

    kind: Kind
    difficulty: Difficulty = Difficulty.EXPLICIT
    replaces: str = ""
    after: str = ""
    text: str
    why: str
    chapter: int | None = None
    """The chapter that is edited, where it is not the draft: a promise that is not kept."""

    @model_validator(mode="after")
    def _has_one_place(self) -> Self:
        if bool(self.replaces) == bool(self.after):
            raise ValueError(f"either `replaces` or `after`: {self.text}")
        return self

    def apply(self, text: str) -> Edited:
        """Put the passage into the text.

        Raises:
            ValueError: its place is not in the text exactly once.
        """
        place = self.replaces or self.after
        if text.count(place) != 1:
            raise ValueError(f"found {text.count(place)} times: {place}")
        start = text.index(place)
        rest = start + len(place)
        before = text[:start] if self.replaces else text[:rest] + " "
        return Edited(before + self.text + text[rest:], len(before), len(before) + len(self.text))


class Story(Frozen):
    """A story that agrees with itself; each edit makes another draft of it.

    `held_out` stories are not looked at by whoever works on the gate.
    """

    slug: str
    title: str
    manner: str
    language: str
    held_out: bool
    bible: Bible
    chapters: tuple[str, ...]
    draft: str
    planted: tuple[Edit, ...] = Field(min_length=1)
    herrings: tuple[Edit, ...] = Field(min_length=1)


@cache
def stories() -> tuple[Story, ...]:
    """All stories, by file name."""
    return tuple(_read(path) for path in sorted(TEXTS.glob("*.toml")))


def _read(path: Path) -> Story:
    content = tomllib.loads(path.read_text("utf-8"))
    for part in ("chapters", "draft"):
        value = content[part]
        content[part] = (
            value.strip() if isinstance(value, str) else [text.strip() for text in value]
        )
    return Story.model_validate({"slug": path.stem} | content)
