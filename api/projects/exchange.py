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
from api.projects.bodies import TransferredChapter, TransferredProject
from api.projects.found import (
    PROJECT_PROBLEMS,
    ProjectIdInPath,
    ask,
    find_project,
    json_response,
    new_id,
    project_path,
)
from api.projects.views import ProjectView
from api.services import Services, Using
from domain.entities.project.commands import CreateProject, OwnChapter
from domain.entities.project.queries import WholeProject
from domain.entities.project.state import ProjectState
from domain.story.texts import TextRef

router = APIRouter()
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_EPUB = "application/epub+zip"
_MARKDOWN = "text/markdown"
_AT_ONCE = 16  # texts that are being stored


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
    """`json` has the bible and each chapter's newest text; what it has cost stays here."""
    await find_project(services, project_id)
    _, state = await ask(services, project_id, WholeProject(), ProjectState)
    if format is Format.JSON:
        return json_response(await _transferred(services, project_id, state))
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
    response_description="The project; its chapters are being read and checked.",
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
    """Its chapters come as the author's own texts, to be approved one by one."""
    services = asker.services
    body = await asker.body(TransferredProject)
    load_language(body.language)

    async def respond(command_id: str) -> Response:
        project_id = new_id("project", command_id)
        # All texts first, then the project with all its chapters: there is no half of one.
        texts: list[TextRef] = []
        for start in range(0, len(body.chapters), _AT_ONCE):
            some = body.chapters[start : start + _AT_ONCE]
            texts += await asyncio.gather(
                *(services.texts.put(project_id, each.text) for each in some)
            )
        command = CreateProject(
            command_id=command_id,
            title=body.title,
            language=body.language,
            bible=body.bible,
            budget=body.budget,
            chapters=tuple(
                OwnChapter(
                    chapter_id=new_id("chapter", project_id, str(each.number)),
                    number=each.number,
                    text=text,
                )
                for each, text in zip(body.chapters, texts, strict=True)
            ),
        )
        await asker.execute(project_id, command)
        found = await find_project(services, project_id)
        return json_response(
            ProjectView.of(found), 201, found.version, Location=project_path(project_id)
        )

    fingerprint = hashlib.sha256(body.model_dump_json().encode()).hexdigest()
    return await idempotency.once(fingerprint, respond)


async def _transferred(
    services: Services, project_id: str, state: ProjectState
) -> TransferredProject:
    chapters = [
        TransferredChapter(
            number=chapter.number, text=await services.texts.get(project_id, chapter.written.text)
        )
        for chapter in state.in_order
        if chapter.written and chapter.written.text
    ]
    return TransferredProject(
        title=state.title,
        language=state.language,
        bible=state.bible,
        budget=state.budget,
        chapters=tuple(chapters),
    )


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
