"""Projects: all of them, a new one, one as it stands, changed, no more."""

import hashlib

from fastapi import APIRouter
from starlette.responses import Response

from adapters.catalogue.projects import ProjectEntry
from adapters.languages import load_language
from api.idempotency import Once
from api.json_body import BODY_PROBLEMS, described_body
from api.openapi import headers
from api.paging import Paged
from api.problems import ENTITY_PROBLEMS, ProblemType, documented
from api.projects.asking import Asking
from api.projects.bodies import NewProject, ProjectChange
from api.projects.budget import check_budget
from api.projects.found import (
    PROJECT_PROBLEMS,
    ProjectIdInPath,
    find_project,
    json_response,
    new_id,
    project_path,
)
from api.projects.views import ProjectItem, ProjectListView, ProjectView
from api.services import Using
from api.versions import IfMatch, IfNoneMatch, etag, knows
from domain.entities.project.commands import ChangeProject, CreateProject, DeleteProject

router = APIRouter()


@router.post(
    "/v1/projects",
    status_code=201,
    summary="Begin a project",
    response_model=ProjectView,
    response_description="The project.",
    responses={
        201: {"headers": headers(ETag="the version", Location="the project")},
        **documented(
            *BODY_PROBLEMS,
            ProblemType.COMMAND_REFUSED,
            ProblemType.LANGUAGE_MISSING,
            ProblemType.IDEMPOTENCY_KEY_REUSED,
            *ENTITY_PROBLEMS,
        ),
    },
    openapi_extra=described_body(NewProject),
)
async def create(asker: Asking, idempotency: Once) -> Response:
    """A novel, with as much of its story bible as there is."""
    body = await asker.body(NewProject)
    load_language(body.language)  # what nobody can read cannot be written
    check_budget(body.budget, asker.services.settings)

    async def respond(command_id: str) -> Response:
        project_id = new_id("project", command_id)
        await asker.execute(project_id, CreateProject(command_id=command_id, **dict(body)))
        found = await find_project(asker.services, project_id)
        return json_response(
            ProjectView.of(found), 201, found.version, Location=project_path(project_id)
        )

    return await idempotency.once(_digest(body.model_dump_json()), respond)


@router.get(
    "/v1/projects",
    summary="All projects",
    response_model=ProjectListView,
    response_description="A page of the list.",
    responses={
        200: {"headers": headers(Link="the next page, as `rel=next`")},
        **documented(ProblemType.INVALID_REQUEST, ProblemType.LOG_UNAVAILABLE),
    },
)
async def projects(services: Using, paged: Paged) -> Response:
    """The newest first; the list lags a moment behind. `Link` leads to the next page, too."""
    page, next_cursor = paged.cut(await services.projects.list(paged.after, paged.wanted))
    found = ProjectListView(items=[_item(entry) for entry in page], next_cursor=next_cursor)
    link = paged.link("/v1/projects", next_cursor)
    return Response(found.model_dump_json(), 200, link, media_type="application/json")


@router.get(
    "/v1/projects/{project_id}",
    summary="A project as it stands",
    response_model=ProjectView,
    response_description="The project.",
    responses={
        200: {"headers": headers(ETag="the version")},
        304: {"description": "The project still has the ETag."},
        **documented(*PROJECT_PROBLEMS),
    },
)
async def project(
    project_id: ProjectIdInPath, services: Using, if_none_match: IfNoneMatch = None
) -> Response:
    """Its chapters with where they stand, and where all else is."""
    found = await find_project(services, project_id)
    if knows(if_none_match, found.version):
        return Response(status_code=304, headers={"ETag": etag(found.version)})
    return json_response(ProjectView.of(found), version=found.version)


@router.patch(
    "/v1/projects/{project_id}",
    summary="Change a project",
    response_model=ProjectView,
    response_description="The project.",
    responses={
        200: {"headers": headers(ETag="the version")},
        **documented(
            *BODY_PROBLEMS,
            ProblemType.COMMAND_REFUSED,
            ProblemType.LANGUAGE_MISSING,
            ProblemType.VERSION_MISMATCH,
            *PROJECT_PROBLEMS,
        ),
    },
    openapi_extra=described_body(ProjectChange),
)
async def change(project_id: ProjectIdInPath, asker: Asking, if_match: IfMatch = None) -> Response:
    """Its title, its budget and, as long as it has no chapter, its language: afterwards that is
    refused with the reason `language_in_use`."""
    services = asker.services
    before = await find_project(services, project_id)
    body = await asker.body(ProjectChange)
    if body.language is not None:
        load_language(body.language)
    check_budget(body.budget, services.settings)
    said = body.model_dump_json(exclude_unset=True)
    command = ChangeProject(
        command_id=f"change:{before.version}:{_digest(said)}",
        **dict(body),
        unlimited="budget" in body.model_fields_set and body.budget is None,
    )
    await asker.execute(project_id, command, if_match)
    found = await find_project(services, project_id)
    return json_response(ProjectView.of(found), version=found.version)


@router.delete(
    "/v1/projects/{project_id}",
    status_code=204,
    summary="Delete a project",
    response_description="It is no more.",
    responses=documented(ProblemType.VERSION_MISMATCH, *PROJECT_PROBLEMS),
)
async def delete(project_id: ProjectIdInPath, asker: Asking, if_match: IfMatch = None) -> Response:
    """Its texts and all that was made from them go, too; what it has cost stays in the log."""
    await find_project(asker.services, project_id)
    await asker.execute(project_id, DeleteProject(command_id="delete"), if_match)
    return Response(status_code=204)


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()


def _item(entry: ProjectEntry) -> ProjectItem:
    return ProjectItem(
        project_id=entry.project_id,
        title=entry.title,
        language=entry.language,
        chapters=entry.chapters,
        approved=entry.approved,
        words=entry.words,
        version=entry.version,
        updated_at=entry.updated_at.isoformat(),
        href=project_path(entry.project_id),
    )
