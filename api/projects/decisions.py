"""What the author decides about a chapter."""

import hashlib
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.responses import Response

from api.idempotency import Once
from api.json_body import BODY_PROBLEMS, described_body
from api.openapi import headers
from api.problems import ProblemType, Responses, documented
from api.projects.asking import Asking
from api.projects.bodies import Approval, Assignment, Intent, Rejection
from api.projects.chapters import started
from api.projects.found import (
    CHAPTER_PROBLEMS,
    NumberInPath,
    ProjectIdInPath,
    find_chapter,
    find_project,
    json_response,
)
from api.projects.views import ChapterStarted
from api.versions import IfMatch
from domain.entities.project.answers import ChapterDetails
from domain.entities.project.commands import (
    ApproveChapter,
    CancelGeneration,
    MarkIntentional,
    RecheckChapter,
    RejectChapter,
    ReviseChapter,
)
from domain.entity import Command

router = APIRouter()
_CHAPTER = "/v1/projects/{project_id}/chapters/{number}"
_PROBLEMS = documented(
    ProblemType.COMMAND_REFUSED,
    ProblemType.VERSION_MISMATCH,
    ProblemType.IDEMPOTENCY_KEY_REUSED,
    *BODY_PROBLEMS,
    *CHAPTER_PROBLEMS,
)
_DECIDED: Responses = {200: {"headers": headers(ETag="the project's version")}, **_PROBLEMS}
_STARTED: Responses = {
    202: {"headers": headers(ETag="the project's version", Location="the chapter")},
    **_PROBLEMS,
}
_SETS_TO_WORK = (RecheckChapter, ReviseChapter)


class _Decision:
    """One request that decides something about a chapter."""

    def __init__(
        self,
        project_id: ProjectIdInPath,
        number: NumberInPath,
        asker: Asking,
        idempotency: Once,
        if_match: IfMatch = None,
    ) -> None:
        self._project_id = project_id
        self._number = number
        self._asker = asker
        self._idempotency = idempotency
        self._if_match = if_match
        self.body = asker.body

    async def carry_out(
        self, body: BaseModel | None, command: Callable[[str, str], Command]
    ) -> Response:
        """Execute `command(command_id, chapter_id)`, and answer with the chapter as it is then."""
        services, project_id = self._asker.services, self._project_id

        async def respond(command_id: str) -> Response:
            found = await find_project(services, project_id)
            chapter = found.chapter(self._number)
            wanted = command(command_id, chapter.chapter_id)
            await self._asker.execute(project_id, wanted, self._if_match)
            if isinstance(wanted, _SETS_TO_WORK):
                return await started(services, project_id, chapter.chapter_id)
            version, details = await find_chapter(services, project_id, self._number)
            return json_response(details, version=version)

        said = f"{self._if_match}\n{body.model_dump_json() if body else ''}"
        return await self._idempotency.once(hashlib.sha256(said.encode()).hexdigest(), respond)


Deciding = Annotated[_Decision, Depends()]


@router.post(
    f"{_CHAPTER}/approve",
    summary="Approve a chapter",
    response_model=ChapterDetails,
    response_description="The chapter.",
    responses=_DECIDED,
    openapi_extra=described_body(Approval, required=False),
)
async def approve(decision: Deciding) -> Response:
    """It becomes part of what the story has established. Refused with the reason `not_acceptable`
    below a score of 7, and `stale` when memory has changed since the check, unless forced."""
    body = await decision.body(Approval)
    return await decision.carry_out(
        body, lambda command, chapter: ApproveChapter(**_named(command, chapter), **dict(body))
    )


@router.post(
    f"{_CHAPTER}/reject",
    summary="Reject a chapter",
    response_model=ChapterDetails,
    response_description="The chapter.",
    responses=_DECIDED,
    openapi_extra=described_body(Rejection, required=False),
)
async def reject(decision: Deciding) -> Response:
    """If it was approved, memory is as if it had never been, and later chapters become stale."""
    body = await decision.body(Rejection)
    return await decision.carry_out(
        body, lambda command, chapter: RejectChapter(**_named(command, chapter), **dict(body))
    )


@router.post(
    f"{_CHAPTER}/mark-intentional",
    summary="Mark a finding as intentional",
    response_model=ChapterDetails,
    response_description="The chapter.",
    responses=_DECIDED,
    openapi_extra=described_body(Intent),
)
async def mark_intentional(decision: Deciding) -> Response:
    """The score is then what it would be without the finding."""
    body = await decision.body(Intent)
    return await decision.carry_out(
        body, lambda command, chapter: MarkIntentional(**_named(command, chapter), **dict(body))
    )


@router.post(
    f"{_CHAPTER}/cancel",
    summary="Cancel what is under way",
    response_model=ChapterDetails,
    response_description="The chapter.",
    responses=_DECIDED,
)
async def cancel(decision: Deciding) -> Response:
    """Writing or checking ends; what was written so far is not kept as the chapter's text."""
    return await decision.carry_out(
        None, lambda command, chapter: CancelGeneration(**_named(command, chapter))
    )


@router.post(
    f"{_CHAPTER}/revise",
    status_code=202,
    summary="Have a chapter written anew",
    response_model=ChapterStarted,
    response_description="It is being written.",
    responses=_STARTED,
    openapi_extra=described_body(Assignment, required=False),
)
async def revise(decision: Deciding) -> Response:
    """As a further revision; what is approved stays so until that one is. It can be followed at its
    address `/stream`."""
    body = await decision.body(Assignment)
    return await decision.carry_out(
        body, lambda command, chapter: ReviseChapter(**_named(command, chapter), **dict(body))
    )


@router.post(
    f"{_CHAPTER}/recheck",
    status_code=202,
    summary="Have a chapter checked again",
    response_model=ChapterStarted,
    response_description="It is being checked.",
    responses=_STARTED,
)
async def recheck(decision: Deciding) -> Response:
    """Against what the story has established by now."""
    return await decision.carry_out(
        None, lambda command, chapter: RecheckChapter(**_named(command, chapter))
    )


def _named(command_id: str, chapter_id: str) -> dict[str, str]:
    return {"command_id": command_id, "chapter_id": chapter_id}
