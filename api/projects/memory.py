"""What the story has established, as of a chapter, and as it was known at an earlier version."""

import asyncio
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query
from pydantic.json_schema import SkipJsonSchema
from starlette.responses import Response

from api.errors import Refusal
from api.problems import ProblemType, documented
from api.projects.found import (
    PROJECT,
    PROJECT_PROBLEMS,
    ProjectIdInPath,
    find_project,
    json_response,
)
from api.services import Services, Using
from domain.book import Frozen
from domain.entities.project import PROJECT as KIND
from domain.entities.project.answers import CoherenceReport, CostReport, Facts, Moments, Setups
from domain.entities.project.queries import (
    CharacterSheet,
    Coherence,
    Costs,
    FactsAt,
    KnownBy,
    OpenSetups,
    Timeline,
)
from domain.entity import Query as Question
from domain.events import StreamId
from domain.story.memory import Knowledge, Sheet

router = APIRouter()
T = TypeVar("T", bound=Frozen)

AtChapter = Annotated[
    int | SkipJsonSchema[None],
    Query(ge=0, le=1000, description="as things stand at the end of this chapter; else now"),
]
AsOfVersion = Annotated[
    int | SkipJsonSchema[None],
    Query(ge=1, le=10**15, description="what was known when the project had this version"),
]
Name = Annotated[str, Query(min_length=1, max_length=200, description="a name or an alias")]


@router.get(
    "/v1/projects/{project_id}/memory/facts",
    summary="What is true",
    response_model=Facts,
    response_description="Facts, and apart from them beliefs.",
    responses=documented(*PROJECT_PROBLEMS),
)
async def facts(
    project_id: ProjectIdInPath,
    services: Using,
    at_chapter: AtChapter = None,
    as_of_version: AsOfVersion = None,
    subject: Annotated[
        str | SkipJsonSchema[None],
        Query(min_length=1, max_length=200, description="only of this name or alias"),
    ] = None,
) -> Response:
    """From the bible and the approved chapters, each with its source."""
    query = FactsAt(chapter=at_chapter, subject=subject)
    return await _answered(services, project_id, query, as_of_version)


@router.get(
    "/v1/projects/{project_id}/memory/knows",
    summary="What a character knows",
    response_model=Knowledge,
    response_description="What they have learnt, and what they believe.",
    responses=documented(*PROJECT_PROBLEMS),
)
async def knows(
    project_id: ProjectIdInPath,
    services: Using,
    character: Name,
    at_chapter: AtChapter = None,
    as_of_version: AsOfVersion = None,
) -> Response:
    """What they were there for, were told, or what everybody knows."""
    query = KnownBy(character=character, chapter=at_chapter)
    return await _answered(services, project_id, query, as_of_version)


@router.get(
    "/v1/projects/{project_id}/memory/sheet",
    summary="Somebody or something over time",
    response_model=Sheet,
    response_description="What is said of them, in story order.",
    responses=documented(*PROJECT_PROBLEMS),
)
async def sheet(
    project_id: ProjectIdInPath,
    services: Using,
    name: Name,
    at_chapter: AtChapter = None,
    as_of_version: AsOfVersion = None,
) -> Response:
    """A character, place or item."""
    query = CharacterSheet(name=name, chapter=at_chapter)
    return await _answered(services, project_id, query, as_of_version)


@router.get(
    "/v1/projects/{project_id}/memory/timeline",
    summary="What happened when",
    response_model=Moments,
    response_description="Moments in story order.",
    responses=documented(*PROJECT_PROBLEMS),
)
async def timeline(
    project_id: ProjectIdInPath,
    services: Using,
    at_chapter: AtChapter = None,
    as_of_version: AsOfVersion = None,
) -> Response:
    """The bible's timeline, and the changes that the chapters tell of."""
    return await _answered(services, project_id, Timeline(chapter=at_chapter), as_of_version)


@router.get(
    "/v1/projects/{project_id}/setups",
    summary="What is promised",
    response_model=Setups,
    response_description="Setups in the order of planting.",
    responses=documented(*PROJECT_PROBLEMS),
)
async def setups(
    project_id: ProjectIdInPath,
    services: Using,
    at_chapter: AtChapter = None,
    ended: Annotated[bool, Query(description="also what is paid off or abandoned")] = False,
    as_of_version: AsOfVersion = None,
) -> Response:
    """What the chapters have planted, with where it stands."""
    query = OpenSetups(chapter=at_chapter, ended=ended)
    return await _answered(services, project_id, query, as_of_version)


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
    return await _answered(services, project_id, Coherence(), None)


@router.get(
    "/v1/projects/{project_id}/costs",
    summary="What it has cost",
    response_model=CostReport,
    response_description="By chapter, purpose and model.",
    responses=documented(*PROJECT_PROBLEMS),
)
async def costs(project_id: ProjectIdInPath, services: Using) -> Response:
    """Calls that were begun and never answered are `unknown`: they may have cost something."""
    return await _answered(services, project_id, Costs(), None)


async def _answered(
    services: Services, project_id: str, query: Question, as_of_version: int | None
) -> Response:
    found = await find_project(services, project_id)
    if as_of_version is None or as_of_version == found.version:
        answer = await services.entities.query(PROJECT, project_id, query)
        return json_response(answer.value, version=answer.version)
    if as_of_version > found.version:
        raise Refusal(ProblemType.INVALID_REQUEST, f"The project is at version {found.version}.")
    return json_response(await _as_of(services, project_id, query, as_of_version))


async def _as_of(services: Services, project_id: str, query: Question, version: int) -> Frozen:
    """The answer of the project as it was, from its events up to a version."""
    state = KIND.initial
    async for recorded in services.log.read(StreamId(PROJECT, project_id), 0):
        if recorded.version > version:
            break
        event = recorded.event
        state = KIND.evolve(state, KIND.decode(event.type, event.schema_version, event.data))
    return await asyncio.to_thread(KIND.answer, state, query)
