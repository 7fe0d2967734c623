"""The story bible of a project: whole, put anew, changed in places."""

import hashlib

from fastapi import APIRouter
from starlette.responses import Response

from api.json_body import BODY_PROBLEMS, checked, described_body
from api.openapi import headers
from api.problems import ProblemType, Responses, documented
from api.projects.asking import Asker, Asking
from api.projects.bible_change import BibleChange, changed
from api.projects.found import (
    PROJECT_PROBLEMS,
    ProjectIdInPath,
    ask,
    find_project,
    json_response,
)
from api.services import Using
from api.versions import ANY, IfMatch, etag
from domain.entities.project.commands import PutBible
from domain.entities.project.queries import CurrentBible
from domain.story.bible import Bible

router = APIRouter()
_CHANGES = documented(
    *BODY_PROBLEMS,
    ProblemType.COMMAND_REFUSED,
    ProblemType.VERSION_MISMATCH,
    *PROJECT_PROBLEMS,
)
_TAGGED: Responses = {200: {"headers": headers(ETag="the project's version")}}


@router.get(
    "/v1/projects/{project_id}/bible",
    summary="The story bible",
    response_model=Bible,
    response_description="The bible.",
    responses={**_TAGGED, **documented(*PROJECT_PROBLEMS)},
)
async def bible(project_id: ProjectIdInPath, services: Using) -> Response:
    """What the author has laid down: characters, places, items, rules, timeline, facts, style."""
    await find_project(services, project_id)
    version, found = await ask(services, project_id, CurrentBible(), Bible)
    return json_response(found, version=version)


@router.put(
    "/v1/projects/{project_id}/bible",
    summary="Put the story bible",
    response_model=Bible,
    response_description="The bible.",
    responses={**_TAGGED, **_CHANGES},
    openapi_extra=described_body(Bible),
)
async def put(project_id: ProjectIdInPath, asker: Asking, if_match: IfMatch = None) -> Response:
    """In place of the one before. Chapters that were checked against that one become stale."""
    await find_project(asker.services, project_id)
    return await _put(asker, project_id, await asker.body(Bible), if_match)


@router.patch(
    "/v1/projects/{project_id}/bible",
    summary="Change the story bible in places",
    response_model=Bible,
    response_description="The bible.",
    responses={**_TAGGED, **_CHANGES},
    openapi_extra=described_body(BibleChange),
)
async def patch(project_id: ProjectIdInPath, asker: Asking, if_match: IfMatch = None) -> Response:
    """A JSON merge patch (RFC 7396): null removes. Lists are changed entry by entry, each known
    by its name, or the sentence of a rule or fact: by a list of changed and new entries, or by an
    object from names to changes, where null removes an entry."""
    services = asker.services
    await find_project(services, project_id)
    change = await asker.body(BibleChange)
    version, known = await ask(services, project_id, CurrentBible(), Bible)
    merged = changed(known.model_dump(mode="json"), change.model_dump(exclude_unset=True))
    wanted = checked(Bible, **merged)
    # Nobody else may have changed it meanwhile.
    expected = etag(version) if if_match in {None, ANY} else if_match
    return await _put(asker, project_id, wanted, expected)


async def _put(asker: Asker, project_id: str, wanted: Bible, if_match: str | None) -> Response:
    services = asker.services
    version, _ = await ask(services, project_id, CurrentBible(), Bible)
    digest = hashlib.sha256(wanted.model_dump_json().encode()).hexdigest()
    # The same bible at the same version is the same wish.
    command = checked(PutBible, command_id=f"bible:{version}:{digest}", bible=wanted)
    await asker.execute(project_id, command, if_match)
    version, found = await ask(services, project_id, CurrentBible(), Bible)
    return json_response(found, version=version)
