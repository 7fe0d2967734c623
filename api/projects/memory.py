"""What the story has established, as of a chapter, and as it was known at an earlier version."""

import asyncio
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Request
from pydantic.json_schema import SkipJsonSchema
from starlette.responses import Response

from api.errors import invalid
from api.openapi import headers
from api.paging import Paged
from api.problems import ProblemType, Responses, documented
from api.projects.found import (
    PROJECT_PROBLEMS,
    Line,
    ProjectIdInPath,
    ask,
    find_project,
    json_response,
)
from api.projects.past import state_at
from api.services import Using
from domain.entities.project import PROJECT as KIND
from domain.entities.project.answers import (
    CoherenceReport,
    CostReport,
    Facts,
    Known,
    Moments,
    Setups,
    SheetPart,
    SummaryList,
)
from domain.entities.project.parts import Part, Partial
from domain.entities.project.queries import (
    CharacterSheet,
    Coherence,
    Costs,
    FactsAt,
    KnownBy,
    OpenSetups,
    Summaries,
    Timeline,
)
from domain.story.prompts.material import Scope

router = APIRouter()

_PROBLEMS = (ProblemType.TOO_MANY_REQUESTS, *PROJECT_PROBLEMS)
_NAME_PROBLEMS = (ProblemType.NAME_NOT_FOUND, *_PROBLEMS)
_PAGE: Responses = {
    200: {"headers": headers(ETag="the version it holds for", Link="the next page, as `rel=next`")}
}

Name = Annotated[Line, Query(description="a name or an alias")]


class _Question:
    """One question about what the story has established, answered page by page.

    Pages belong together as long as they have the same ETag.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what such a request may say
        self,
        request: Request,
        project_id: ProjectIdInPath,
        services: Using,
        paged: Paged,
        at_chapter: Annotated[
            int | SkipJsonSchema[None],
            Query(
                ge=0, le=1000, description="as things stand at the end of this chapter; else now"
            ),
        ] = None,
        as_of_version: Annotated[
            int | SkipJsonSchema[None],
            Query(ge=1, le=10**15, description="what was known when the project had this version"),
        ] = None,
    ) -> None:
        self._request = request
        self._project_id = project_id
        self._services = services
        self._paged = paged
        self._at_chapter = at_chapter
        self._as_of_version = as_of_version

    async def answer(self, kind: type[Part], **asked: object) -> Response:
        """The project's answer to a query of that kind. Raises as `Entities` and `EventLog`."""
        page = {"after": self._paged.after or 0, "most": self._paged.size}
        query = kind.model_validate({"chapter": self._at_chapter, **page, **asked})
        version, answer = await self._answered(query)
        link = self._paged.link(
            self._request.url.path,
            answer.next_cursor,
            at_chapter=self._at_chapter,
            as_of_version=self._as_of_version,
            **asked,
        )
        response = json_response(answer, version=version)
        response.headers.update(link)
        return response

    async def _answered(self, query: Part) -> tuple[int, Partial]:
        services, project_id, wanted = self._services, self._project_id, self._as_of_version
        found = await find_project(services, project_id)
        if wanted is None or wanted == found.version:
            return await ask(services, project_id, query, Partial)
        if wanted > found.version:
            raise invalid("query.as_of_version", f"the project is at version {found.version}")
        with self._request.app.state.replays.enter():
            state = await state_at(services.log, project_id, wanted)
            answer = await asyncio.to_thread(KIND.answer, state, query)
        return wanted, cast(Partial, answer)


Asked = Annotated[_Question, Depends()]


@router.get(
    "/v1/projects/{project_id}/memory/facts",
    summary="What is true",
    response_model=Facts,
    response_description="Facts, and after them beliefs.",
    responses={**_PAGE, **documented(*_NAME_PROBLEMS)},
)
async def facts(
    asked: Asked,
    subject: Annotated[
        Line | SkipJsonSchema[None], Query(description="only of this name or alias")
    ] = None,
) -> Response:
    """From the bible and the approved chapters, each with its source."""
    return await asked.answer(FactsAt, subject=subject)


@router.get(
    "/v1/projects/{project_id}/memory/knows",
    summary="What a character knows",
    response_model=Known,
    response_description="What they have learnt, what is so no longer, and what they believe.",
    responses={**_PAGE, **documented(*_NAME_PROBLEMS)},
)
async def knows(asked: Asked, character: Name) -> Response:
    """What they were there for, were told, or what everybody knows."""
    return await asked.answer(KnownBy, character=character)


@router.get(
    "/v1/projects/{project_id}/memory/sheet",
    summary="Somebody or something over time",
    response_model=SheetPart,
    response_description="What is said of them, in story order.",
    responses={**_PAGE, **documented(*_NAME_PROBLEMS)},
)
async def sheet(asked: Asked, name: Name) -> Response:
    """A character, place or item."""
    return await asked.answer(CharacterSheet, name=name)


@router.get(
    "/v1/projects/{project_id}/memory/timeline",
    summary="What happened when",
    response_model=Moments,
    response_description="Moments in story order.",
    responses={**_PAGE, **documented(*_PROBLEMS)},
)
async def timeline(asked: Asked) -> Response:
    """The bible's timeline, and the changes that the chapters tell of."""
    return await asked.answer(Timeline)


@router.get(
    "/v1/projects/{project_id}/memory/summaries",
    summary="The story in short",
    response_model=SummaryList,
    response_description="Summaries in story order.",
    responses={**_PAGE, **documented(*_PROBLEMS)},
)
async def summaries(
    asked: Asked,
    scope: Annotated[
        Scope, Query(description="of each chapter, of parts of ten, or of the book so far")
    ] = Scope.CHAPTER,
) -> Response:
    """Of the approved chapters. Those of a part and of the book are made of its chapters'."""
    return await asked.answer(Summaries, scope=scope)


@router.get(
    "/v1/projects/{project_id}/setups",
    summary="What is promised",
    response_model=Setups,
    response_description="Setups in the order of planting.",
    responses={**_PAGE, **documented(*_PROBLEMS)},
)
async def setups(
    asked: Asked,
    ended: Annotated[bool, Query(description="also what is paid off or abandoned")] = False,
) -> Response:
    """What the chapters have planted, with where it stands."""
    return await asked.answer(OpenSetups, ended=ended)


@router.get(
    "/v1/projects/{project_id}/coherence",
    summary="What the gate says of all chapters",
    response_model=CoherenceReport,
    response_description="By chapter, each with its worst findings.",
    responses=documented(*PROJECT_PROBLEMS),
)
async def coherence(project_id: ProjectIdInPath, services: Using) -> Response:
    """Of the newest revision of each chapter that was checked; all its findings are in the chapter.
    A score that is marked as stale belongs to a memory that has changed since."""
    await find_project(services, project_id)
    version, report = await ask(services, project_id, Coherence(), CoherenceReport)
    return json_response(report, version=version)


@router.get(
    "/v1/projects/{project_id}/costs",
    summary="What it has cost",
    response_model=CostReport,
    response_description="By chapter, purpose and model.",
    responses=documented(*PROJECT_PROBLEMS),
)
async def costs(project_id: ProjectIdInPath, services: Using) -> Response:
    """Calls that were begun and never answered are `unknown`: they may have cost something."""
    await find_project(services, project_id)
    version, report = await ask(services, project_id, Costs(), CostReport)
    return json_response(report, version=version)
