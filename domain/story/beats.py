"""Beats: the plan of a chapter, scene by scene."""

from typing import Annotated

from pydantic import Field

from domain.book import Frozen
from domain.story.bible import Name


class Beat(Frozen):
    """What is to happen in one scene; `words` is how long it should be."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]
    place: Annotated[str, Field(max_length=200)] = ""
    characters: Annotated[tuple[Name, ...], Field(max_length=50)] = ()
    words: int = Field(default=0, ge=0, le=50_000)
