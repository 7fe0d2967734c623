"""The story bible of a project: whole, put anew, changed in places."""

import hashlib
import json
from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import Response

from api.errors import invalid
from api.json_body import BODY_PROBLEMS, checked, described_body, json_bytes, parsed
from api.openapi import headers
from api.problems import ProblemType, Responses, documented
from api.projects.asking import Asker, Asking
from api.projects.found import (
    PROJECT_PROBLEMS,
    ProjectIdInPath,
    ask,
    find_project,
    json_response,
)
from api.services import Using
from api.versions import IfMatch, etag
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
    openapi_extra=described_body(Bible),
)
async def patch(project_id: ProjectIdInPath, asker: Asking, if_match: IfMatch = None) -> Response:
    """As a JSON merge patch (RFC 7396), but that an entry of a list takes the place of the one with
    the same name or text, and is added where there is none."""
    services = asker.services
    await find_project(services, project_id)
    body = await json_bytes(asker.request, services.settings)
    version, known = await ask(services, project_id, CurrentBible(), Bible)
    try:
        change = json.loads(body)
        if not isinstance(change, dict):
            raise invalid("body", "a JSON object is expected")
        merged = json.dumps(_merged(json.loads(known.model_dump_json()), change))
    except ValueError as error:
        raise invalid("body", f"it is no JSON: {error}") from None
    except RecursionError:
        raise invalid("body", "it is nested too deep") from None
    wanted = parsed(merged.encode(), Bible)
    # Nobody else may have changed it meanwhile.
    return await _put(asker, project_id, wanted, if_match or etag(version))


async def _put(asker: Asker, project_id: str, wanted: Bible, if_match: str | None) -> Response:
    services = asker.services
    version, _ = await ask(services, project_id, CurrentBible(), Bible)
    digest = hashlib.sha256(wanted.model_dump_json().encode()).hexdigest()
    # The same bible at the same version is the same wish.
    command = checked(PutBible, command_id=f"bible:{version}:{digest}", bible=wanted)
    await asker.execute(project_id, command, if_match)
    version, found = await ask(services, project_id, CurrentBible(), Bible)
    return json_response(found, version=version)


def _merged(old: object, change: object) -> object:
    if isinstance(old, list) and isinstance(change, list):
        return _with_named(old, change)
    if not isinstance(change, Mapping):
        return change
    merged = dict(old) if isinstance(old, Mapping) else {}
    for key, value in change.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merged(merged.get(key), value)
    return merged


def _with_named(old: list[object], change: list[object]) -> list[object]:
    """Entries by name: those of the change, in the places of the old ones, the new ones last."""
    named = {name: each for each in change if (name := _name(each)) is not None}
    if len(named) < len(change):
        return change
    kept = [named.pop(_name(each) or "", each) for each in old]
    return [*kept, *named.values()]


def _name(entry: object) -> str | None:
    """What an entry goes by: a name, or the sentence of a rule or fact."""
    if isinstance(entry, Mapping):
        entry = entry.get("name") or entry.get("text")
    return entry if isinstance(entry, str) and entry else None
