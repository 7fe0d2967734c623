"""Passages of a project's memory, and what a chapter was written from."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema
from starlette.responses import Response

from api.errors import Refusal
from api.problems import ProblemType, documented
from api.projects.found import (
    CHAPTER_PROBLEMS,
    PROJECT,
    PROJECT_PROBLEMS,
    NumberInPath,
    ProjectIdInPath,
    find_project,
    json_response,
)
from api.services import From, Services, Using
from domain.entity import Command, Origin
from domain.errors import ObjectMissing
from domain.story.coherence.verdict import Skipped
from domain.story.passages import Passage
from jobs.ingestion.records import load
from jobs.writing.calls import Calls, Run
from jobs.writing.memory import Embed
from jobs.writing.recall import ContextReport, report_key

router = APIRouter()


class Hit(BaseModel):
    """A passage that was found."""

    passage: Passage
    score: float = Field(description="reciprocal ranks, added up")
    channels: dict[str, int] = Field(description="who found it, at which rank")


class SearchResult(BaseModel):
    """The best first; `skipped` names the ways of searching that were away."""

    hits: list[Hit]
    skipped: list[Skipped]


class _Wanted(BaseModel):
    """What is looked for."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, StringConstraints(strip_whitespace=True)] = Field(
        min_length=1, max_length=2000, description="names, words, a question"
    )
    limit: int = Field(default=20, ge=1, le=100, description="passages wanted")
    before_chapter: int | SkipJsonSchema[None] = Field(
        default=None, ge=1, le=1000, description="only what was told before this chapter"
    )


@router.get(
    "/v1/projects/{project_id}/memory/search",
    summary="Search the story",
    response_model=SearchResult,
    response_description="Passages of the bible and the approved chapters.",
    responses=documented(ProblemType.STORE_UNAVAILABLE, *PROJECT_PROBLEMS),
)
async def search(
    project_id: ProjectIdInPath,
    services: Using,
    origin: From,
    wanted: Annotated[_Wanted, Query()],
) -> Response:
    """By names, by words, by meaning and by connection. Whatever mentions a name that is asked for
    is found, beyond the limit if need be."""
    await find_project(services, project_id)
    found = await services.memory.search(
        project_id,
        wanted.q,
        _embed(services, project_id, origin),
        before=wanted.before_chapter,
        limit=wanted.limit,
    )
    hits = [
        Hit(passage=each.passage, score=each.score, channels=dict(each.ranks))
        for each in found.found
    ]
    return json_response(SearchResult(hits=hits, skipped=list(found.skipped)))


@router.get(
    "/v1/projects/{project_id}/chapters/{number}/context",
    summary="What a chapter was written from",
    response_model=ContextReport,
    response_description="What was put into its context, what was left out, and why.",
    responses=documented(
        ProblemType.CONTEXT_NOT_FOUND, ProblemType.STORE_UNAVAILABLE, *CHAPTER_PROBLEMS
    ),
)
async def context(project_id: ProjectIdInPath, number: NumberInPath, services: Using) -> Response:
    """Of the newest revision; the author's own text has none."""
    chapter = (await find_project(services, project_id)).chapter(number)
    key = report_key(project_id, chapter.chapter_id, chapter.revision)
    try:
        report = await load(services.store, key, ContextReport)
    except ObjectMissing:
        raise Refusal(
            ProblemType.CONTEXT_NOT_FOUND, f"Chapter {number} was not written from a context."
        ) from None
    return json_response(report)


def _embed(services: Services, project_id: str, origin: Origin) -> Embed:
    """Vectors from the model; what they cost, if anything, is in the project's ledger."""
    if services.settings.llm_embedding_model is None:
        return services.model.embed

    async def do(command: Command) -> None:
        await services.entities.execute(PROJECT, project_id, command, origin=origin)

    calls = Calls(services.model, do, Run(f"search:{uuid4().hex}"))
    return lambda texts: calls.embed("query", texts)
