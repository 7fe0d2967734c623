"""Projects and chapters: looking them up, answering with them."""

from collections.abc import Mapping
from typing import Annotated, NamedTuple, TypeVar
from uuid import NAMESPACE_URL, uuid5

from fastapi import Path
from pydantic import BaseModel, StringConstraints
from starlette.responses import Response

from api.errors import Refusal
from api.problems import ENTITY_PROBLEMS, ProblemType
from api.services import Services
from api.versions import etag
from domain.book import Frozen
from domain.entities.project.answers import ChapterDetails, ChapterSummary, Outline
from domain.entities.project.queries import ChapterList, OneChapter
from domain.entities.project.state import Stage
from domain.entity import Query

PROJECT = "project"
T = TypeVar("T", bound=Frozen)

ProjectIdInPath = Annotated[
    str, Path(pattern="^[0-9a-f]{32}$", description="the id that the project was given")
]
NumberInPath = Annotated[int, Path(ge=1, le=1000, description="the chapter's place, from 1")]

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""A name, as a query parameter."""

PROJECT_PROBLEMS = (
    ProblemType.PROJECT_NOT_FOUND,
    ProblemType.INVALID_REQUEST,
    *ENTITY_PROBLEMS,
)
CHAPTER_PROBLEMS = (ProblemType.CHAPTER_NOT_FOUND, *PROJECT_PROBLEMS)


class FoundProject(NamedTuple):
    """A project that is there."""

    id: str
    version: int
    outline: Outline

    def chapter(self, number: int) -> ChapterSummary:
        """A chapter by its number. Raises `Refusal` if there is none."""
        for each in self.outline.chapters:
            if each.number == number:
                return each
        raise chapter_not_found(number)


def new_id(*parts: str) -> str:
    """An id that follows from its parts, so that a repeated request gives the same one."""
    return uuid5(NAMESPACE_URL, "\n".join(parts)).hex


def project_path(project_id: str) -> str:
    """Where a project is found."""
    return f"/v1/projects/{project_id}"


def chapter_path(project_id: str, number: int) -> str:
    """Where a chapter is found."""
    return f"{project_path(project_id)}/chapters/{number}"


def project_not_found(project_id: str) -> Refusal:
    """There is no such project, or no more."""
    return Refusal(ProblemType.PROJECT_NOT_FOUND, f"There is no project {project_id}.")


def chapter_not_found(number: int) -> Refusal:
    """The project has no such chapter."""
    return Refusal(ProblemType.CHAPTER_NOT_FOUND, f"The project has no chapter {number}.")


async def find_project(services: Services, project_id: str) -> FoundProject:
    """A project as it stands.

    Raises:
        Refusal: there is none.
        ShardUnavailable, LogUnavailable: as `Entities`.
    """
    version, outline = await ask(services, project_id, ChapterList(), Outline)
    if outline.stage is not Stage.OPEN:
        raise project_not_found(project_id)
    return FoundProject(project_id, version, outline)


async def find_chapter(
    services: Services, project_id: str, number: int
) -> tuple[int, ChapterDetails]:
    """The project's version, and a chapter with all that is known of it. Raises as
    `find_project`."""
    (await find_project(services, project_id)).chapter(number)
    return await ask(services, project_id, OneChapter(number=number), ChapterDetails)


async def ask(services: Services, project_id: str, query: Query, kind: type[T]) -> tuple[int, T]:
    """A project's answer, and the version it holds for. Raises as `Entities`."""
    answer = await services.entities.query(PROJECT, project_id, query)
    if not isinstance(answer.value, kind):
        raise TypeError(f"{type(query).__name__} was answered by {type(answer.value).__name__}")
    return answer.version, answer.value


def json_response(
    body: BaseModel, status: int = 200, version: int | None = None, **headers: str
) -> Response:
    """A record as a response; a version becomes its entity tag."""
    tagged: Mapping[str, str] = {} if version is None else {"ETag": etag(version)}
    return Response(
        body.model_dump_json(), status, {**tagged, **headers}, media_type="application/json"
    )
