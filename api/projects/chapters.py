"""Chapters: having one written, handing in one's own, reading them."""

import hashlib

from fastapi import APIRouter
from starlette.responses import Response

from api.event_stream import (
    OneOfTheStreamsIfAsked,
    described,
    stream_response,
    wants_stream,
)
from api.idempotency import REPLAYED, Once
from api.json_body import BODY_PROBLEMS, described_body
from api.openapi import headers
from api.problems import ProblemType, Responses, documented
from api.projects.asking import Asking
from api.projects.bodies import NewChapter, OwnText
from api.projects.following import followed_chapter
from api.projects.found import (
    CHAPTER_PROBLEMS,
    PROJECT_PROBLEMS,
    FoundProject,
    NumberInPath,
    ProjectIdInPath,
    chapter_path,
    find_chapter,
    find_project,
    json_response,
    new_id,
)
from api.projects.views import ChapterListView, ChapterStarted, ChapterView
from api.services import Services, Using
from api.versions import ANY, IfMatch, expected_version, mismatch
from domain.entities.project.commands import DeleteChapter, GenerateChapter, PutChapterText
from domain.story.texts import TextRef

router = APIRouter()
_STARTED: Responses = {
    202: {"headers": headers(ETag="the project's version", Location="the chapter")}
}


@router.get(
    "/v1/projects/{project_id}/chapters",
    summary="All chapters",
    response_model=ChapterListView,
    response_description="The chapters by their numbers.",
    responses=documented(*PROJECT_PROBLEMS),
)
async def chapters(project_id: ProjectIdInPath, services: Using) -> Response:
    """Where each stands; a project has at most 1,000."""
    found = await find_project(services, project_id)
    return json_response(
        ChapterListView(chapters=list(found.outline.chapters)), version=found.version
    )


@router.post(
    "/v1/projects/{project_id}/chapters",
    status_code=202,
    summary="Have a chapter written",
    response_model=ChapterStarted,
    response_description="It is being written.",
    responses={
        **_STARTED,
        200: described(
            "Asked for with `Accept: text/event-stream`: the project's events for this chapter, "
            "and `token` events with its text as it is written. Ends when the chapter is at rest, "
            "or after `http_stream_seconds`; its address `/stream` goes on from there."
        ),
        **documented(
            *BODY_PROBLEMS,
            ProblemType.COMMAND_REFUSED,
            ProblemType.IDEMPOTENCY_KEY_REUSED,
            ProblemType.TOO_MANY_REQUESTS,
            *PROJECT_PROBLEMS,
        ),
    },
    openapi_extra=described_body(NewChapter, required=False),
)
async def generate(
    project_id: ProjectIdInPath, asker: Asking, idempotency: Once, streams: OneOfTheStreamsIfAsked
) -> Response:
    """Planned, written scene by scene, read, and checked against what the story has established;
    then it waits for the author's decision."""
    services = asker.services
    before = await find_project(services, project_id)
    body = await asker.body(NewChapter)

    async def respond(command_id: str) -> Response:
        command = GenerateChapter(
            command_id=command_id,
            chapter_id=_chapter_id(before, body.number, command_id),
            **dict(body),
        )
        await asker.execute(project_id, command)
        return await started(services, project_id, command.chapter_id)

    fingerprint = hashlib.sha256(body.model_dump_json().encode()).hexdigest()
    response = await idempotency.once(fingerprint, respond)
    if response.status_code != 202 or not wants_stream(asker.request):
        return response
    chapter = ChapterStarted.model_validate_json(bytes(response.body)).chapter
    after = before.version
    if REPLAYED in response.headers:  # from where the first answer was given
        after = expected_version(response.headers["etag"]) or after
    return stream_response(
        followed_chapter(services, project_id, chapter.chapter_id, after, streams)
    )


@router.get(
    "/v1/projects/{project_id}/chapters/{number}",
    summary="A chapter",
    response_model=ChapterView,
    response_description="The chapter.",
    responses={
        200: {"headers": headers(ETag="the project's version")},
        **documented(ProblemType.STORE_UNAVAILABLE, *CHAPTER_PROBLEMS),
    },
)
async def chapter(project_id: ProjectIdInPath, number: NumberInPath, services: Using) -> Response:
    """Its newest text, what it says, what the gate says of it, how it was written."""
    version, found = await find_chapter(services, project_id, number)
    content = await _content(services, project_id, found.chapter.text)
    return json_response(ChapterView(**dict(found), content=content), version=version)


@router.put(
    "/v1/projects/{project_id}/chapters/{number}",
    status_code=202,
    summary="Put a chapter's text",
    response_model=ChapterStarted,
    response_description="It is being read and checked.",
    responses={
        **_STARTED,
        **documented(
            *BODY_PROBLEMS,
            ProblemType.COMMAND_REFUSED,
            ProblemType.VERSION_MISMATCH,
            ProblemType.STORE_UNAVAILABLE,
            *PROJECT_PROBLEMS,
        ),
    },
    openapi_extra=described_body(OwnText),
)
async def put(
    project_id: ProjectIdInPath, number: NumberInPath, asker: Asking, if_match: IfMatch = None
) -> Response:
    """The author's own text is a further revision, and is checked as a generated one is."""
    services = asker.services
    before = await find_project(services, project_id)
    body = await asker.body(OwnText)
    if if_match == ANY and not any(each.number == number for each in before.outline.chapters):
        raise mismatch(f"There is no chapter {number} yet.")
    text = await services.texts.put(project_id, body.text)
    command_id = f"text:{before.version}:{number}:{text.sha256}"
    command = PutChapterText(
        command_id=command_id,
        chapter_id=_chapter_id(before, number, command_id),
        number=number,
        text=text,
    )
    await asker.execute(project_id, command, if_match)
    return await started(services, project_id, command.chapter_id)


@router.delete(
    "/v1/projects/{project_id}/chapters/{number}",
    status_code=204,
    summary="Delete a chapter",
    response_description="It is no more.",
    responses=documented(
        ProblemType.COMMAND_REFUSED, ProblemType.VERSION_MISMATCH, *CHAPTER_PROBLEMS
    ),
)
async def delete(
    project_id: ProjectIdInPath, number: NumberInPath, asker: Asking, if_match: IfMatch = None
) -> Response:
    """With all its revisions; its number is free again. If it was approved, memory is as if it had
    never been, and later chapters become stale. Refused while it is in the works."""
    chapter = (await find_project(asker.services, project_id)).chapter(number)
    command_id = f"delete:{chapter.chapter_id}"
    command = DeleteChapter(command_id=command_id, chapter_id=chapter.chapter_id)
    await asker.execute(project_id, command, if_match)
    return Response(status_code=204)


async def started(services: Services, project_id: str, chapter_id: str) -> Response:
    """The answer to what has set somebody to work on a chapter."""
    found = await find_project(services, project_id)
    chapter = next(each for each in found.outline.chapters if each.chapter_id == chapter_id)
    return json_response(
        ChapterStarted.of(found, chapter),
        202,
        found.version,
        Location=chapter_path(project_id, chapter.number),
    )


def _chapter_id(project: FoundProject, number: int | None, command_id: str) -> str:
    """That of the chapter with the number, or a new one."""
    for each in project.outline.chapters:
        if each.number == number:
            return each.chapter_id
    return new_id("chapter", project.id, command_id)


async def _content(services: Services, project_id: str, text: TextRef | None) -> str | None:
    return None if text is None else await services.texts.get(project_id, text)
