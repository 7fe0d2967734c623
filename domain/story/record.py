"""What is kept of a chapter beside its text."""

from typing import Annotated

from pydantic import Field

from domain.book import Frozen
from domain.story.bible import Name
from domain.story.facts import Fact
from domain.story.setups import Setup

FACTS = 500
"""Most facts taken from one chapter."""

SETUPS = 200
"""Most setups met in one chapter."""

SCENES = 100
"""Most scenes of a chapter."""


class Extraction(Frozen):
    """What a chapter says: facts, setups that it plants, carries on or pays off (the same
    `setup_id` through all chapters), a summary, and who is there in each scene, from the first;
    nothing in `scenes` where that is not known."""

    facts: Annotated[tuple[Fact, ...], Field(max_length=FACTS)] = ()
    setups: Annotated[tuple[Setup, ...], Field(max_length=SETUPS)] = ()
    summary: Annotated[str, Field(max_length=10_000)] = ""
    scenes: Annotated[
        tuple[Annotated[tuple[Name, ...], Field(max_length=200)], ...], Field(max_length=SCENES)
    ] = ()


class ChapterRecord(Frozen):
    """An approved chapter as memory knows it."""

    chapter_id: str
    number: int
    revision: int
    extraction: Extraction
