"""What somebody wants to know of a project."""

from typing import Annotated

from pydantic import Field

from domain.entities.project.commands import ChapterId
from domain.entities.project.parts import Part
from domain.entity import Query
from domain.story.prompts.material import Scope

Name = Annotated[str, Field(min_length=1, max_length=200)]
Chapter = Annotated[int, Field(ge=0, le=100_000)]
Scene = Annotated[int, Field(ge=1, le=1000)]


class WholeProject(Query):
    """Everything the entity knows, as `ProjectState`: with bible and facts it may be large."""


class CurrentBible(Query):
    """The story bible, as `Bible`."""


class MemoryVersion(Query):
    """How often what the project has established has changed, as `Established`."""


class ChapterList(Query):
    """The project in short and all its chapters, as `Outline`."""


class OneChapter(Query):
    """One chapter by its id or its number, as `ChapterDetails`."""

    chapter_id: ChapterId | None = None
    number: Chapter | None = None


class FactsAt(Part):
    """What is true at the end of a chapter, or in a scene of it, and what is believed, as `Facts`;
    of one subject or of all. Without a chapter, as things stand now."""

    LONG = True
    chapter: Chapter | None = None
    scene: Scene | None = None
    subject: Name | None = None


class KnownBy(Part):
    """What a character knows at the end of a chapter, as `Knowledge`."""

    LONG = True
    character: Name
    chapter: Chapter | None = None


class CharacterSheet(Part):
    """Somebody or something over time, up to the end of a chapter, as `Sheet`."""

    LONG = True
    name: Name
    chapter: Chapter | None = None


class OpenSetups(Part):
    """What is promised and not paid off at the end of a chapter, as `Setups`; with `ended` also
    what is paid off or abandoned."""

    LONG = True
    chapter: Chapter | None = None
    ended: bool = False


class Timeline(Part):
    """What happened, in story order, up to the end of a chapter, as `Moments`."""

    LONG = True
    chapter: Chapter | None = None


class Summaries(Part):
    """What the chapters tell in short, up to one of them, as `SummaryList`."""

    LONG = True
    chapter: Chapter | None = None
    scope: Scope = Scope.CHAPTER


class Coherence(Query):
    """What the gate says of all chapters, as `CoherenceReport`."""


class Costs(Query):
    """What calls to models have cost, as `CostReport`."""
