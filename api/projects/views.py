"""What is answered about projects."""

from pydantic import BaseModel, Field

from api.projects.found import FoundProject, chapter_path, project_path
from domain.entities.project.answers import ChapterDetails, ChapterSummary


class ProjectLinks(BaseModel):
    """Addresses that belong to a project."""

    self: str
    bible: str
    chapters: str
    facts: str
    search: str
    knows: str
    summaries: str
    setups: str
    timeline: str
    coherence: str
    costs: str
    events: str
    export: str


class ProjectView(BaseModel):
    """A project as it stands."""

    project_id: str
    version: int = Field(description="the ETag: grows with every event of the project")
    title: str
    language: str
    budget: float | None
    memory_version: int = Field(description="counts the changes of what is established")
    chapters: list[ChapterSummary]
    links: ProjectLinks

    @classmethod
    def of(cls, project: FoundProject) -> "ProjectView":
        """The view of a project."""
        base, outline = project_path(project.id), project.outline
        return cls(
            project_id=project.id,
            version=project.version,
            title=outline.title,
            language=outline.language,
            budget=outline.budget,
            memory_version=outline.memory_version,
            chapters=list(outline.chapters),
            links=ProjectLinks(
                self=base,
                bible=f"{base}/bible",
                chapters=f"{base}/chapters",
                facts=f"{base}/memory/facts",
                search=f"{base}/memory/search",
                knows=f"{base}/memory/knows",
                summaries=f"{base}/memory/summaries",
                setups=f"{base}/setups",
                timeline=f"{base}/memory/timeline",
                coherence=f"{base}/coherence",
                costs=f"{base}/costs",
                events=f"{base}/events",
                export=f"{base}/export",
            ),
        )


class ProjectItem(BaseModel):
    """A project in a list."""

    project_id: str
    title: str
    language: str
    chapters: int
    approved: int
    words: int = Field(description="of the approved chapters")
    version: int
    updated_at: str = Field(description="ISO 8601, UTC")
    href: str


class ProjectListView(BaseModel):
    """One page of the list."""

    items: list[ProjectItem]
    next_cursor: str | None = Field(description="leads to the next page; null on the last one")


class ChapterListView(BaseModel):
    """The chapters of a project by their numbers."""

    chapters: list[ChapterSummary]


class ChapterStarted(BaseModel):
    """Somebody is at work on a chapter."""

    chapter: ChapterSummary
    href: str
    events: str
    stream: str = Field(description="its events, and its text as it is written")

    @classmethod
    def of(cls, project: FoundProject, chapter: ChapterSummary) -> "ChapterStarted":
        """The view of a chapter of a project."""
        return cls(
            chapter=chapter,
            href=chapter_path(project.id, chapter.number),
            events=f"{project_path(project.id)}/events",
            stream=f"{chapter_path(project.id, chapter.number)}/stream",
        )


class ChapterView(ChapterDetails):
    """A chapter with its newest text; null while there is none."""

    content: str | None
