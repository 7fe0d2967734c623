"""A whole project taken along: out as JSON, Markdown or EPUB, in as JSON."""

import asyncio
import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from adapters.exports.manuscript import Manuscript, ManuscriptChapter, epub, markdown
from adapters.languages import load_language
from api.errors import Refusal
from api.idempotency import Once
from api.json_body import BODY_PROBLEMS, described_body
from api.openapi import headers
from api.problems import ENTITY_PROBLEMS, ProblemType, documented
from api.projects.asking import Asking
from api.projects.budget import check_budget
from api.projects.found import (
    PROJECT_PROBLEMS,
    ProjectIdInPath,
    ask,
    find_project,
    json_response,
    new_id,
    project_path,
)
from api.projects.transfer import TransferredProject, exported, imported
from api.projects.views import ProjectView
from api.services import Services, Using
from domain.entities.project.queries import WholeProject
from domain.entities.project.state import ProjectState

router = APIRouter()
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_EPUB = "application/epub+zip"
_MARKDOWN = "text/markdown"


class Format(StrEnum):
    """What a project can be taken along as."""

    JSON = "json"
    MARKDOWN = "md"
    EPUB = "epub"


@router.get(
    "/v1/projects/{project_id}/export",
    summary="Take a project along",
    response_model=TransferredProject,
    response_description="The project, or the approved text.",
    responses={
        200: {"content": {_MARKDOWN: _BINARY, _EPUB: _BINARY}},
        **documented(
            ProblemType.NOTHING_APPROVED, ProblemType.STORE_UNAVAILABLE, *PROJECT_PROBLEMS
        ),
    },
)
async def export(
    project_id: ProjectIdInPath,
    services: Using,
    format: Annotated[
        Format, Query(description="`json` can be imported; `md` and `epub` are the approved text")
    ] = Format.JSON,
) -> Response:
    """`json` is the whole project: the bible, and each chapter with its approved and its newest
    text, what was read in them, the gate's verdicts and the author's marks. What it has cost, and
    chapters without a text, stay here."""
    await find_project(services, project_id)
    _, state = await ask(services, project_id, WholeProject(), ProjectState)
    if format is Format.JSON:
        return json_response(await exported(services.texts, project_id, state))
    manuscript = Manuscript(
        identifier=project_id,
        title=state.title,
        language=state.language,
        chapters=await _approved(services, project_id, state),
    )
    if format is Format.MARKDOWN:
        return Response(markdown(manuscript), media_type=f"{_MARKDOWN}; charset=utf-8")
    return Response(await asyncio.to_thread(epub, manuscript), media_type=_EPUB)


@router.post(
    "/v1/projects/import",
    status_code=201,
    summary="Bring a project along",
    response_model=ProjectView,
    response_description="The project.",
    responses={
        201: {"headers": headers(ETag="the version", Location="the project")},
        **documented(
            *BODY_PROBLEMS,
            ProblemType.COMMAND_REFUSED,
            ProblemType.LANGUAGE_MISSING,
            ProblemType.IDEMPOTENCY_KEY_REUSED,
            ProblemType.STORE_UNAVAILABLE,
            *ENTITY_PROBLEMS,
        ),
    },
    openapi_extra=described_body(TransferredProject),
)
async def bring(asker: Asking, idempotency: Once) -> Response:
    """As it was exported, so it stands here: what was approved is approved. A chapter that comes
    with a `text` only, as in exports of format 1, is read and checked as the author's own."""
    services = asker.services
    body = await asker.body(TransferredProject)
    load_language(body.language)
    check_budget(body.budget, services.settings)

    async def respond(command_id: str) -> Response:
        project_id = new_id("project", command_id)
        command = await imported(services.texts, project_id, command_id, body)
        await asker.execute(project_id, command)
        found = await find_project(services, project_id)
        return json_response(
            ProjectView.of(found), 201, found.version, Location=project_path(project_id)
        )

    fingerprint = hashlib.sha256(body.model_dump_json().encode()).hexdigest()
    return await idempotency.once(fingerprint, respond)


async def _approved(
    services: Services, project_id: str, state: ProjectState
) -> Sequence[ManuscriptChapter]:
    chapters = [
        ManuscriptChapter(
            chapter.number, await services.texts.get(project_id, chapter.approved.text)
        )
        for chapter in state.in_order
        if chapter.approved and chapter.approved.text
    ]
    if not chapters:
        raise Refusal(ProblemType.NOTHING_APPROVED, "Approve a chapter first.")
    return chapters
